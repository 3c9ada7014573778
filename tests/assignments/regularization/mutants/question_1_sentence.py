# mistake: The answer is a sentence.
# fails: question-1
# %% question-1-answer
answer_1 = "B, because the slope is small"
