# mistake: Both are thought to change.
# fails: question-2
# %% question-2-answer
answer_2 = "D"
