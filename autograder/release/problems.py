"""What can be wrong with the instructor's version of an assignment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import final

from autograder.errors import AutograderError

__all__ = ["Problem", "ReleaseReport", "Severity", "SourceError"]


class Severity(StrEnum):
    """Whether an assignment with this problem can be released."""

    ERROR = "error"
    WARNING = "warning"


@final
@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    Args:
        where: the file, and the cell if one is to blame.
        what: what is wrong.
        remedy: what the author can do.
        severity: errors prevent the release.
    """

    where: str
    what: str
    remedy: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.remedy}"


@final
class SourceError(AutograderError):
    """An assignment cannot be released as it is; the text has one problem a line.

    Args:
        problems: at least one.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@final
@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """What releasing an assignment did.

    Args:
        assignment: its name.
        folder: where the students' version lies.
        notebooks: names of its notebooks.
        max_score: points of all notebooks.
        changed: files that were written, changed or removed; empty if it was up to date.
        warnings: problems that do not prevent the release.
    """

    assignment: str
    folder: Path
    notebooks: tuple[str, ...]
    max_score: float
    changed: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
