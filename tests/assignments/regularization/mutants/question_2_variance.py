# mistake: The root is forgotten.
# fails: question-2
# %% question-2-answer
answer_2 = "D"
