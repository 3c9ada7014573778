"""What a class did, as data frames, as JSON and as a page."""

from autograder.report.document import document
from autograder.report.frames import Frames, frames
from autograder.report.page import page, write_page

__all__ = ["Frames", "document", "frames", "page", "write_page"]
