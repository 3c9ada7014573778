# wants: a stopped batch, by a folder with the name of the file that holds the time
# honest: all

# %% file timestamp.txt/x
x
