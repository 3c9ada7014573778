# mistake: A is thought to change, because it is random.
# fails: question-2
# %% question-2-answer
answer_2 = "A"
