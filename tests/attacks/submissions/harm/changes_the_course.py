# wants: the instructor's notebook, the gradebook and other submissions changed
# honest: all

# %% + after setup
import pathlib, sqlite3

try:
    with sqlite3.connect("@course@/gradebook.db") as base:
        base.execute("update grade set manual_score = 99")
except sqlite3.Error:
    pass
for path in (
    "@course@/source/target/target.ipynb",
    "@course@/submitted/honest/target/target.ipynb",
    "@course@/nbgrader_config.py",
    "../../../source/target/rows.csv",
    "../../honest/target/target.ipynb",
):
    try:
        with open(path, "a") as file:
            file.write(" ")
    except OSError:
        pass
