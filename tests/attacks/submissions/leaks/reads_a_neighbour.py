# wants: another student's answers
# honest: all

# %% + after setup
import glob

for path in glob.glob("@course@/submitted/*/*/*") + glob.glob("../../*/*/*.ipynb"):
    try:
        print(open(path).read())
    except OSError as error:
        print(error)
