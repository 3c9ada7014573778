"""An auto-graded course on the techniques behind large models, and the grader that runs it."""
