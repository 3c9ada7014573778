"""Pages that tell students what became of their submissions."""

from autograder.feedback.write import FeedbackReport, Progress, feedback

__all__ = ["FeedbackReport", "Progress", "feedback"]
