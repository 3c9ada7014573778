"""Made-up classes, written straight into a gradebook: no notebook is run for them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, final

import numpy as np
from nbgrader import api
from sqlalchemy import insert

from autograder.course import Course
from autograder.grading.gradebook import open_gradebook
from autograder.grading.record import record_path
from autograder.similarity import kept_path
from tests.builders import make_course
from tests.gradebooks import with_gradebook

DUE: Final = datetime(2026, 3, 2, 12)  # noqa: DTZ001 - as nbgrader stores
FIRST: Final = ("Ada", "Alan", "Emmy", "Grace", "明", "秀英", "Zoë", "José", "芳", "Olga", "Kofi")
LAST: Final = (
    "Müller",
    "Noether",
    "李",
    "Hopper",
    "王",
    "García",
    "Nguyễn",
    "Okafor",
    "陈",
    "Smith",
)
MESSAGES: Final = (
    "Mismatched elements: {} / 14 (21.4%): the values are not those of the formula",
    "the mask is not applied to key {}",
    "scores have shape (2, {}, 7), expected (2, 7, 7)",
    "the gradient of `query` is nan after step {}",
)
SOLUTIONS: Final = ("softmax", "sdpa", "causal", "padding", "mha", "rope", "cache", "csa", "block")
ASPECTS: Final = ("values", "extremes", "gradients", "masked", "shapes")

PEOPLE: Final = {
    "ada": ("Ada", "Lovelace"),
    "li": ("明", "李"),
    "eve": ("Eve", "<script>alert(1)</script>"),
    "bob": ("Bob", "Late"),
    "zoe": ("Zoë", "Missing"),
    "tom": ("Tom", "Torn"),
}
CELLS: Final = {"one": 1.0, "two": 2.0, "three": 1.0, "why": 4.0}


@final
@dataclass(frozen=True, slots=True)
class Answer:
    """What a student has for one cell; no points: a person has yet to mark it."""

    points: float | None
    status: str = "passed"
    message: str = ""
    cpu_seconds: float = 0.1
    peak_bytes: int = 50 << 20
    diagnosis: str = ""
    carried: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class HandedIn:
    """A student's submission; with a reason it was put aside."""

    answers: tuple[Answer, ...] = ()
    hours_late: float = -5.0
    penalty: float = 0.0
    reason: str = ""
    repairs: tuple[str, ...] = ()


@final
@dataclass(slots=True)
class Made:
    """An assignment and its class; who is not in `handed_in` handed in nothing."""

    name: str
    cells: dict[str, float]
    handed_in: dict[str, HandedIn] = field(default_factory=dict)
    due: datetime | None = DUE


def right(points: float) -> Answer:
    return Answer(points)


def wrong(message: str = "the values are wrong", status: str = "failed") -> Answer:
    return Answer(0.0, status, message)


def write_class(course: Course, people: dict[str, tuple[str, str]], *assignments: Made) -> Course:
    """Fill an empty gradebook, through nbgrader's model, many rows at once."""
    keys = (f"{n:032x}" for n in itertools.count())
    gradebook = open_gradebook(course)
    try:
        session = gradebook.db
        session.execute(
            insert(api.Student.__table__),
            [{"id": key, "first_name": f, "last_name": n} for key, (f, n) in people.items()],
        )
        for made in assignments:
            _write(session, course, made, keys)
        session.commit()
    finally:
        gradebook.close()
    for made in assignments:
        path = record_path(course, made.name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(_record(made)))
    return course


def small_class(course: Course) -> Course:
    """Six students, of whom one handed in nothing and one something that cannot be read."""
    why = Answer(None, "manual", "Graded by a person.", 0.0, 0)
    attention = Made(
        "attention",
        CELLS,
        {
            "ada": HandedIn((right(1), right(2), right(1), Answer(4.0, "manual"))),
            "li": HandedIn((right(1), right(2), wrong("off by 0.5 at 3"), why)),
            "eve": HandedIn(
                (wrong(), wrong(), wrong("off  by 0.25 at 14"), why), repairs=("put back",)
            ),
            "bob": HandedIn(
                (right(1), Answer(1.0, "partial"), wrong("no", "timeout"), why),
                hours_late=30,
                penalty=0.5,
            ),
            "tom": HandedIn(reason="attention.ipynb: it is not JSON"),
        },
    )
    later = Made("later", {"x": 1.0}, {"ada": HandedIn((right(1),))}, due=None)
    return write_class(course, PEOPLE, attention, later)


def _write(session: Any, course: Course, made: Made, keys: Iterator[str]) -> None:
    work = api.Assignment(name=made.name, duedate=made.due, course_id=course.course_id)
    book = api.Notebook(name=made.name, assignment=work)
    cells = [
        api.GradeCell(name=name, max_score=most, notebook=book, cell_type="code")
        for name, most in made.cells.items()
    ]
    session.add_all([work, book, *cells])
    session.flush()
    ids = [cell.id for cell in cells]
    submitted, notebooks, grades = [], [], []
    for student, entry in made.handed_in.items():
        if entry.reason:
            continue
        one, two = next(keys), next(keys)
        stamp = (made.due or DUE) + timedelta(hours=entry.hours_late)
        submitted.append(
            {"id": one, "assignment_id": work.id, "student_id": student, "timestamp": stamp}
        )
        notebooks.append(
            {
                "id": two,
                "assignment_id": one,
                "notebook_id": book.id,
                "late_submission_penalty": entry.penalty or None,
            }
        )
        grades += [
            {
                "id": next(keys),
                "notebook_id": two,
                "cell_id": cell,
                "auto_score": answer.points,
                "needs_manual_grade": answer.points is None,
            }
            for cell, answer in zip(ids, entry.answers, strict=True)
        ]
    for table, rows in (
        (api.SubmittedAssignment, submitted),
        (api.SubmittedNotebook, notebooks),
        (api.Grade, grades),
    ):
        if rows:
            session.execute(insert(table.__table__), rows)


def _record(made: Made) -> dict[str, Any]:
    return {
        "schema": 1,
        "assignment": made.name,
        "submissions": [_submission(made, *item) for item in made.handed_in.items()],
    }


def _submission(made: Made, student: str, entry: HandedIn) -> dict[str, Any]:
    return {
        "student": student,
        "status": "quarantined" if entry.reason else "graded",
        "seconds": round(0.5 + sum(answer.cpu_seconds for answer in entry.answers), 3),
        "reason": entry.reason,
        "repairs": [
            {"notebook": made.name, "grade_id": next(iter(made.cells)), "what": what}
            for what in entry.repairs
        ],
        "cells": [
            {
                "notebook": made.name,
                "grade_id": name,
                "status": answer.status,
                "points": answer.points or 0.0,
                "message": answer.message,
                "cpu_seconds": answer.cpu_seconds,
                "peak_bytes": answer.peak_bytes,
                "diagnosis": answer.diagnosis,
                "carried": list(answer.carried),
            }
            for name, answer in zip(made.cells, entry.answers, strict=False)
        ],
    }


def large_class(
    root: Path, students: int = 2000, assignments: int = 4, cells: int = 40, *, seed: int = 0
) -> Course:
    """A class as large ones are: abilities and difficulties drawn, answers as they make likely."""
    random = np.random.default_rng(seed)
    people = {
        f"s{n:05d}": (FIRST[random.integers(len(FIRST))], LAST[random.integers(len(LAST))])
        for n in range(students)
    }
    ability = random.normal(size=students)
    titles = itertools.islice(("attention", "optimizers", "tokenizers", "sampling"), assignments)
    made = [
        _drawn(random, title, list(people), ability, cells, week)
        for week, title in enumerate(titles)
    ]
    course = write_class(with_gradebook(make_course(root)), people, *made)
    path = kept_path(course, made[0].name)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(_pairs(random, list(people))))
    return course


def _drawn(
    random: np.random.Generator,
    name: str,
    people: list[str],
    ability: np.ndarray[Any, Any],
    cells: int,
    week: int,
) -> Made:
    ids = [f"{s}-{a}" for s in SOLUTIONS for a in ASPECTS][: cells - 2]
    ids += [f"question-{n}" for n in range(1, cells - len(ids) + 1)]
    topic = {s: random.normal(size=len(people)) for s in SOLUTIONS}
    lift = np.stack([ability + 0.9 * topic.get(cell.split("-")[0], ability) for cell in ids], 1)
    hardness = random.uniform(-2.4, 0.6, size=cells)
    slope = random.uniform(0.5, 1.8, size=cells)
    slope[3] = -0.2
    most = {cell: float(random.integers(1, 4)) for cell in ids}
    made = Made(name, most, due=DUE + timedelta(weeks=2 * week))
    for row, student in enumerate(people):
        fate = random.random()
        if fate < 0.03 + 0.015 * week:
            continue
        if fate > 0.992:
            made.handed_in[student] = HandedIn(reason=f"{name}.ipynb: it is not JSON")
            continue
        chances = 1 / (1 + np.exp(-slope * (lift[row] - hardness)))
        drawn = random.random((cells, 3)).tolist()
        cpu = random.gamma(2, 0.05, size=cells).tolist()
        peak = random.gamma(4, 12 << 20, size=cells).astype(int).tolist()
        late = random.random() < 0.07
        hours = random.exponential(20) if late else -random.exponential(18)
        repaired = random.random() < 0.02
        made.handed_in[student] = HandedIn(
            tuple(map(_answer, ids, most.values(), chances.tolist(), drawn, cpu, peak)),
            hours_late=float(hours),
            penalty=2.0 if late else 0.0,
            repairs=("A test cell had been changed and was put back.",) if repaired else (),
        )
    return made


def _answer(
    cell: str, most: float, chance: float, drawn: list[float], cpu: float, peak: int
) -> Answer:
    luck, kind, which = drawn
    if cell.startswith("question"):
        given = None if luck < 0.3 else float(round(most * chance))
        return Answer(given, "manual", "Graded by a person.", 0.0, 0)
    if luck < chance:
        return Answer(most, "passed", "", cpu, peak)
    if kind < 0.05:
        return Answer(0.0, "timeout", "It took longer than 20 s.", 20.0, peak)
    if kind < 0.25:
        return Answer(0.0, "error", "NotImplementedError", cpu, peak)
    text = MESSAGES[int(len(MESSAGES) * which * which)]
    return Answer(0.0, "failed", text.format(int(14 * kind)), cpu, peak)


def _pairs(random: np.random.Generator, people: list[str]) -> dict[str, Any]:
    pairs = random.choice(people, (12, 2), replace=False).tolist()
    return {
        "schema": 1,
        "threshold": 1.0,
        "pairs": [
            {"one": a, "other": b, "chance": 10.0**-n, "alike": 0.99 - n / 50, "cells": []}
            for n, (a, b) in enumerate(pairs, start=1)
        ],
    }
