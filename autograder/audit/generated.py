"""Runs generated mutants against the test cells that depend on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

from autograder.assignment import Assignment, AssignmentCell
from autograder.audit.mutation import Equivalent, GeneratedMutant
from autograder.audit.needs import Needs
from autograder.grading.pool import EnginePool
from autograder.grading.score import score_cell
from autograder.grading.verdict import Status
from autograder.sealed.model import Engine, Limits, Program

__all__ = ["Hunt", "hunt", "stale"]

_SLACK: Final = 10
_LEAST_SECONDS: Final = 1.0


@final
@dataclass(frozen=True, slots=True)
class Hunt:
    """What became of one generated mutant.

    Args:
        mutant: what was run.
        killed_by: ids of the test cells that gave it less than full points. The cells of its own
            exercise were all run; those of others only if these let it pass.
        timed_out: whether a deadline did it.
        equivalent: the reason why it is a right solution, if somebody wrote one down.
    """

    mutant: GeneratedMutant
    killed_by: tuple[str, ...]
    timed_out: bool = False
    equivalent: str = ""

    @property
    def survived(self) -> bool:
        """Whether it got full marks and is not known to deserve them."""
        return not self.killed_by and not self.equivalent

    @property
    def contradiction(self) -> bool:
        """Whether a test fails what is said to be a right solution."""
        return bool(self.killed_by and self.equivalent)


def hunt(
    assignment: Assignment,
    mutants: Sequence[GeneratedMutant],
    equivalents: Sequence[Equivalent],
    pool: EnginePool,
    limits: Limits,
    heard: Callable[[Hunt], None] | None = None,
) -> tuple[Hunt, ...]:
    """Run each mutant; the results are in the order of the mutants.

    Args:
        assignment: with its open cells decided.
        mutants: of its solution cells.
        equivalents: right solutions among them, which are run as well.
        pool: engines.
        limits: of a whole notebook; a cell gets a multiple of what the reference needs.
        heard: is told each result as it comes.
    """
    hunters = [
        _Hunter(assignment, name, needs, limits)
        for name, needs in (
            (name, Needs(assignment, notebook)) for name, notebook in assignment.notebooks.items()
        )
    ]
    homes = {cell: hunter for hunter in hunters for cell in hunter.solutions}
    reasons = {
        index: entry.reason
        for index, mutant in enumerate(mutants)
        for entry in equivalents
        if entry.matches(mutant)
    }
    for solution in dict.fromkeys(mutant.cell for mutant in mutants):
        pool.run(lambda engine, cell=solution: homes[cell].measure(cell, engine))  # type: ignore[misc]  # mypy infers no lambda with defaults

    def work(index: int, engine: Engine) -> Hunt:
        return homes[mutants[index].cell].run(mutants[index], reasons.get(index, ""), engine)

    found: dict[int, Hunt] = {}
    for index, result in pool.map(work, range(len(mutants))):
        found[index] = result
        if heard:
            heard(result)
    return tuple(found[index] for index in range(len(mutants)))


def stale(
    equivalents: Sequence[Equivalent], mutants: Sequence[GeneratedMutant]
) -> list[Equivalent]:
    """Entries that are about no mutant any more."""
    return [entry for entry in equivalents if not any(map(entry.matches, mutants))]


@final
class _Hunter:
    """The mutants of one notebook."""

    def __init__(self, assignment: Assignment, name: str, needs: Needs, limits: Limits) -> None:
        cells = assignment.notebooks[name].cells
        self._name = name
        self._needs = needs
        self._limits = limits
        self._cells: Mapping[str, AssignmentCell] = {cell.cell_id: cell for cell in cells}
        self.solutions = {cell.grade_id: cell.cell_id for cell in cells if cell.grade_id}
        self._seconds: dict[str, float] = {}
        self._whole: set[str] = set()

    def measure(self, solution: str, engine: Engine) -> None:
        """Run the reference on the tests of a solution cell, for their time.

        Where it fails although the whole notebook passes, a test depends on another cell in a way
        that its source does not show: then every cell is run.
        """
        cell_id = self.solutions[solution]
        for tests in self._needs.tests_of(cell_id):
            if tests:
                failed, _ = self._failed(self._needs.slice(tests), tests, engine, self._limits)
                if failed:
                    self._whole.add(cell_id)

    def run(self, mutant: GeneratedMutant, reason: str, engine: Engine) -> Hunt:
        """Run one mutant on its own tests, then on those of other exercises."""
        cell_id = self.solutions[mutant.cell]
        for tests in self._needs.tests_of(cell_id):
            if not tests:
                continue
            program = self._needs.slice(
                tests, {cell_id: mutant.source}, whole=cell_id in self._whole
            )
            slowest = max(self._seconds.get(test, 0.0) for test in tests)
            deadline = max(_LEAST_SECONDS, _SLACK * slowest)
            limits = replace(
                self._limits, cell_cpu_seconds=min(self._limits.cell_cpu_seconds, deadline)
            )
            failed, timed_out = self._failed(program, tests, engine, limits)
            if failed:
                return Hunt(mutant, failed, timed_out, reason)
        return Hunt(mutant, (), timed_out=False, equivalent=reason)

    def _failed(
        self, program: Program, tests: Sequence[str], engine: Engine, limits: Limits
    ) -> tuple[tuple[str, ...], bool]:
        """Ids of the tests that do not give full points, and whether one ran out of time."""
        results = {result.id: result for result in engine.run(program, limits)}
        failed, timed_out = [], False
        for test in tests:
            cell = self._cells[test]
            verdict = score_cell(self._name, cell, results.get(test))
            self._seconds.setdefault(test, verdict.cpu_seconds)
            if verdict.points < cell.points and verdict.status is not Status.NOT_RUN:
                failed.append(cell.grade_id or test)
                timed_out = timed_out or verdict.status is Status.TIMEOUT
        return tuple(failed), timed_out
