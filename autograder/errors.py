"""Errors that are shown to people."""

from __future__ import annotations

__all__ = ["AutograderError", "NotebookError", "OperatorError"]


class AutograderError(Exception):
    """Something that a person can mend; its text says what happened, where, and what to do."""


class OperatorError(AutograderError):
    """The command cannot be carried out as given; ends the command with exit code 2."""


class NotebookError(AutograderError):
    """A notebook cannot be used.

    Args:
        where: the file, and the cell if one is to blame.
        problem: what is wrong with it.
        remedy: what the reader can do.
    """

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        super().__init__(f"{where}: {problem}. {remedy}")
        self.where = where
        self.problem = problem
        self.remedy = remedy
