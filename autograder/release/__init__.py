"""From the instructor's version of an assignment to the students'."""

from autograder.release.problems import Problem, ReleaseReport, Severity, SourceError
from autograder.release.write import check_release, release, release_files

__all__ = [
    "Problem",
    "ReleaseReport",
    "Severity",
    "SourceError",
    "check_release",
    "release",
    "release_files",
]
