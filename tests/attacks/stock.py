"""Runs the attacks under stock nbgrader in throw-away courses and records what they achieved.

    python -m tests.attacks.stock [NAME ...]

Everything is graded when no name (or beginning of one) is given. Attacks that are dangerous without
a sandbox say so (`# stock:`) and are not run. The results go to `results/stock.json`, from which
`python -m tests.attacks.table` makes the table in `docs/security.md`. Run it where nothing matters,
best in a process table of its own:

    unshare --pid --fork --kill-child --mount-proc python -m tests.attacks.stock
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderApp

from autograder.course import Course
from tests.attacks.arena import Arena, descendants, hand_in, secrets_in, shown_to_students
from tests.attacks.attacks import COURSE, NOTEBOOK, Attack, load_attacks
from tests.attacks.results import Result, record
from tests.attacks.tampering import tamperings

_SECONDS = 240
_STUDENT = "attacker"
_FOLLOWER = "honest"


def main(names: list[str]) -> None:
    """Run the attacks whose names begin with one of `names`, or all."""
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        template = _template(Path(folder))
        for attack in [*load_attacks(), *tamperings()]:
            if names and not attack.name.startswith(tuple(names)):
                continue
            result = (
                Result("not run", note=attack.stock) if attack.stock else _run(attack, template)
            )
            record("stock", attack.name, result)
            print(attack.name, result.outcome, result.stolen, result.damage, flush=True)


def _template(folder: Path) -> Path:
    """A course whose assignment has been released by nbgrader."""
    course = folder / "course"
    shutil.copytree(COURSE, course)
    finished = _nbgrader(course, "generate_assignment", NOTEBOOK, "--create")
    if finished != 0:
        raise SystemExit("nbgrader generate_assignment failed")
    shutil.rmtree(course / "release")
    return course


def _run(attack: Attack, template: Path) -> Result:
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        arena = Arena(Path(folder), template)
        hand_in(arena.course, _STUDENT, attack.submission(arena.places))
        arena.settle()
        try:
            code = _nbgrader(arena.course.root, "autograde", NOTEBOOK, "--student", _STUDENT)
            damage = [] if code is not None else ["the grader had to be killed"]
            damage += arena.damage()
            _end_all(arena)
            points = _points(arena.course, _STUDENT)
            outcome = "graded"
            if points is None:
                finished = _nbgrader(arena.course.root, "autograde", NOTEBOOK)
                _end_all(arena)
                stopped = finished is not None and _points(arena.course, _FOLLOWER) is None
                outcome = "batch stopped" if stopped else "lost"
            leaks = secrets_in(shown_to_students(_autograded(arena.course)))
        finally:
            arena.close()
        return Result(
            outcome,
            sum(_differences(attack, points or {}, 1)),
            sum(_differences(attack, points or {}, -1)),
            damage,
            leaks,
        )


def _nbgrader(course: Path, *arguments: str) -> int | None:
    """Run an nbgrader command; its exit code, or None if it had to be killed."""
    child = os.fork()
    if child == 0:
        _become_nbgrader(course, arguments)
    watch = os.pidfd_open(child)
    try:
        if not select.select([watch], [], [], _SECONDS)[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return None
    finally:
        os.close(watch)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _become_nbgrader(course: Path, arguments: tuple[str, ...]) -> NoReturn:
    """In a forked process, which has imported nbgrader already."""
    code = 1
    try:
        os.setsid()
        os.chdir(course)
        os.nice(5)
        os.environ["OMP_NUM_THREADS"] = "1"
        os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        for kind, value in ((resource.RLIMIT_FSIZE, 256 << 20), (resource.RLIMIT_AS, 12 << 30)):
            resource.setrlimit(kind, (value, value))
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        NbGraderApp.launch_instance(argv=list(arguments))
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(code)


def _end_all(arena: Arena) -> None:
    for process in descendants() - {int(arena.places["victim"])}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _points(course: Course, student: str) -> dict[str, float] | None:
    """Points by grade cell, or None if there is nothing in the gradebook or in `autograded/`."""
    if not (course.step("autograded", student, NOTEBOOK) / f"{NOTEBOOK}.ipynb").is_file():
        return None
    with Gradebook(course.db_url) as gradebook:
        try:
            submission = gradebook.find_submission(NOTEBOOK, student)
        except MissingEntry:
            return None
        return {
            grade.name: grade.auto_score
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.auto_score is not None
        }


def _differences(attack: Attack, points: dict[str, float], sign: int) -> Iterator[float]:
    """By how much the cells got more (`sign` 1) or less (-1) than they must."""
    for cell, right in attack.earned().items():
        got = points.get(cell, 0.0)
        yield max(0.0, sign * ((0.0 if math.isnan(got) else got) - right))


def _autograded(course: Course) -> dict[str, Any]:
    path = course.step("autograded", _STUDENT, NOTEBOOK) / f"{NOTEBOOK}.ipynb"
    try:
        notebook: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {"cells": []}
    return notebook


if __name__ == "__main__":
    main(sys.argv[1:])
