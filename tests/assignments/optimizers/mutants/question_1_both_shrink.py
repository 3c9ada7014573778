# mistake: The rate is thought to be small enough for both.
# fails: question-1
# %% question-1-answer
answer_1 = "A"
