"""How often a known mistake is recognised, and whether anybody is told about another one.

    python -m benchmarks.diagnosis regularization --answers answers.bin

Hands in every wrong solution as a student would; then pairs of those that were recognised, in
different exercises, some with other names for their local variables, and some of the mutants that
the audit generates, which nobody recorded. Each runs once, without the tests that its exercise has
no part in: what it would be told if nobody had recorded it follows from the same answers.
`--answers` keeps them, or reads them if they are there, so that changed words are judged without
running anything.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self, final

from autograder.assignment import Assignment, CellKind, load_assignment
from autograder.audit.handin import hand_in
from autograder.audit.mutation import GeneratedMutant, mutants_of
from autograder.audit.needs import Needs
from autograder.audit.variants import Variant, load_variants
from autograder.course import Course
from autograder.grading.engines import default_engine
from autograder.grading.grade import grade
from autograder.grading.plain import decode, encode
from autograder.grading.policy import Policy
from autograder.grading.sealing import seal
from autograder.markers import Markers
from autograder.mistakes import Hint, diagnose, load_hints, load_patterns
from autograder.sealed.model import CellResult, Engine, Limits, Program, Reply

ROOT: Final = Path(__file__).resolve().parent.parent
_LIMIT: Final = 1 << 30


@final
@dataclass(frozen=True, slots=True)
class Run:
    """What came of one submission.

    Args:
        mistakes: names of the wrong solutions in it; what was changed, of a generated one.
        replies: what it answered to the tests that failed and are listened to, by their ids.
    """

    mistakes: tuple[str, ...]
    replies: Mapping[str, tuple[Reply, ...]]


@final
@dataclass(frozen=True, slots=True)
class Runs:
    """What came of all of them.

    Args:
        alone: one mistake each.
        pairs: two each.
        renamed: one each, written in other words.
        generated: one each, and not on record.
    """

    alone: tuple[Run, ...]
    pairs: tuple[Run, ...]
    renamed: tuple[Run, ...]
    generated: tuple[Run, ...]


@final
@dataclass(frozen=True, slots=True)
class Known:
    """What submissions are made of and judged by.

    Args:
        assignment: with its patterns.
        mutants: the wrong solutions by name.
        generated: others that are not on record.
        hints: by the name of the mistake.
    """

    assignment: Assignment
    mutants: Mapping[str, Variant]
    generated: Sequence[GeneratedMutant]
    hints: Mapping[str, Hint]

    def said(self, run: Run, *, without: str = "") -> dict[str, str]:
        """Names of the hints by test, one mistake being off the record."""
        patterns = [one for one in self.assignment.patterns if one.mistake != without]
        return {test: hint for test, hint in diagnose(patterns, run.replies).items() if hint}

    def own(self, run: Run) -> set[str]:
        """Names of the hints that are meant for it."""
        return {self.hints[name].name for name in run.mistakes if name in self.hints}


@final
class Overheard:
    """An engine that runs what it is asked for, and keeps the results.

    Args:
        engine: does the work.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.wanted: frozenset[str] | None = None
        self.results: tuple[CellResult, ...] = ()

    @property
    def name(self) -> str:
        return self._engine.name

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        if self.wanted is not None:
            cells = tuple(cell for cell in program.cells if cell.id in self.wanted)
            program = replace(program, cells=cells)
        self.results = self._engine.run(program, limits)
        return self.results

    def __enter__(self) -> Self:
        self._engine.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.__exit__(kind, error, trace)


def load(name: str) -> Known:
    course = Course.open(ROOT)
    assignment, folder = load_assignment(course, name), course.variants(name)
    hints, path = load_hints(folder), folder / "diagnosis.json"
    started = time.perf_counter()
    patterns = load_patterns(path, assignment.solved, hints)
    seconds = time.perf_counter() - started
    if patterns is None:
        raise SystemExit(f"{path} belongs to other solutions: autograder diagnose {name}")
    size = path.stat().st_size
    print(f"{size / 1e3:.0f} kB, read in {1e3 * seconds:.1f} ms: {len(patterns)} patterns in use")
    return Known(
        assignment=replace(assignment, patterns=patterns),
        mutants={mutant.name: mutant for mutant in load_variants(folder / "mutants")},
        generated=mutants_of(assignment, Markers.of(course.config)),
        hints={mistake: hint for hint in hints for mistake in hint.mistakes},
    )


def hand_in_all(known: Known, every: int, mixed: int, generated: int, seed: int) -> Runs:
    """Every wrong solution; then some pairs, some written in other words, some generated ones."""
    # Some generated ones never end.
    policy = Policy(limits=replace(Policy().limits, cell_cpu_seconds=8))
    chance = random.Random(seed)
    started = time.perf_counter()
    with Overheard(default_engine()()) as engine:
        sealed = seal(known.assignment, engine, policy.limits)
        (notebook,) = sealed.notebooks.values()
        needs = Needs(sealed, notebook)
        tests = {cell.cell_id for cell in notebook.cells if cell.kind is CellKind.GRADE}
        tested = {cell.id for cell in needs.slice(tests).cells}

        def run(answers: Mapping[str, str], *mistakes: str) -> Run:
            engine.wanted = frozenset(tested - tests | needs.concerned(answers))
            verdict = grade(sealed, hand_in(sealed, answers), policy, engine)
            replies = {result.id: result.replies for result in engine.results if result.replies}
            earned = {cell.grade_id for cell in verdict.cells if cell.points}
            found = Run(mistakes, {test: replies[test] for test in replies.keys() - earned})
            told = {cell.grade_id: cell.diagnosis for cell in verdict.cells if cell.diagnosis}
            if told != known.said(found):
                raise SystemExit(f"{mistakes}: grading says {told}, and not {known.said(found)}")
            return found

        mutants = known.mutants
        alone = tuple(run(mutants[name].cells, name) for name in list(mutants)[::every])
        told = [one.mistakes[0] for one in alone if known.said(one)]
        others = chance.sample(told, min(mixed, len(told)))
        made = chance.sample(known.generated, min(generated, len(known.generated)))
        runs = Runs(
            alone=alone,
            pairs=tuple(
                run({**mutants[one].cells, **mutants[two].cells}, one, two)
                for one, two in _pairs(known, told, mixed, chance)
            ),
            renamed=tuple(
                run({cell: renamed(text) for cell, text in mutants[name].cells.items()}, name)
                for name in others
            ),
            generated=tuple(
                run({one.cell: one.source}, f"{one.name}, was: {one.line}") for one in made
            ),
        )
    print(f"{time.perf_counter() - started:.0f} s; load {os.getloadavg()[0]:.1f}")
    return runs


def _pairs(
    known: Known, names: list[str], count: int, chance: random.Random
) -> list[tuple[str, str]]:
    """Each name once at most, and two of different exercises."""
    left = chance.sample(names, len(names))
    pairs: list[tuple[str, str]] = []
    while left and len(pairs) < count:
        first = left.pop()
        cells = known.mutants[first].cells.keys()
        second = next((name for name in left if not cells & known.mutants[name].cells.keys()), None)
        if second is not None:
            left.remove(second)
            pairs.append((first, second))
    return pairs


def renamed(source: str) -> str:
    """The same functions with other names for local variables, laid out anew."""
    tree = ast.parse(source)
    for function in _functions(tree):
        _Renaming(_local(function)).visit(function)
    return ast.unparse(tree)


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Outermost functions and methods."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield node
        else:
            yield from _functions(node)


def _local(function: ast.FunctionDef) -> set[str]:
    bound, kept = set[str](), set[str]()
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                bound.add(name)
            # Callers may give parameters by their names.
            case ast.arg(arg=name):
                kept.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                kept.update(names)
            case _:
                pass
    return bound - kept


class _Renaming(ast.NodeTransformer):
    def __init__(self, names: set[str]) -> None:
        self._names = {name: f"own_{place}" for place, name in enumerate(sorted(names))}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self._names.get(node.id, node.id), node.ctx), node)


def tell(known: Known, runs: Runs) -> None:
    """Print what was recognised, and everything that has to be read by a person."""
    hinted = sum(name in known.hints for name in known.mutants)
    there = sum(name in known.hints for run in runs.alone for name in run.mistakes)
    print(
        f"{len(known.mutants)} wrong solutions, {hinted} with a hint; "
        f"{len(runs.alone)} handed in, {there} with a hint"
    )
    for what, some in (("alone", runs.alone), ("pairs", runs.pairs), ("renamed", runs.renamed)):
        said = [(run, known.said(run), known.own(run)) for run in some]
        right = sum(hint in own for _, hints, own in said for hint in hints.values())
        whole = sum(bool(own) and own == set(hints.values()) for _, hints, own in said)
        print(
            f"{what}: {len(some)} submissions, {sum(len(run.replies) for run in some)} tests "
            f"failed with answers, {right} with a hint of their own; all named in {whole}"
        )
        for run, hints, own in said:
            _show(known, run, {test: hint for test, hint in hints.items() if hint not in own})
    print("off the record:")
    same = 0
    for run in runs.alone:
        (name,) = run.mistakes
        hints = known.said(run, without=name)
        others = {test: hint for test, hint in hints.items() if hint not in known.own(run)}
        same += len(hints) - len(others)
        _show(known, run, others)
    print(f"  and {same} tests with the same hint")
    print(f"generated: {len(runs.generated)} submissions")
    for run in runs.generated:
        _show(known, run, known.said(run))


def _show(known: Known, run: Run, hints: Mapping[str, str]) -> None:
    """What was said and is not known to be true."""
    for test, hint in sorted(hints.items()):
        print(f"  {' + '.join(run.mistakes)}, in {test}")
        for name in run.mistakes:
            if name in known.mutants:
                print(f"    is: {known.mutants[name].mistake}")
        print(f"    told: {next(h.texts['en'] for h in known.hints.values() if h.name == hint)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("assignment")
    parser.add_argument("--answers", type=Path, help="file for the answers")
    parser.add_argument("--every", type=int, default=1, help="take each so many-th wrong solution")
    parser.add_argument("--mixed", type=int, default=12, help="how many pairs, how many renamed")
    parser.add_argument("--generated", type=int, default=60, help="how many nobody recorded")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    known = load(options.assignment)
    if options.answers and options.answers.is_file():
        runs = decode(Runs, options.answers.read_bytes(), limit=_LIMIT)
    else:
        runs = hand_in_all(known, options.every, options.mixed, options.generated, options.seed)
        if options.answers:
            options.answers.write_bytes(encode(runs))
    tell(known, runs)


if __name__ == "__main__":
    main()
