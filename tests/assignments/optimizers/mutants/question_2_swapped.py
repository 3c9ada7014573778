# mistake: The two optimizers are mixed up.
# fails: question-2
# %% question-2-answer
answer_2 = "B"
