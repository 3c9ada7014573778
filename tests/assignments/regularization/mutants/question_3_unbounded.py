# mistake: The logits are thought to grow without bound.
# fails: question-3
# %% question-3-answer
answer_3 = "D"
