# style: Letters in lower case and with spaces.
# %% question-1-answer
answer_1 = "b"
# %% question-2-answer
answer_2 = " C "
# %% question-3-answer
answer_3 = "b "
