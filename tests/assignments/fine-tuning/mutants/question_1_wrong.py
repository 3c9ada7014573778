# mistake: requires_grad is thought to decide.
# fails: question-1
# %% question-1-answer
answer_1 = "A"
