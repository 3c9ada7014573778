# mistake: The weight is thought to be zero only where the loss is flat.
# fails: question-1
# %% question-1-answer
answer_1 = "A"
