"""Whether the reference gets the same marks every time, what it costs, and what chance it takes."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, final

from autograder.assignment import Assignment, AssignmentCell, AssignmentNotebook, CellKind
from autograder.grading.grade import instructor_program
from autograder.grading.pool import EngineFactory, EnginePool
from autograder.grading.score import score_cell
from autograder.grading.verdict import CellVerdict, Status
from autograder.sealed.model import Cell, Engine, Limits, Program, Role

__all__ = ["GRADINGS", "CellCost", "Stability", "seeded", "stability"]

GRADINGS: Final = 1_000 * 4
"""A class of 1,000, graded once and regraded three times."""

BUDGET: Final = 0.01
"""How likely it may be that any right answer among these fails by chance."""

_DEADLINE: Final = 20
_LEAST_DEADLINE: Final = 5
_STUDENT_SEED: Final = 1_000_003


@final
@dataclass(frozen=True, slots=True)
class CellCost:
    """What the reference solution needs in one test cell.

    Args:
        cpu_seconds: the most CPU time of all runs.
        peak_bytes: the most memory of all runs.
    """

    cpu_seconds: float
    peak_bytes: int

    @property
    def deadline(self) -> int:
        """Suggested, in seconds of CPU time."""
        return max(_LEAST_DEADLINE, math.ceil(_DEADLINE * self.cpu_seconds))


@final
@dataclass(frozen=True, slots=True)
class Stability:
    """What several runs of the reference showed.

    Args:
        runs: how many there were.
        seeds: how many of them with a seed of their own.
        verdicts: for each test cell how often it ended how.
        messages: one message of each cell that once gave less than full points.
        costs: by cell.
        chances: for each test cell, what its statistical checks declare, and how often a right
            answer fails them by chance.
    """

    runs: int = 0
    seeds: int = 0
    verdicts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
    costs: Mapping[str, CellCost] = field(default_factory=dict)
    chances: Mapping[str, Sequence[tuple[str, float]]] = field(default_factory=dict)

    @property
    def flaky(self) -> list[str]:
        """Cells that do not end the same way every time."""
        return [cell for cell, counts in self.verdicts.items() if len(counts) > 1]

    @property
    def failing(self) -> list[str]:
        """Cells that did not always give the reference full points."""
        return list(self.messages)

    @property
    def declared(self) -> float:
        """The chance that one right notebook loses points, a sum over all checks."""
        return sum(rate for checks in self.chances.values() for _, rate in checks)

    @property
    def budget_used(self) -> float:
        """The chance that any of a class's right notebooks loses points, at most."""
        return self.declared * GRADINGS

    @property
    def passed(self) -> bool:
        """Whether the tests are the same for everybody, every time."""
        return not self.flaky and not self.failing and self.budget_used <= BUDGET


def stability(
    assignment: Assignment,
    short: Assignment,
    pool: EnginePool,
    factory: EngineFactory,
    limits: Limits,
    seeds: int,
    heard: Callable[[str], None] | None = None,
) -> Stability:
    """Run the reference as it is in two fresh processes, then with different random states.

    Args:
        assignment: with its open cells decided; it is run in fresh processes.
        short: the same for the runs with other random states, maybe without plots.
        pool: engines.
        factory: makes the fresh engine of the second run.
        limits: of one run.
        seeds: how many random states.
        heard: is told of each run.
    """
    every = [pool.run(lambda engine: _run(assignment, None, engine, limits))]
    with factory() as fresh:
        every.append(_run(assignment, None, fresh, limits))
    for seed, verdicts in pool.map(lambda i, e: _run(short, i, e, limits), range(seeds)):
        every.append(verdicts)
        if heard:
            heard(f"seed {seed}")
    counts: dict[str, Counter[str]] = {}
    messages: dict[str, str] = {}
    costs: dict[str, CellCost] = {}
    for verdict in (verdict for verdicts in every for verdict in verdicts):
        cell = verdict.grade_id
        counts.setdefault(cell, Counter())[str(verdict.status)] += 1
        if verdict.status is not Status.PASSED:
            messages.setdefault(cell, verdict.message or verdict.author_note)
        known = costs.get(cell, CellCost(0.0, 0))
        costs[cell] = CellCost(
            max(known.cpu_seconds, verdict.cpu_seconds), max(known.peak_bytes, verdict.peak_bytes)
        )
    chances = pool.run(lambda engine: _chances(assignment, engine, limits))
    return Stability(len(every), seeds, counts, messages, costs, chances)


def _run(
    assignment: Assignment, seed: int | None, engine: Engine, limits: Limits
) -> list[CellVerdict]:
    verdicts = []
    for notebook in assignment.notebooks.values():
        program = instructor_program(assignment, notebook)
        if seed is not None:
            program = seeded(program, seed)
        results = {result.id: result for result in engine.run(program, limits)}
        verdicts += [
            score_cell(notebook.name, cell, results.get(cell.cell_id)) for cell in _tests(notebook)
        ]
    return verdicts


def seeded(program: Program, seed: int) -> Program:
    """The same program, begun with other random states: the judge's, and the submission's."""
    first = (
        Cell("audit-seed", Role.LOCKED, _seeding(seed)),
        Cell("audit-seed-student", Role.STUDENT, _seeding(seed + _STUDENT_SEED)),
    )
    return replace(
        program, cells=(*first, *program.cells), instructor=(*first, *program.instructor)
    )


def _tests(notebook: AssignmentNotebook) -> list[AssignmentCell]:
    return [cell for cell in notebook.cells if cell.kind is CellKind.GRADE]


def _seeding(seed: int) -> str:
    """Sets the global generators, without a name that the notebook could see."""
    return (
        f"__import__('random').seed({seed}); __import__('numpy').random.seed({seed}); "
        f"__import__('torch').manual_seed({seed}); None"
    )


_BEFORE: Final = "__import__('autograder.checks.chance').checks.chance.forget()\n"
_AFTER: Final = (
    "\n[(d.what, d.rate) for d in __import__('autograder.checks.chance').checks.chance.recorded()]"
)


def _chances(
    assignment: Assignment, engine: Engine, limits: Limits
) -> dict[str, list[tuple[str, float]]]:
    """What the checks of each test cell declare, read off a run that shows it as its last value."""
    found: dict[str, list[tuple[str, float]]] = {}
    for notebook in assignment.notebooks.values():
        program = instructor_program(assignment, notebook)
        cells = tuple(
            replace(cell, source=_BEFORE + cell.source + _AFTER)
            if cell.role is Role.GRADE and not cell.source.lstrip().startswith("%%")
            else cell
            for cell in program.cells
        )
        names = {cell.cell_id: cell.grade_id or cell.cell_id for cell in _tests(notebook)}
        for result in engine.run(replace(program, cells=cells), limits):
            if result.id in names and result.returned is not None:
                try:
                    declared = ast.literal_eval(result.returned)
                except (ValueError, SyntaxError):
                    continue
                if declared:
                    found[names[result.id]] = declared
    return found
