"""Measures an assignment's tests before anybody is graded by them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, final

from autograder.assignment import Assignment, CellKind, load_assignment
from autograder.audit.handin import hand_in
from autograder.audit.variants import Variant, VariantError, load_variants
from autograder.course import Course
from autograder.grading.grade import grade
from autograder.grading.policy import Policy
from autograder.grading.pool import EngineFactory, EnginePool
from autograder.grading.sealing import seal
from autograder.grading.verdict import Status, Verdict
from autograder.sealed.model import Engine

__all__ = ["AuditReport", "Trial", "TrialKind", "audit", "variants_folder"]


class TrialKind(StrEnum):
    """What was handed in."""

    REFERENCE = "reference"
    RELEASE = "release"
    MUTANT = "mutant"
    ALTERNATIVE = "alternative"


@final
@dataclass(frozen=True, slots=True)
class Trial:
    """One submission whose marks are known beforehand.

    Args:
        kind: what it is.
        name: of the variant; empty for reference and release.
        description: the mistake or the style, in words.
        failed: `grade_id` of the autograded cells without full points.
        survived: cells that had to fail and did not.
        wronged: cells that had to give full points and did not, with the message of each.
        cpu_seconds: CPU time of all its grade cells.
    """

    kind: TrialKind
    name: str
    description: str
    failed: frozenset[str]
    survived: frozenset[str]
    wronged: dict[str, str]
    cpu_seconds: float

    @property
    def passed(self) -> bool:
        """Whether the marks are the expected ones."""
        return not self.survived and not self.wronged


@final
@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the audit of an assignment found.

    Args:
        assignment: its name.
        trials: everything that was handed in.
        open_cells: grade cells that cannot be sealed.
        unprotected: grade cells without any hidden test, with their points.
        engine: which engine ran it.
        seconds: wall time of the audit.
    """

    assignment: str
    trials: tuple[Trial, ...]
    open_cells: tuple[str, ...]
    unprotected: dict[str, float]
    engine: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the tests may be used on people."""
        return all(trial.passed for trial in self.trials)

    def of(self, kind: TrialKind) -> list[Trial]:
        """The trials of one kind."""
        return [trial for trial in self.trials if trial.kind is kind]

    def to_json(self) -> dict[str, Any]:
        """Plain data with a schema version."""
        return {
            "schema": 1,
            "assignment": self.assignment,
            "passed": self.passed,
            "engine": self.engine,
            "seconds": round(self.seconds, 3),
            "open_cells": list(self.open_cells),
            "unprotected": self.unprotected,
            "trials": [
                {
                    "kind": str(trial.kind),
                    "name": trial.name,
                    "description": trial.description,
                    "passed": trial.passed,
                    "failed": sorted(trial.failed),
                    "survived": sorted(trial.survived),
                    "wronged": trial.wronged,
                    "cpu_seconds": round(trial.cpu_seconds, 4),
                }
                for trial in self.trials
            ],
        }


def variants_folder(course: Course, assignment: str) -> Path:
    """Where an assignment's mutants and alternatives lie."""
    return course.root / "tests" / "assignments" / assignment


def audit(
    course: Course,
    assignment: str,
    *,
    engine: EngineFactory,
    policy: Policy | None = None,
    workers: int | None = None,
    heard: Callable[[Trial], None] | None = None,
) -> AuditReport:
    """Hand in what has a known mark, and compare.

    The reference solution and every alternative must get full points, the untouched release
    none; a mutant must fail the cells it names and no unrelated one.

    Args:
        course: the course.
        assignment: name of the assignment.
        engine: makes the engine.
        policy: bounds; `Policy()` by default.
        workers: how many trials at once; the number of cores by default.
        heard: is told each trial as it ends.

    Raises:
        OperatorError: there is no such assignment.
        AutograderError: a variant does not fit the notebook.
    """
    start = time.perf_counter()
    policy = policy or Policy()
    loaded = load_assignment(course, assignment)
    folder = variants_folder(course, assignment)
    variants = [*load_variants(folder / "mutants"), *load_variants(folder / "alternatives")]
    with EnginePool(engine, workers) as pool:
        sealed = pool.run(lambda running: seal(loaded, running, policy.limits))

        def work(tried: Variant | TrialKind, running: Engine) -> Trial:
            match tried:
                case TrialKind.REFERENCE:
                    return _trial_of_reference(sealed, policy, running)
                case TrialKind.RELEASE:
                    return _trial_of_release(sealed, policy, running)
                case Variant():
                    return _trial_of_variant(sealed, tried, policy, running)
                case other:
                    raise ValueError(f"{other} is a kind of variant")

        every: list[Variant | TrialKind] = [TrialKind.REFERENCE, TrialKind.RELEASE, *variants]
        found: dict[int, Trial] = {}
        for index, trial in pool.map(lambda i, e: work(every[i], e), range(len(every))):
            found[index] = trial
            if heard:
                heard(trial)
        name = pool.run(lambda running: running.name)
    return AuditReport(
        assignment=assignment,
        trials=tuple(found[index] for index in range(len(every))),
        open_cells=tuple(sorted(cell for _, cell in sealed.open_cells)),
        unprotected=_unprotected(loaded),
        engine=name,
        seconds=time.perf_counter() - start,
    )


def _trial_of_reference(assignment: Assignment, policy: Policy, engine: Engine) -> Trial:
    verdict = grade(assignment, hand_in(assignment, {}), policy, engine)
    return _trial(TrialKind.REFERENCE, "", "the instructor's solution", verdict)


def _trial_of_release(assignment: Assignment, policy: Policy, engine: Engine) -> Trial:
    verdict = grade(assignment, hand_in(assignment, None), policy, engine)
    every = frozenset(cell.grade_id for cell in verdict.cells)
    return _trial(TrialKind.RELEASE, "", "the untouched release", verdict, must_fail=every)


def _trial_of_variant(
    assignment: Assignment, variant: Variant, policy: Policy, engine: Engine
) -> Trial:
    graded = {
        cell.grade_id
        for notebook in assignment.notebooks.values()
        for cell in notebook.cells
        if cell.kind is CellKind.GRADE
    }
    if unknown := sorted((variant.fails | variant.may_fail) - graded):
        raise VariantError(f"{variant.name}: the assignment has no grade cell {unknown[0]!r}")
    verdict = grade(assignment, hand_in(assignment, variant.cells), policy, engine)
    return _trial(
        TrialKind.MUTANT if variant.is_mutant else TrialKind.ALTERNATIVE,
        variant.name,
        variant.mistake or variant.style or "",
        verdict,
        must_fail=variant.fails,
        may_fail=variant.may_fail,
    )


def _trial(
    kind: TrialKind,
    name: str,
    description: str,
    verdict: Verdict,
    *,
    must_fail: frozenset[str] = frozenset(),
    may_fail: frozenset[str] = frozenset(),
) -> Trial:
    earning = {cell.grade_id for cell in verdict.cells if cell.points > 0}
    automatic = [cell for cell in verdict.cells if cell.status is not Status.MANUAL]
    failed = {cell.grade_id: cell for cell in automatic if cell.points < cell.max_points}
    # A manual cell cannot be lost by a wrong solution; only the release must earn nothing at all.
    survived = must_fail & earning if kind is TrialKind.RELEASE else must_fail - failed.keys()
    return Trial(
        kind=kind,
        name=name,
        description=description,
        failed=frozenset(failed),
        survived=frozenset(survived),
        wronged={
            grade_id: f"{cell.status}: {cell.detail or cell.message or cell.author_note}"
            for grade_id, cell in failed.items()
            if grade_id not in must_fail | may_fail
        },
        cpu_seconds=sum(cell.cpu_seconds for cell in verdict.cells),
    )


def _unprotected(assignment: Assignment) -> dict[str, float]:
    return {
        cell.grade_id or cell.cell_id: cell.points
        for notebook in assignment.notebooks.values()
        for cell in notebook.cells
        if cell.kind is CellKind.GRADE and cell.master.strip() == cell.release.strip()
    }
