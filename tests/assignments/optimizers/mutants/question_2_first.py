# mistake: The weight with large gradients is thought to decay more strongly.
# fails: question-2
# %% question-2-answer
answer_2 = "C"
