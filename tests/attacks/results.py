"""What attacks achieved under one grader, kept as JSON beside this file."""

from __future__ import annotations

import fcntl
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import final

__all__ = ["Result", "load", "record"]

_FOLDER = Path(__file__).parent / "results"


@final
@dataclass(frozen=True, slots=True)
class Result:
    """What came of one attack.

    Args:
        outcome: "graded", "lost" (the submission), "batch stopped", "quarantined" or "not run".
        stolen: points that were given for nothing.
        robbed: points that were not given for honest work in the same notebook.
        damage: what was touched outside.
        leaks: secrets that the student got to see.
        note: why it was not run.
    """

    outcome: str
    stolen: float = 0.0
    robbed: float = 0.0
    damage: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    note: str = ""


def load(grader: str) -> dict[str, Result]:
    """Results by attack."""
    path = _path(grader)
    text = path.read_text() if path.exists() else ""
    return {name: Result(**fields) for name, fields in json.loads(text or "{}").items()}


def record(grader: str, attack: str, result: Result) -> None:
    """Write one result; several processes may do so at once."""
    path = _path(grader)
    path.parent.mkdir(exist_ok=True)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        results = {**load(grader), attack: result}
        data = {name: asdict(results[name]) for name in sorted(results)}
        file.truncate(0)
        file.write(json.dumps(data, indent=1) + "\n")


def _path(grader: str) -> Path:
    return _FOLDER / f"{grader}.json"
