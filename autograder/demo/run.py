"""The demo: a course from its source to the grades, with a class whose marks are known."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from autograder.assignment import load_assignment
from autograder.audit.audit import AuditReport, audit
from autograder.audit.variants import Variant, load_variants
from autograder.collect import CollectReport, collect
from autograder.course import Course
from autograder.demo.cohort import HandIn, cohort
from autograder.demo.expectation import differences
from autograder.demo.inbox import fill_inbox
from autograder.errors import OperatorError
from autograder.export import export
from autograder.feedback import feedback
from autograder.grading.batch import BatchReport, Progress, grade_assignment
from autograder.grading.policy import Policy
from autograder.grading.pool import EngineFactory
from autograder.release import release
from autograder.sealed.model import Limits

__all__ = ["DemoReport", "demo"]

_MARK = ".made-by-autograder-demo"
_SEED = 7
_AUDITED = 12
# Enough for the slowest right solution on a slow machine, little enough to wait for a loop.
_SEALED_LIMITS = Limits(cell_cpu_seconds=10)
_KERNEL_LIMITS = Limits(cell_cpu_seconds=20)


@final
@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo did.

    Args:
        folder: the course it made.
        hand_ins: the class.
        audited: what was found about the tests.
        collected: what came in.
        graded: the verdicts.
        surprises: by student, in what the verdict is not the expected one.
        grades: the file with the grades.
    """

    folder: Path
    hand_ins: tuple[HandIn, ...]
    audited: AuditReport
    collected: CollectReport
    graded: BatchReport
    surprises: dict[str, tuple[str, ...]]
    grades: Path

    @property
    def passed(self) -> bool:
        """Whether everything came out as it should."""
        return self.audited.passed and not self.surprises


def demo(
    course: Course,
    folder: Path,
    *,
    engine: EngineFactory,
    assignment: str = "attention",
    workers: int | None = None,
    say: Callable[[str], None] = lambda _: None,
    progress: Progress | None = None,
) -> DemoReport:
    """Make a course with a class, and carry it through the whole life cycle.

    Args:
        course: has the assignment's source, and its wrong and right solutions under `tests/`.
        folder: the new course; made anew if an earlier demo made it.
        engine: makes the engines.
        assignment: its name; it has one notebook.
        workers: how many submissions are graded, or tried by the audit, at once.
        say: is told each step.
        progress: hears how grading goes.

    Raises:
        OperatorError: there is no such assignment, or the folder belongs to somebody else.
    """
    variants = course.variants(assignment)
    mutants = load_variants(variants / "mutants")
    alternatives = load_variants(variants / "alternatives")
    say(f"Making a course in {folder.name}/ ...")
    made = _make_course(course, folder, assignment)
    say("Auditing the tests with solutions whose marks are known ...")
    _copy_variants(made, assignment, variants, [*_sample(mutants), *alternatives])
    audited = audit(made, assignment, engine=engine, workers=workers)
    say("Releasing ...")
    release(made, assignment)
    sealed = audited.engine.startswith("sealed")
    hand_ins = cohort(load_assignment(made, assignment), mutants, alternatives, sealed=sealed)
    say(f"Collecting what {len(hand_ins)} students handed in ...")
    sources = fill_inbox(folder / "inbox", hand_ins, assignment)
    collected = collect(made, sources)
    say("Grading ...")
    limits = _SEALED_LIMITS if sealed else _KERNEL_LIMITS
    graded = grade_assignment(
        made,
        assignment,
        engine=engine,
        policy=Policy(limits=limits),
        workers=workers,
        progress=progress,
    )
    say("Writing feedback and grades ...")
    feedback(made, assignment)
    grades = export(made, made.root / "grades.csv").path
    return DemoReport(
        folder=made.root,
        hand_ins=tuple(hand_ins),
        audited=audited,
        collected=collected,
        graded=graded,
        surprises=_surprises(hand_ins, graded),
        grades=grades,
    )


def _make_course(course: Course, folder: Path, assignment: str) -> Course:
    source = course.source(assignment)
    if not source.is_dir():
        raise OperatorError(
            f"there is no {source}: run the demo in a checkout of the course, or with --course DIR"
        )
    if folder.exists():
        if not (folder / _MARK).is_file():
            raise OperatorError(f"{folder} is there and was not made by the demo; move it away")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARK).write_text("The demo removes this folder when it runs again.\n")
    shutil.copytree(source, folder / "source" / assignment)
    config = course.root / "nbgrader_config.py"
    if config.is_file():
        shutil.copyfile(config, folder / config.name)
    return Course.open(folder)


def _sample(mutants: Sequence[Variant]) -> list[Variant]:
    """A few, so that the demo stays short; `autograder audit` takes all."""
    return random.Random(_SEED).sample(list(mutants), min(_AUDITED, len(mutants)))


def _copy_variants(
    made: Course, assignment: str, variants: Path, chosen: Sequence[Variant]
) -> None:
    for variant in chosen:
        kind = "mutants" if variant.is_mutant else "alternatives"
        target = made.variants(assignment) / kind
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(variants / kind / f"{variant.name}.py", target)


def _surprises(hand_ins: Sequence[HandIn], graded: BatchReport) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for hand_in in hand_ins:
        verdict = graded.verdicts.get(hand_in.student)
        if verdict is None:
            found[hand_in.student] = ("it was not graded",)
        elif problems := tuple(differences(hand_in.expected, verdict)):
            found[hand_in.student] = problems
    for student in graded.verdicts.keys() - {hand_in.student for hand_in in hand_ins}:
        found[student] = ("nobody of this name handed in",)
    return found
