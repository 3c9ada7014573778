"""Marks for an exercise whose tests fail because of an earlier one.

The notebook runs once more, with the reference solutions of earlier exercises that failed. They
run where the tests run: code of the submission calls them and never holds them. Nothing of these
runs is kept but points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

from autograder.assignment import AssignmentCell, AssignmentNotebook, CellKind
from autograder.grading.restore import RestoredNotebook
from autograder.grading.score import decide
from autograder.sealed.model import (
    Cell,
    CellResult,
    Engine,
    Limits,
    Listening,
    Program,
    Role,
)
from autograder.sealed.ownership import CellNames, cell_names, submitted_names

__all__ = ["MOST_RUNS", "Carried", "carried_marks"]

MOST_RUNS: Final = 8
"""A submission in which more exercises fail is tried for the first of them only."""
_MOST_CHARS: Final = 200_000
"""Of a submission's own code, as much as this is read for names: up to some seconds."""


@final
@dataclass(frozen=True, slots=True)
class Carried:
    """What a test gives with reference solutions in the place of earlier answers.

    Args:
        points: earned.
        replaced: `grade_id` of the solution cells that the reference's stood in for.
    """

    points: float
    replaced: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class _Exercise:
    """Solution cells and the tests that follow them."""

    solutions: tuple[AssignmentCell, ...]
    tests: tuple[AssignmentCell, ...]


def carried_marks(
    notebook: AssignmentNotebook,
    restored: RestoredNotebook,
    program: Program,
    results: Mapping[str, CellResult],
    engine: Engine,
    limits: Limits,
) -> dict[str, Carried]:
    """Try each exercise that failed with the reference in the place of earlier ones that did.

    Exercises that nobody has worked on, that use nothing of the replaced ones, or whose tests are
    open are not tried.

    Args:
        notebook: the instructor's.
        restored: the submission in running order.
        program: as it was run.
        results: of that run, by cell id.
        engine: what runs it again.
        limits: of each run.

    Returns:
        by id of the test, where it gives more points.
    """
    places = {cell.origin.cell_id: cell.id for cell in restored.cells if cell.origin}
    answered = {
        cell.origin.cell_id
        for cell in restored.cells
        if cell.origin and not cell.missing and cell.source.strip() != cell.origin.release.strip()
    }
    failed = [
        exercise
        for exercise in _exercises(notebook)
        if any(_points(test, results, places) < test.points for test in exercise.tests)
    ]
    open_cells = {cell.id for cell in program.instructor if cell.open}
    read: dict[str, CellNames] | None = None
    found: dict[str, Carried] = {}
    runs = 0
    for index, exercise in enumerate(failed):
        wanted = [
            test
            for test in exercise.tests
            if test.cell_id not in open_cells and _points(test, results, places) < test.points
        ]
        replaced = [cell for earlier in failed[:index] for cell in earlier.solutions]
        tried = wanted and any(cell.cell_id in answered for cell in exercise.solutions)
        if not tried or runs >= MOST_RUNS:
            continue
        again = _until(
            _with_reference(program, replaced, places), {places[test.cell_id] for test in wanted}
        )
        if read is None:
            read = _names(program)
        names = {cell.id: read[cell.id] for cell in again.cells if cell.id in read}
        if not _depends(names, exercise, replaced, places):
            continue
        runs += 1
        new = {result.id: result for result in engine.run(again, limits)}
        for test in wanted:
            points = _points(test, new, places)
            if points > _points(test, results, places):
                stood_in = tuple(cell.grade_id or cell.cell_id for cell in replaced)
                found[test.cell_id] = Carried(points, stood_in)
    return found


def _exercises(notebook: AssignmentNotebook) -> list[_Exercise]:
    """Each run of solution cells with the tests up to the next one."""
    found: list[_Exercise] = []
    solutions: list[AssignmentCell] = []
    tests: list[AssignmentCell] = []
    for cell in notebook.cells:
        if cell.kind is CellKind.SOLUTION and cell.cell_type == "code":
            if tests:
                found.append(_Exercise(tuple(solutions), tuple(tests)))
                solutions, tests = [], []
            solutions.append(cell)
        elif cell.kind is CellKind.GRADE and solutions:
            tests.append(cell)
    return [*found, _Exercise(tuple(solutions), tuple(tests))] if tests else found


def _points(
    test: AssignmentCell, results: Mapping[str, CellResult], places: Mapping[str, str]
) -> float:
    return decide(test.points, results.get(places[test.cell_id]))[1]


def _with_reference(
    program: Program, replaced: Sequence[AssignmentCell], places: Mapping[str, str]
) -> Program:
    """The program with reference solutions as cells of the judge, each behind the answer.

    What the answer's cell defines besides stays. Names that both bind are the judge's from there
    on, as those of a test are: the student process gets handles.
    """
    # No cell of a notebook can have such an id.
    cells = {
        cell.cell_id: Cell(f"reference: {cell.cell_id}", Role.GRADE, cell.reference)
        for cell in replaced
    }
    behind = {places[name]: cell for name, cell in cells.items()}
    return replace(
        program,
        cells=_inserted([replace(c, listening=Listening.NEVER) for c in program.cells], behind),
        instructor=_inserted(program.instructor, cells),
    )


def _inserted(cells: Sequence[Cell], behind: Mapping[str, Cell]) -> tuple[Cell, ...]:
    return tuple(
        one for cell in cells for one in ((cell, behind[cell.id]) if cell.id in behind else (cell,))
    )


def _until(program: Program, tests: set[str]) -> Program:
    """The program up to the last of these cells."""
    last = max(index for index, cell in enumerate(program.cells) if cell.id in tests)
    return replace(program, cells=program.cells[: last + 1])


def _names(program: Program) -> dict[str, CellNames]:
    """The names of each cell; of the submission's own within bounds.

    They are read here, outside the sandbox and its limits of time.
    """
    found = {}
    left = _MOST_CHARS
    for cell in program.cells:
        if cell.role is Role.STUDENT:
            if len(cell.source) > left:
                continue
            left -= len(cell.source)
            found[cell.id] = submitted_names(cell.source)
        else:
            found[cell.id] = cell_names(cell.source)
    return found


def _depends(
    names: Mapping[str, CellNames],
    exercise: _Exercise,
    replaced: Sequence[AssignmentCell],
    places: Mapping[str, str],
) -> bool:
    """Whether an exercise uses, by what stands in between, a name that was replaced."""
    own = {places[cell.cell_id] for cell in (*exercise.solutions, *exercise.tests)}
    given: set[str] = set().union(*(cell_names(cell.reference).binds for cell in replaced))
    wanted: set[str] = set().union(*(names[key].reads for key in own if key in names))
    while True:
        more = set().union(*(cell.reads for cell in names.values() if cell.binds & wanted))
        if more <= wanted:
            return bool(given & wanted)
        wanted |= more
