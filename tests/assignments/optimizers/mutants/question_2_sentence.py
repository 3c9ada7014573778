# mistake: A sentence is given in place of a letter.
# fails: question-2
# %% question-2-answer
answer_2 = "A, because of the root"
