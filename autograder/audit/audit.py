"""Measures an assignment's tests before anybody is graded by them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, final

from autograder.assignment import Assignment, CellKind, load_assignment
from autograder.audit.bare import Shorter
from autograder.audit.generated import Hunt, hunt, stale
from autograder.audit.handin import hand_in
from autograder.audit.leaks import leaks_of
from autograder.audit.memory import Memory, remembering
from autograder.audit.mutation import (
    Equivalent,
    GeneratedMutant,
    mutants_of,
    read_equivalents,
)
from autograder.audit.record import digest_of
from autograder.audit.stability import BUDGET, Stability, stability
from autograder.audit.stock import stock_failures
from autograder.audit.variants import Variant, VariantError, load_variants
from autograder.course import Course
from autograder.grading.grade import grade
from autograder.grading.policy import Policy
from autograder.grading.pool import EngineFactory, EnginePool
from autograder.grading.sealing import seal
from autograder.grading.verdict import Status, Verdict
from autograder.markers import Markers
from autograder.sealed.model import Engine

__all__ = ["FULL", "QUICK", "AuditReport", "Plan", "Trial", "TrialKind", "audit"]


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

    @property
    def fault(self) -> str:
        """What is wrong with its marks, in words."""
        parts = [f"{cell} gives points and should not" for cell in sorted(self.survived)]
        parts += [f"{cell} should give full points ({why})" for cell, why in self.wronged.items()]
        return "; ".join(parts)


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured beyond what was written by hand.

    Args:
        seeds: how many random states the reference is run with; 0 for none of its repeated runs.
        generated: how many generated mutants are run, chosen evenly; None for all.
        stock: whether stock nbgrader grades the reference.
    """

    seeds: int = 0
    generated: int | None = 0
    stock: bool = False

    @property
    def complete(self) -> bool:
        """Whether a release may rely on it."""
        return self.seeds >= FULL.seeds and self.generated is None and self.stock


FULL: Final = Plan(seeds=20, generated=None, stock=True)
"""What a release needs."""

QUICK: Final = Plan(seeds=3, generated=20, stock=False)
"""A sample, for continuous integration."""


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
        plan: what was measured.
        digest: of everything that the result depends on (`digest_of`).
        hunts: generated mutants.
        possible: how many mutants can be generated.
        stale: entries of `equivalent.toml` that are about no mutant.
        stability: of the reference.
        stock: cells to which stock nbgrader does not give the reference full points.
        leaks: what students would get and should not, in words.
        points: of each grade cell.
        borrowing_cells: grade cells that take classes beside the notebook from the student's
            process.
    """

    assignment: str
    trials: tuple[Trial, ...]
    open_cells: tuple[str, ...]
    unprotected: dict[str, float]
    engine: str
    seconds: float
    plan: Plan = field(default_factory=Plan)
    digest: str = ""
    hunts: tuple[Hunt, ...] = ()
    possible: int = 0
    stale: tuple[Equivalent, ...] = ()
    stability: Stability = field(default_factory=Stability)
    stock: Mapping[str, str] = field(default_factory=dict)
    leaks: tuple[str, ...] = ()
    points: Mapping[str, float] = field(default_factory=dict)
    borrowing_cells: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the tests may be used on people."""
        return not self.faults

    @property
    def faults(self) -> list[str]:
        """What has to be put right, in words."""
        found = [f"{t.kind} {t.name}".strip() + ": " + t.fault for t in self.trials if not t.passed]
        found += [f"survived: {hunt.mutant.name}" for hunt in self.hunts if hunt.survived]
        found += [
            f"said to be equivalent, but {hunt.killed_by[0]} fails it: {hunt.mutant.name}"
            for hunt in self.hunts
            if hunt.contradiction
        ]
        found += [
            f"equivalent.toml is about no mutant: {entry.cell}: {entry.becomes}"
            for entry in self.stale
        ]
        stability = self.stability
        found += [f"{cell} does not end the same way every time" for cell in stability.flaky]
        found += [
            f"{cell} fails the reference: {message}" for cell, message in stability.messages.items()
        ]
        if stability.budget_used > BUDGET:
            found.append(
                f"chance: a right answer of a class may fail with {stability.budget_used:.2g}, "
                f"allowed are {BUDGET:g}"
            )
        found += [f"under stock nbgrader {cell}: {what}" for cell, what in self.stock.items()]
        return found + [f"leak: {leak}" for leak in self.leaks]

    def of(self, kind: TrialKind) -> list[Trial]:
        """The trials of one kind."""
        return [trial for trial in self.trials if trial.kind is kind]

    def to_json(self) -> dict[str, Any]:
        """Plain data, as `docs/audit.md` describes it."""
        from autograder.audit.document import document

        return document(self)


def audit(
    course: Course,
    assignment: str,
    *,
    engine: EngineFactory,
    plan: Plan | None = None,
    policy: Policy | None = None,
    workers: int | None = None,
    heard: Callable[[Trial | Hunt | str], None] | None = None,
    memory: Memory | None = None,
) -> AuditReport:
    """Hand in what has a known mark, and compare.

    The reference solution and every alternative must get full points, the untouched release
    none; a mutant must fail the cells it names and no unrelated one.

    Args:
        course: the course.
        assignment: name of the assignment.
        engine: makes the engine.
        plan: what is measured beside that; nothing by default.
        policy: bounds; `Policy()` by default.
        workers: how many trials at once; the number of cores by default.
        heard: is told each result as it comes, and each stage in words.
        memory: of an audit that was stopped; what it knows is not run again.

    Raises:
        OperatorError: there is no such assignment.
        AutograderError: a variant does not fit the notebook.
    """
    start = time.perf_counter()
    policy, plan = policy or Policy(), plan or Plan()
    say: Callable[[Trial | Hunt | str], None] = heard or (lambda _: None)
    loaded = load_assignment(course, assignment)
    markers = Markers.of(course.config)
    folder = course.variants(assignment)
    variants = [*load_variants(folder / "mutants"), *load_variants(folder / "alternatives")]
    equivalents = read_equivalents(folder / "equivalent.toml")
    possible = mutants_of(loaded, markers)
    with EnginePool(remembering(engine, memory) if memory else engine, workers) as pool:
        sealed = pool.run(lambda running: seal(loaded, running, policy.limits))
        say(f"{len(variants)} variants written by hand")
        shorter = Shorter(
            sealed, lambda form, running: _trial_of_reference(form, policy, running).passed
        )
        trials = _trials(sealed, shorter, variants, policy, pool, say)
        chosen = _spread(possible, plan.generated)
        if chosen:
            say(f"{len(chosen)} of {len(possible)} generated mutants")
        hunts = hunt(sealed, chosen, equivalents, pool, policy.limits, say) if chosen else ()
        stable = Stability()
        if plan.seeds:
            say(f"the reference with {plan.seeds} seeds and in two fresh processes")
            short = pool.run(lambda running: shorter.of(frozenset(), running))
            stable = stability(sealed, short, pool, engine, policy.limits, plan.seeds, say)
        name = pool.run(lambda running: running.name)
    if plan.stock:
        say("the reference under stock nbgrader")
    return AuditReport(
        assignment=assignment,
        trials=trials,
        open_cells=tuple(sorted(cell for _, cell in sealed.open_cells)),
        unprotected=_unprotected(loaded),
        engine=name,
        seconds=time.perf_counter() - start,
        plan=plan,
        digest=digest_of(course, loaded),
        hunts=hunts,
        possible=len(possible),
        stale=tuple(stale(equivalents, possible)),
        stability=stable,
        stock=stock_failures(course, loaded) if plan.stock else {},
        leaks=tuple(leaks_of(course, loaded, markers)),
        points={
            cell.grade_id or cell.cell_id: cell.points
            for notebook in loaded.notebooks.values()
            for cell in notebook.cells
            if cell.kind is CellKind.GRADE
        },
        borrowing_cells=tuple(sorted(cell for _, cell in sealed.borrowing_cells)),
    )


def _trials(
    assignment: Assignment,
    shorter: Shorter,
    variants: Sequence[Variant],
    policy: Policy,
    pool: EnginePool,
    say: Callable[[Trial | Hunt | str], None],
) -> tuple[Trial, ...]:
    def work(tried: Variant | TrialKind, running: Engine) -> Trial:
        match tried:
            case TrialKind.REFERENCE:
                return _trial_of_reference(assignment, policy, running)
            case TrialKind.RELEASE:
                return _trial_of_release(assignment, policy, running)
            case Variant():
                _check_names(assignment, tried)
                # A wrong solution concerns the cells that depend on it; a right one, all of them.
                changed = frozenset(tried.cells) if tried.is_mutant else frozenset()
                return _trial_of_variant(shorter.of(changed, running), tried, policy, running)
            case other:
                raise ValueError(f"{other} is a kind of variant")

    every: list[Variant | TrialKind] = [TrialKind.REFERENCE, TrialKind.RELEASE, *variants]
    found: dict[int, Trial] = {}
    for index, trial in pool.map(lambda i, e: work(every[i], e), range(len(every))):
        found[index] = trial
        say(trial)
    return tuple(found[index] for index in range(len(every)))


def _spread(mutants: list[GeneratedMutant], count: int | None) -> list[GeneratedMutant]:
    """As many, evenly over the notebook; the same ones every time."""
    if count is None or count >= len(mutants):
        return mutants
    return [mutants[len(mutants) * index // count] for index in range(count)]


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
    verdict = grade(assignment, hand_in(assignment, variant.cells), policy, engine)
    return _trial(
        TrialKind.MUTANT if variant.is_mutant else TrialKind.ALTERNATIVE,
        variant.name,
        variant.mistake or variant.style or "",
        verdict,
        must_fail=variant.fails,
        may_fail=variant.may_fail,
    )


def _check_names(assignment: Assignment, variant: Variant) -> None:
    graded = {
        cell.grade_id
        for notebook in assignment.notebooks.values()
        for cell in notebook.cells
        if cell.kind is CellKind.GRADE
    }
    if unknown := sorted((variant.fails | variant.may_fail) - graded):
        raise VariantError(f"{variant.name}: the assignment has no grade cell {unknown[0]!r}")
    hand_in(assignment, variant.cells)


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
