"""Why a student has the marks they have."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

from autograder.assignment import load_assignment
from autograder.course import Course
from autograder.errors import AutograderError, OperatorError
from autograder.grading.gradebook import open_gradebook
from autograder.grading.marks import CellMark, Mark, read_grades
from autograder.grading.plain import digest
from autograder.lateness import assess_course, load_rules
from autograder.lateness import explain as explain_lateness
from autograder.trail.hands import notice
from autograder.trail.log import Entry, Trail, read_trail

__all__ = ["Explanation", "explain", "file_hashes"]


@final
@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one student's marks in one assignment.

    Args:
        student: the student's id.
        assignment: its name.
        mark: what the gradebook says; None if it says nothing.
        max_score: points there are.
        cells: the gradebook's entries.
        graded: the last time it was graded; None if that is not on record.
        history: what else is on record about it, in order.
        lateness: sentences on deadline and deduction.
        same_bytes: whether `submitted/` still holds what was graded; None if that is not known.
        same_tests: whether `source/` still holds the tests it was graded with, likewise.
    """

    student: str
    assignment: str
    mark: Mark | None
    max_score: float
    cells: tuple[CellMark, ...]
    graded: Entry | None
    history: tuple[Entry, ...]
    lateness: tuple[str, ...]
    same_bytes: bool | None
    same_tests: bool | None

    def to_json(self) -> dict[str, Any]:
        """Plain data with a schema version."""
        return {
            "schema": 1,
            "student": self.student,
            "assignment": self.assignment,
            "score": self.mark.score if self.mark else None,
            "raw_score": self.mark.raw_score if self.mark else None,
            "penalty": self.mark.penalty if self.mark else None,
            "pending": self.mark.pending if self.mark else None,
            "max_score": self.max_score,
            "cells": [
                {
                    "notebook": cell.notebook,
                    "cell": cell.cell,
                    "auto_score": cell.auto_score,
                    "manual_score": cell.manual_score,
                    "extra_credit": cell.extra_credit,
                    "score": cell.score,
                    "max_score": cell.max_score,
                    "comment": cell.comment,
                }
                for cell in self.cells
            ],
            "graded": _entry(self.graded) if self.graded else None,
            "history": [_entry(entry) for entry in self.history],
            "lateness": list(self.lateness),
            "same_bytes": self.same_bytes,
            "same_tests": self.same_tests,
        }


def explain(course: Course, student: str, assignment: str) -> Explanation:
    """Gather what is known about one student's marks.

    Args:
        course: the course.
        student: the student's id.
        assignment: its name.

    Raises:
        OperatorError: nothing is known about them, or the log was changed.
    """
    gradebook = open_gradebook(course)
    try:
        rules = load_rules(course)
        deductions = assess_course(course, gradebook)
        everything = read_grades(gradebook, cells=True)
    finally:
        gradebook.close()
    trail = Trail(course)
    notice(trail, read_trail(course), everything)
    entries = [
        found
        for entry in read_trail(course)
        if (found := _about(entry, student, assignment)) is not None
    ]
    work = next((work for work in everything.works if work.name == assignment), None)
    mark = everything.marks.get((assignment, student))
    if mark is None and not entries:
        raise OperatorError(f"nothing is known about {student!r} in {assignment!r}")
    graded = next((entry for entry in reversed(entries) if entry.action == "graded"), None)
    sentences: list[str] = []
    for deduction in deductions:
        if (deduction.student, deduction.lateness.assignment) == (student, assignment) and rules:
            sentences = explain_lateness(
                deduction.lateness, points=deduction.points, zone=rules.zone
            )
    return Explanation(
        student=student,
        assignment=assignment,
        mark=mark,
        max_score=work.max_score if work else 0.0,
        cells=everything.cells.get((assignment, student), ()),
        graded=graded,
        history=tuple(entries),
        lateness=tuple(sentences),
        same_bytes=_same_bytes(course, graded, student, assignment),
        same_tests=_same_tests(course, graded, assignment),
    )


def _about(entry: Entry, student: str, assignment: str) -> Entry | None:
    """What an entry says of one student's work; of a whole class's file only their part."""
    facts = entry.facts
    if entry.action == "exported":
        given = facts["points"].get(assignment, {})
        if student not in given:
            return None
        own = {"assignment": assignment, "student": student, "points": given[student]}
        return replace(entry, facts={**facts, **own})
    of_both = facts.get("assignment") == assignment and facts.get("student") == student
    return entry if of_both else None


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each file below a folder, by relative path; links are not followed."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def _same_bytes(course: Course, graded: Entry | None, student: str, assignment: str) -> bool | None:
    if graded is None:
        return None
    here = file_hashes(course.step("submitted", student, assignment))
    then = graded.facts["files"]
    return bool({name: here.get(name) for name in then} == then)


def _same_tests(course: Course, graded: Entry | None, assignment: str) -> bool | None:
    if graded is None:
        return None
    try:
        loaded = load_assignment(course, assignment)
    except AutograderError:
        return None
    return bool(digest(loaded) == graded.facts["tests"])


def _entry(entry: Entry) -> dict[str, Any]:
    return {"time": entry.time, "who": entry.who, "action": entry.action, **entry.facts}
