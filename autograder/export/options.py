"""What the person who exports decides, and what is said back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import final

from autograder.course import Course
from autograder.export.template import Table
from autograder.feedback.language import Language, language_of, load_language
from autograder.grading.marks import Grades, Mark, Person, Work
from autograder.lateness import load_rules

__all__ = ["Exported", "Options"]


@final
@dataclass(frozen=True, slots=True)
class Options:
    """How grades are exported.

    Args:
        bom: begin text with a byte order mark, which old versions of Excel need for names that
            are not ASCII.
        template: the file that the LMS gave, to be filled in.
        columns: the LMS's column of an assignment, where its name does not say.
        provisional: give the points there are even where a person has yet to mark an answer;
            otherwise such marks stay empty in files for an LMS.
        missing_as_zero: give 0 to who handed nothing in; otherwise that stays empty in files for
            an LMS.
        drop_lowest: how many assignments with the lowest share of points leave a student's total;
            None for what the course's rules say (see `of_course`), and none without rules.
        language: of the feedback that some formats carry in words; the course's, see `of_course`.
        feedback: the page of a student's assignment by its file name, for formats that carry it.
    """

    bom: bool = False
    template: Table | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    provisional: bool = False
    missing_as_zero: bool = False
    drop_lowest: int | None = None
    language: Language = field(default_factory=lambda: load_language("en"))
    feedback: Mapping[tuple[str, str], tuple[Path, ...]] = field(default_factory=dict)

    def of_course(self, course: Course) -> Options:
        """These, completed by the course's language and by what its `policy.toml` says.

        Raises:
            OperatorError: the file says something without a meaning, or there is no such language.
        """
        rules = load_rules(course) if self.drop_lowest is None else None
        drop = self.drop_lowest if rules is None else rules.drop_lowest
        return replace(self, drop_lowest=drop, language=language_of(course.config))

    def points(self, mark: Mark | None) -> float | None:
        """What an LMS is told about a mark; None to leave its entry as it is."""
        if mark is None:
            return 0.0 if self.missing_as_zero else None
        return mark.score if self.provisional or not mark.pending else None

    def given(self, grades: Grades) -> dict[tuple[str, str], float | None]:
        """What an LMS is told about everybody, by assignment and student id; nothing left empty."""
        return {
            (work.name, person.id): points
            for work in grades.works
            for person in grades.people
            if (points := self.points(grades.mark(work, person))) is not None
        }

    def counted(self, grades: Grades, person: Person) -> tuple[Work, ...]:
        """The assignments that count for a student's total; of equals the later one leaves."""
        worth = [work for work in grades.works if work.max_score > 0]
        shares = {
            work.name: (mark.score if mark else 0.0) / work.max_score
            for work in worth
            for mark in (grades.mark(work, person),)
        }
        kept = sorted(worth, key=lambda work: -shares[work.name])
        dropped = {work.name for work in kept[max(1, len(kept) - (self.drop_lowest or 0)) :]}
        return tuple(work for work in grades.works if work.name not in dropped)

    def withheld(self, grades: Grades) -> list[tuple[Work, Person]]:
        """Whose marks are left out because a person has yet to mark an answer."""
        if self.provisional:
            return []
        return [
            (work, person)
            for work in grades.works
            for person in grades.people
            if (mark := grades.mark(work, person)) is not None and mark.pending
        ]


@final
@dataclass(frozen=True, slots=True)
class Exported:
    """A file's bytes, and what its reader has to know.

    Args:
        data: the file.
        rows: how many rows with marks it has.
        notes: what was left out and why, a sentence each.
        given: the points that the file says, by assignment and student id; None where it tells of
            them in another way, by cells or by pages.
    """

    data: bytes
    rows: int
    notes: tuple[str, ...] = ()
    given: Mapping[tuple[str, str], float | None] = field(default_factory=dict)
