"""The configuration of this course, for `nbgrader` and for `autograder`.

Every setting that is not here has nbgrader's default; `nbgrader --help-all` lists them.
"""

from autograder.plugins import configure

c = get_config()  # noqa: F821 - traitlets provides it

# The name of the course in the gradebook and in the exchange.
c.CourseDirectory.course_id = "large-models"

# Files with these names are neither released nor collected.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    ".DS_Store",
    "Thumbs.db",
]

# What students find where a solution was; the text before the colon is the kernel's language.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}

# Seconds of CPU time for a cell in `nbgrader autograde` and behind the formgrader's button;
# `autograder grade` has limits of its own.
c.Execute.timeout = 60

# Stock nbgrader commands then run sealed, score, show and export by this project's rules, which
# docs/nbgrader-differences.md explains. It comes last, so that it sees what is set above.
configure(c)
