# wants: a stopped batch, by a time of submission that is none
# honest: all

# %% file timestamp.txt
99999-99-99 25:61:61.000000 Nowhere/Never
