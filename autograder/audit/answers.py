"""Records what the wrong solutions of an assignment answer, so that grading knows them again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias, final

from autograder.assignment import (
    Assignment,
    AssignmentCell,
    AssignmentNotebook,
    CellKind,
    load_assignment,
)
from autograder.audit.needs import Needs
from autograder.audit.stability import seeded
from autograder.audit.variants import Variant, load_variants
from autograder.course import Course
from autograder.folders import write_file
from autograder.grading.policy import Policy
from autograder.grading.pool import EngineFactory, EnginePool
from autograder.grading.sealing import seal
from autograder.mistakes import Pattern, dump_patterns, equal, load_hints, same
from autograder.sealed.model import Engine, Limits, Listening, Program, Reply, Role

__all__ = [
    "TELLING",
    "Answers",
    "Recorded",
    "collect_answers",
    "origin_of",
    "patterns_of",
    "record_answers",
]

TELLING: Final = 3
"""So many numbers, other than the reference's and found by nobody by accident, make a pattern."""

_SEEDS: Final = 2

Answers: TypeAlias = Mapping[tuple[str, str], tuple[Reply, ...]]
"""By notebook and id of the grade cell."""


@final
@dataclass(frozen=True, slots=True)
class Recorded:
    """What was found and written.

    Args:
        path: of the file.
        patterns: all of them.
        unknown: names in `hints.toml` that are no wrong solution's.
        silent: wrong solutions with a hint that no test can tell from others by its numbers.
    """

    path: Path
    patterns: tuple[Pattern, ...]
    unknown: tuple[str, ...]
    silent: tuple[str, ...]


def record_answers(
    course: Course,
    assignment: str,
    *,
    engine: EngineFactory,
    workers: int | None = None,
    heard: Callable[[str], None] | None = None,
) -> Recorded:
    """Run the reference and every wrong solution, and write `diagnosis.json` beside them.

    Args:
        course: the course.
        assignment: name of the assignment.
        engine: makes the engine.
        workers: how many at once; the number of cores by default.
        heard: is told each solution that was run.

    Raises:
        OperatorError: there is no such assignment, or `hints.toml` is not in order.
        VariantError: a wrong solution is not in order.
    """
    loaded = load_assignment(course, assignment)
    folder = course.variants(assignment)
    hints, mutants = load_hints(folder), load_variants(folder / "mutants")
    with EnginePool(engine, workers) as pool:
        answers = collect_answers(loaded, mutants, pool, Policy().limits, heard)
    patterns = patterns_of(mutants, *answers)
    path = folder / "diagnosis.json"
    write_file(path, dump_patterns(patterns, loaded.solved, origin_of(loaded, mutants)).encode())
    names = {mutant.name for mutant in mutants}
    hinted = {mistake for hint in hints for mistake in hint.mistakes}
    return Recorded(
        path=path,
        patterns=patterns,
        unknown=tuple(sorted(hinted - names)),
        silent=tuple(sorted(names & hinted - {pattern.mistake for pattern in patterns})),
    )


def collect_answers(
    assignment: Assignment,
    variants: Sequence[Variant],
    pool: EnginePool,
    limits: Limits,
    heard: Callable[[str], None] | None = None,
) -> tuple[list[Answers], dict[str, Answers]]:
    """Run the reference, also with other random states, and variants of it.

    Args:
        assignment: as loaded.
        variants: what takes the place of its solutions.
        pool: engines.
        limits: of one run.
        heard: is told each variant that was run.

    Returns:
        what the reference answers in each of its runs, and what the variants answer to the tests
        that they fail, by name.
    """
    sealed = pool.run(lambda running: seal(assignment, running, limits))
    needs = {name: Needs(sealed, notebook) for name, notebook in sealed.notebooks.items()}
    # Without what only shows something.
    tested = {
        name: needs[name].slice([test.cell_id for test in _tests(notebook)])
        for name, notebook in sealed.notebooks.items()
    }

    def answers(make: Callable[[AssignmentNotebook], Program], engine: Engine) -> Answers:
        return {
            (name, result.id): result.replies
            for name, notebook in sealed.notebooks.items()
            for result in engine.run(make(notebook), limits)
            if result.replies
        }

    def reference(seed: int, engine: Engine) -> Answers:
        def program(notebook: AssignmentNotebook) -> Program:
            listened = _listening(tested[notebook.name], Listening.ALWAYS)
            return seeded(listened, seed) if seed else listened

        return answers(program, engine)

    def variant(index: int, engine: Engine) -> Answers:
        def program(notebook: AssignmentNotebook) -> Program:
            listened = _listening(tested[notebook.name], Listening.FAILURES)
            changed = {
                cell.cell_id: variants[index].cells[cell.grade_id]
                for cell in notebook.cells
                if cell.grade_id and cell.grade_id in variants[index].cells
            }
            concerned = needs[notebook.name].concerned(changed)
            return replace(
                listened,
                cells=tuple(
                    replace(cell, source=changed.get(cell.id, cell.source))
                    for cell in listened.cells
                    # Other solutions stay: it may call what the reference does not.
                    if cell.role is not Role.GRADE or cell.id in concerned
                ),
            )

        return answers(program, engine)

    references = [found for _, found in pool.map(reference, range(_SEEDS + 1))]
    wrong: dict[str, Answers] = {}
    for index, found in pool.map(variant, range(len(variants))):
        wrong[variants[index].name] = found
        if heard:
            heard(variants[index].name)
    return references, dict(sorted(wrong.items()))


def origin_of(assignment: Assignment, mutants: Sequence[Variant]) -> str:
    """SHA-256 of what answers are recorded from, as hexadecimal digits: all code, files, mutants.

    Args:
        assignment: as loaded.
        mutants: the wrong solutions.
    """
    code = [
        [notebook.name, cell.cell_id, cell.kind, cell.reference]
        for _, notebook in sorted(assignment.notebooks.items())
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    wrong = [[mutant.name, sorted(mutant.fails), dict(mutant.cells)] for mutant in mutants]
    return hashlib.sha256(json.dumps([assignment.solved, code, wrong]).encode()).hexdigest()


def patterns_of(
    mutants: Sequence[Variant], references: Sequence[Answers], wrong: Mapping[str, Answers]
) -> tuple[Pattern, ...]:
    """What tells each wrong solution from the reference, where that is enough.

    Answers that the reference itself gives differently with other random states are left out.

    Args:
        mutants: the wrong solutions.
        references: what the reference answers in each of its runs.
        wrong: what each wrong solution answers to the tests that it fails, by name.
    """
    patterns = []
    for mutant in mutants:
        for (notebook, cell), replies in wrong[mutant.name].items():
            right = [reference.get((notebook, cell), ()) for reference in references]
            different = _differences(right, replies)
            if sum(telling for _, telling in different) >= TELLING:
                places = tuple((place, replies[place]) for place, _ in different)
                own = cell in mutant.fails
                patterns.append(Pattern(notebook, cell, mutant.name, own, len(replies), places))
    return tuple(patterns)


def _tests(notebook: AssignmentNotebook) -> list[AssignmentCell]:
    return [cell for cell in notebook.cells if cell.kind is CellKind.GRADE]


def _listening(program: Program, listening: Listening) -> Program:
    return replace(
        program,
        cells=tuple(
            replace(cell, listening=listening) if cell.role is Role.GRADE else cell
            for cell in program.cells
        ),
    )


def _differences(
    right: Sequence[Sequence[Reply]], replies: Sequence[Reply]
) -> list[tuple[int, int]]:
    """Places of the answers that the reference does not give, and how telling each is."""
    found = []
    for place, reply in enumerate(replies):
        expected = [run[place] for run in right if place < len(run)]
        if len(expected) < len(right) or not all(same(expected[0], other) for other in expected):
            continue
        if not same(expected[0], reply):
            found.append((place, _telling(expected[0], reply)))
    return found


def _telling(expected: Reply, reply: Reply) -> int:
    """How many telling numbers there are in the arrays that are not the reference's."""
    if len(expected.arrays) != len(reply.arrays):
        return sum(array.telling for array in reply.arrays)
    return sum(
        array.telling
        for right, array in zip(expected.arrays, reply.arrays, strict=True)
        if not equal(right, array)
    )
