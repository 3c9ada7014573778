"""Runs the attacks under this project's engine and records what they achieved.

    python -m tests.attacks.sealed [NAME ...]

The same run, one attack at a time, is what the tests beside this file assert about. The results go
to `results/sealed.json`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, final

from autograder.assignment import Assignment
from autograder.grading.grade import grade
from autograder.grading.policy import Policy
from autograder.grading.sealing import seal
from autograder.grading.verdict import SubmissionStatus, Verdict
from autograder.sealed import SealedEngine
from autograder.sealed.model import Limits
from tests.attacks.arena import Arena, secrets_in, shown_to_students
from tests.attacks.attacks import Attack, honest, load_attacks, target
from tests.attacks.results import Result, record
from tests.attacks.tampering import tamperings

__all__ = ["GROUPS", "POLICY", "Range", "all_attacks", "attacks_of", "firing_range"]

GROUPS: Final = ("forging", "harm", "leaks", "tampering")
"""What attackers want."""

POLICY: Final = Policy(
    limits=Limits(
        cell_cpu_seconds=2,
        cell_wall_seconds=15,
        notebook_cpu_seconds=12,
        memory_bytes=1 << 30,
        processes=32,
        disk_bytes=16 << 20,
        output_bytes=64 << 10,
    ),
    file_bytes=1 << 20,
)
"""Small budgets, so that an attack on them is over soon."""

_PATIENCE_SECONDS: Final = 60.0


@final
@dataclass(frozen=True)
class Range:
    """Where attacks are run: an engine that is warm, and what they must not touch."""

    arena: Arena
    assignment: Assignment
    engine: SealedEngine

    def run(self, attack: Attack) -> Result:
        """Grade an attack, then an honest submission with the same engine."""
        submission = attack.submission(self.arena.places)
        policy = replace(POLICY, carried_errors=attack.carried)
        try:
            verdict = grade(self.assignment, submission, policy, self.engine)
        except Exception as error:  # noqa: BLE001 - whatever it is, it would end the batch
            return Result("batch stopped", damage=[f"{type(error).__name__}: {error}"])
        damage = self.arena.damage()
        if verdict.seconds > _PATIENCE_SECONDS:
            damage.append(f"the grader was busy for {verdict.seconds:.0f} s")
        fair = honest()
        follower = grade(self.assignment, fair.submission({}), POLICY, self.engine)
        if _points(follower) != fair.earned():
            damage.append(f"the next submission got {follower.score:g} points")
        graded = verdict.status is SubmissionStatus.GRADED
        points, right = _points(verdict), attack.earned()
        return Result(
            outcome="graded" if graded else "quarantined",
            stolen=sum(max(0.0, points[cell] - right[cell]) for cell in right),
            robbed=sum(max(0.0, right[cell] - points[cell]) for cell in right),
            damage=damage,
            leaks=secrets_in(_told(verdict)),
        )


@contextmanager
def firing_range(root: Path) -> Iterator[Range]:
    """Set everything up in an empty folder."""
    with SealedEngine() as engine:
        assignment = seal(target(), engine, Limits())
        if assignment.open_cells:
            raise RuntimeError(f"these cells cannot be sealed: {sorted(assignment.open_cells)}")
        arena = Arena(root)
        try:
            arena.settle()
            yield Range(arena, assignment, engine)
        finally:
            arena.close()


def all_attacks() -> list[Attack]:
    """Every attack there is."""
    return [*load_attacks(), *tamperings()]


def attacks_of(group: str) -> list[Attack]:
    """The attacks of one of the `GROUPS`."""
    return [attack for attack in all_attacks() if attack.name.startswith(f"{group}/")]


def main(names: list[str]) -> None:
    """Run the attacks whose names begin with one of `names`, or all."""
    with tempfile.TemporaryDirectory() as folder, firing_range(Path(folder)) as place:
        for attack in all_attacks():
            if not names or attack.name.startswith(tuple(names)):
                result = place.run(attack)
                record("sealed", attack.name, result)
                problems = [result.stolen, result.robbed, result.damage, result.leaks]
                print(attack.name, result.outcome, *(problems if any(problems) else ()), flush=True)


def _points(verdict: Verdict) -> dict[str, float]:
    grade_cells = honest().earned()
    return {cell.grade_id: cell.points for cell in verdict.cells if cell.grade_id in grade_cells}


def _told(verdict: Verdict) -> Iterator[str]:
    """Everything in a verdict that its student gets to read."""
    yield verdict.reason
    yield from (cell.message for cell in verdict.cells)
    yield from (repair.what for repair in verdict.repairs)
    for data in verdict.notebooks.values():
        yield from shown_to_students(json.loads(data))


if __name__ == "__main__":
    main(sys.argv[1:])
