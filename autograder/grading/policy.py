"""What a course decides about grading."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

from autograder.notebooks import NotebookLimits
from autograder.sealed.model import Limits

__all__ = ["Policy"]


@final
@dataclass(frozen=True, slots=True)
class Policy:
    """Bounds under which submissions are graded.

    Args:
        limits: time, memory and output of the code.
        notebook: size of the notebooks.
        file_bytes: all other files of one submission together.
        carried_errors: try exercises that fail again with the reference in the place of earlier
            ones (see `grading.carried`).
    """

    limits: Limits = field(default_factory=Limits)
    notebook: NotebookLimits = field(default_factory=NotebookLimits)
    file_bytes: int = 100_000_000
    carried_errors: bool = False
