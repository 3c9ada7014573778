# style: Answers in small letters, with spaces.
# %% question-1-answer
answer_1 = " b"
# %% question-2-answer
answer_2 = "c "
