# mistake: The scores are thought to grow.
# fails: question-1
# %% question-1-answer
answer_1 = "A"
