"""An auto-graded course on the techniques behind large models, and the grader that runs it."""

__version__ = "0.1.0"
