# wants: marks and names of the class
# honest: all

# %% + after setup
import sqlite3

for path in ("@course@/gradebook.db", "../../../gradebook.db"):
    try:
        print(open(path, "rb").read().decode(errors="replace"))
        print(list(sqlite3.connect(path).execute("select * from student")))
    except (OSError, sqlite3.Error) as error:
        print(error)
