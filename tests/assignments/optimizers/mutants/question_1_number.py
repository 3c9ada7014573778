# mistake: A number is given in place of a letter.
# fails: question-1
# %% question-1-answer
answer_1 = 2
