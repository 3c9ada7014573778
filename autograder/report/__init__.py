"""What a class did, as data frames, as JSON and as a page."""

from autograder.report.frames import Frames, frames

__all__ = ["Frames", "frames"]
