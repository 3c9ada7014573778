# wants: a stopped batch, by names of files: controls, blanks, newlines, very long, options
# honest: all

# %% file -rf
x

# %% file $(touch${IFS}atk).txt
x

# %% file con.ipynb.txt
x

# %% file a/b/c/d/e/f/g/h/i/j/k.txt
x

# %% file target.ipynb.bak/x
x

# %% file .hidden/.hidden
x
