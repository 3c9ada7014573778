# mistake: The growing coordinate is thought to keep its sign.
# fails: question-1
# %% question-1-answer
answer_1 = "C"
