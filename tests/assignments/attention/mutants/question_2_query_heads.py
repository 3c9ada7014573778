# mistake: The query heads are counted, not the key-value heads.
# fails: question-2
# %% question-2-answer
answer_2 = "C"
