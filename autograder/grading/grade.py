"""The pure function at the centre: an assignment and a submission in, a verdict out."""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, final

from autograder.assignment import Assignment, AssignmentCell, AssignmentNotebook, CellKind
from autograder.errors import NotebookError
from autograder.grading.carried import Carried, carried_marks
from autograder.grading.outputs import note, note_carried
from autograder.grading.policy import Policy
from autograder.grading.restore import RestoredCell, RestoredNotebook, restore
from autograder.grading.score import NOT_RUN, decide, score_cell
from autograder.grading.verdict import CellVerdict, Repair, Status, SubmissionStatus, Verdict
from autograder.mistakes import diagnose
from autograder.notebooks import dump_notebook, read_notebook
from autograder.sealed.model import (
    Cell,
    CellResult,
    CellStatus,
    Engine,
    Listening,
    Program,
    Reply,
    Role,
)

__all__ = [
    "NO_ANSWER",
    "Submission",
    "autograded_notebook",
    "grade",
    "instructor_program",
    "merge_files",
    "submission_program",
]

NO_ANSWER = "No response."
"""nbgrader's own words, which its formgrader knows."""


@final
@dataclass(frozen=True, slots=True)
class Submission:
    """What a student handed in.

    Args:
        notebooks: bytes by file name without suffix.
        files: other files by relative POSIX path.
    """

    notebooks: Mapping[str, bytes]
    files: Mapping[str, bytes] = field(default_factory=dict)


def grade(
    assignment: Assignment, submission: Submission, policy: Policy, engine: Engine
) -> Verdict:
    """Grade one submission.

    Nothing a submission contains makes this raise: what cannot be read is quarantined with the
    reason, what cannot be run earns nothing.
    """
    start = time.perf_counter()
    handed_in, repairs = _under_own_names(assignment, submission, policy)
    if not handed_in:
        return _quarantine(assignment, start, _nothing_known(assignment, submission))
    if sum(map(len, submission.files.values())) > policy.file_bytes:
        reason = (
            f"The files beside the notebook are larger than {policy.file_bytes:,} bytes. Ask for "
            "the notebook without them."
        )
        return _quarantine(assignment, start, reason)
    restored: dict[str, RestoredNotebook] = {}
    for name, data in handed_in.items():
        where = f"{name}.ipynb"
        try:
            parsed = read_notebook(data, where, policy.notebook)
            restored[name] = restore(assignment.notebooks[name], parsed)
        except NotebookError as error:
            return _quarantine(assignment, start, str(error))
    cells: list[CellVerdict] = []
    unanswered: list[tuple[str, str]] = []
    notebooks: dict[str, bytes] = {}
    for name, notebook in assignment.notebooks.items():
        if name not in restored:
            cells += _absent(notebook)
            repairs.append(Repair(name, "", "the notebook was not handed in"))
            continue
        program = submission_program(assignment, notebook, restored[name], submission.files)
        results = {result.id: result for result in engine.run(program, policy.limits)}
        carried = {}
        if policy.carried_errors:
            carried = carried_marks(
                notebook, restored[name], program, results, engine, policy.limits
            )
        cells += _judge(assignment, notebook, restored[name], results, carried)
        repairs += restored[name].repairs
        unanswered += [(name, grade_id) for grade_id in _unanswered(restored[name])]
        notebooks[name] = dump_notebook(
            autograded_notebook(notebook, restored[name], results, carried)
        )
    return Verdict(
        assignment=assignment.name,
        status=SubmissionStatus.GRADED,
        cells=tuple(cells),
        repairs=tuple(repairs),
        unanswered=tuple(unanswered),
        notebooks=notebooks,
        engine=engine.name,
        seconds=time.perf_counter() - start,
    )


def instructor_program(assignment: Assignment, notebook: AssignmentNotebook) -> Program:
    """The reference solution as a program."""
    cells = _instructor_cells(assignment, notebook)
    return Program(
        name=notebook.name,
        cells=cells,
        instructor=cells,
        files=assignment.files,
        judge_files=assignment.files,
    )


def merge_files(submitted: Mapping[str, bytes], own: Mapping[str, bytes]) -> dict[str, bytes]:
    """The submission's files, with the instructor's in their places.

    What stands in the way of one, a folder of its name or a file in the place of its folder, is
    left out.
    """
    folders = {str(parent) for path in own for parent in PurePosixPath(path).parents}
    kept = {
        path: data
        for path, data in submitted.items()
        if path not in folders
        and not any(str(parent) in own for parent in PurePosixPath(path).parents)
    }
    return {**kept, **own}


def _under_own_names(
    assignment: Assignment, submission: Submission, policy: Policy
) -> tuple[dict[str, bytes], list[Repair]]:
    """The assignment's notebooks, those that came under another name as well.

    Only where one file and one missing notebook fit nothing else.
    """
    found = {name: submission.notebooks.get(name) for name in assignment.notebooks}
    missing = [name for name, data in found.items() if data is None]
    fits: dict[str, list[str]] = {name: [] for name in missing}
    owners: Counter[str] = Counter()
    for other in sorted(submission.notebooks.keys() - found.keys()) if missing else ():
        for name in missing:
            try:
                parsed = read_notebook(submission.notebooks[other], other, policy.notebook)
                restore(assignment.notebooks[name], parsed)
            except NotebookError:
                continue
            fits[name].append(other)
            owners[other] += 1
    repairs = []
    for name, others in fits.items():
        if len(others) == 1 and owners[others[0]] == 1:
            found[name] = submission.notebooks[others[0]]
            what = f"the notebook was handed in as {others[0][:100]}.ipynb"
            repairs.append(Repair(name, "", what))
    return {name: data for name, data in found.items() if data is not None}, repairs


def _quarantine(assignment: Assignment, start: float, reason: str) -> Verdict:
    cells = [cell for notebook in assignment.notebooks.values() for cell in _absent(notebook)]
    return Verdict(
        assignment=assignment.name,
        status=SubmissionStatus.QUARANTINED,
        cells=tuple(cells),
        reason=reason,
        seconds=time.perf_counter() - start,
    )


def _nothing_known(assignment: Assignment, submission: Submission) -> str:
    wanted = " and ".join(f"{name}.ipynb" for name in assignment.notebooks)
    found = ", ".join(f"{name}.ipynb" for name in sorted(submission.notebooks)) or "no notebook"
    return f"The assignment consists of {wanted}; found {found}. Hand it in under its own name."


def _absent(notebook: AssignmentNotebook) -> list[CellVerdict]:
    return [
        CellVerdict(
            notebook=notebook.name,
            grade_id=cell.grade_id or cell.cell_id,
            status=Status.NOT_RUN,
            points=0.0,
            max_points=cell.points,
            message=NOT_RUN,
        )
        for cell in notebook.graded()
    ]


def _instructor_cells(assignment: Assignment, notebook: AssignmentNotebook) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            id=cell.cell_id,
            role=_role(cell),
            source=cell.reference,
            open=(notebook.name, cell.cell_id) in assignment.open_cells,
            borrows=(notebook.name, cell.cell_id) in assignment.borrowing_cells,
            methods=_methods(assignment, notebook, cell),
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    )


def _methods(
    assignment: Assignment, notebook: AssignmentNotebook, cell: AssignmentCell
) -> frozenset[str] | None:
    if assignment.methods is None:
        return None
    return frozenset(
        method
        for name, cell_id, method in assignment.methods
        if (name, cell_id) == (notebook.name, cell.cell_id)
    )


def submission_program(
    assignment: Assignment,
    notebook: AssignmentNotebook,
    restored: RestoredNotebook,
    files: Mapping[str, bytes],
) -> Program:
    """A restored submission as a program.

    Args:
        assignment: with its open cells decided (`grading.sealing.seal`).
        notebook: which of its notebooks.
        restored: the submission in running order.
        files: what the student handed in beside the notebook.
    """
    listened = {
        pattern.cell for pattern in assignment.patterns if pattern.notebook == notebook.name
    }
    return Program(
        name=notebook.name,
        cells=tuple(
            Cell(
                id=cell.id,
                role=_role(cell.origin),
                source=cell.source,
                open=cell.origin is not None
                and (notebook.name, cell.origin.cell_id) in assignment.open_cells,
                hidden=frozenset()
                if cell.origin is None or cell.origin.kind is not CellKind.GRADE
                else _hidden_lines(cell.origin.master, cell.origin.release),
                listening=Listening.FAILURES
                if cell.origin is not None and cell.origin.cell_id in listened
                else Listening.NEVER,
            )
            for cell in restored.cells
            if cell.cell_type == "code"
        ),
        instructor=_instructor_cells(assignment, notebook),
        files=merge_files(files, assignment.files),
        judge_files=assignment.files,
    )


def _role(origin: AssignmentCell | None) -> Role:
    match origin:
        case AssignmentCell(kind=CellKind.GRADE):
            return Role.GRADE
        case AssignmentCell(kind=CellKind.LOCKED):
            return Role.LOCKED
        case _:
            return Role.STUDENT


def _judge(
    assignment: Assignment,
    notebook: AssignmentNotebook,
    restored: RestoredNotebook,
    results: Mapping[str, CellResult],
    carried: Mapping[str, Carried],
) -> list[CellVerdict]:
    by_origin = {cell.origin.cell_id: cell for cell in restored.cells if cell.origin}
    sources = _sources(restored)
    verdicts = []
    replies: dict[str, tuple[Reply, ...]] = {}
    for cell in notebook.graded():
        if cell.kind is not CellKind.GRADE:
            verdicts.append(_manual(notebook.name, cell, by_origin[cell.cell_id]))
            continue
        result = results.get(by_origin[cell.cell_id].id)
        is_open = (notebook.name, cell.cell_id) in assignment.open_cells
        verdict = score_cell(notebook.name, cell, result, sources, is_open=is_open)
        if result is not None and result.replies and not verdict.points:
            replies[cell.cell_id] = result.replies
        verdicts.append(verdict)
    known = [pattern for pattern in assignment.patterns if pattern.notebook == notebook.name]
    hints = diagnose(known, replies)
    for index, cell in enumerate(notebook.graded()):
        if cell.cell_id in hints:
            verdicts[index] = replace(verdicts[index], diagnosis=hints[cell.cell_id])
        if (more := carried.get(cell.cell_id)) is not None:
            verdicts[index] = replace(
                verdicts[index], status=Status.PARTIAL, points=more.points, carried=more.replaced
            )
    return verdicts


def _sources(restored: RestoredNotebook) -> dict[str, str]:
    """The submission's own code, by cell."""
    return {
        cell.id: cell.source
        for cell in restored.cells
        if cell.cell_type == "code" and _role(cell.origin) is Role.STUDENT
    }


@functools.lru_cache(maxsize=1024)
def _hidden_lines(master: str, release: str) -> frozenset[int]:
    """Numbers, from 1, of the lines that the released form of a test does not have."""
    theirs, ours = release.split("\n"), master.split("\n")
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    kept = {
        line
        for start, _, size in matcher.get_matching_blocks()
        for line in range(start + 1, start + size + 1)
    }
    return frozenset(
        line for line, text in enumerate(ours, start=1) if line not in kept and text.strip()
    )


def _manual(notebook: str, cell: AssignmentCell, restored: RestoredCell) -> CellVerdict:
    unanswered = cell.kind is CellKind.MANUAL and _is_unanswered(restored, cell)
    return CellVerdict(
        notebook=notebook,
        grade_id=cell.grade_id or cell.cell_id,
        status=Status.FAILED if unanswered else Status.MANUAL,
        points=0.0,
        max_points=cell.points,
        message=NO_ANSWER if unanswered else "Graded by a person.",
    )


def _is_unanswered(restored: RestoredCell, cell: AssignmentCell) -> bool:
    return restored.missing or restored.source.strip() == cell.release.strip()


def _unanswered(restored: RestoredNotebook) -> list[str]:
    return [
        cell.origin.grade_id
        for cell in restored.cells
        if cell.origin
        and cell.origin.grade_id
        and cell.origin.kind in {CellKind.SOLUTION, CellKind.MANUAL}
        and _is_unanswered(cell, cell.origin)
    ]


def autograded_notebook(
    notebook: AssignmentNotebook,
    restored: RestoredNotebook,
    results: Mapping[str, CellResult],
    carried: Mapping[str, Carried] = MappingProxyType({}),
) -> dict[str, Any]:
    """The notebook as it was run, as nbformat 4 data; what graders see.

    Args:
        notebook: the instructor's.
        restored: the submission in running order.
        results: by cell id; a cell without one has no outputs and no execution count.
        carried: points that tests give with reference solutions, by the instructor's cell id.
    """
    cells = []
    count = 0
    sources = _sources(restored)
    for cell in restored.cells:
        entry: dict[str, Any] = {
            "id": cell.id,
            "cell_type": cell.cell_type,
            "metadata": cell.origin.master_metadata() if cell.origin else {},
            "source": cell.source,
        }
        if cell.cell_type == "code":
            result = results.get(cell.id)
            ran = result is not None and result.status is not CellStatus.NOT_RUN
            count += ran
            entry["execution_count"] = count if ran else None
            if result is not None and result.exposed:
                _, _, message, _ = decide(cell.origin.points if cell.origin else 0, result, sources)
                own = {**entry["metadata"].get("autograder", {}), **note(result, message)}
                entry["metadata"]["autograder"] = own
            if cell.origin and (more := carried.get(cell.origin.cell_id)):
                own = {**entry["metadata"].get("autograder", {}), **note_carried(more)}
                entry["metadata"]["autograder"] = own
            entry["outputs"] = [
                {**output, "execution_count": entry["execution_count"]}
                if output.get("output_type") == "execute_result"
                else output
                for output in (result.outputs if result else ())
            ]
        elif cell.attachments:
            entry["attachments"] = cell.attachments
        cells.append(entry)
    return {
        "cells": cells,
        "metadata": dict(notebook.metadata),
        "nbformat": 4,
        "nbformat_minor": 5,
    }
