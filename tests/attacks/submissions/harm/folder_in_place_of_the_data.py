# wants: a stopped batch, by a folder with the name of the instructor's file
# honest: all

# %% file rows.csv/evil
x
