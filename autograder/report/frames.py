"""The figures of a class as pandas data frames."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final, final

import numpy as np
import pandas as pd

from autograder.course import Course
from autograder.grading.marks import CellMark, Mark, Person
from autograder.grading.record import CellRecord, SubmissionRecord
from autograder.grading.verdict import Status, SubmissionStatus
from autograder.report import theory, together
from autograder.report.messages import gathered
from autograder.report.pseudonyms import Pseudonyms
from autograder.report.sources import Sources, read_sources

__all__ = ["STATES", "Frames", "frames", "make_frames"]

STATES: Final = ("graded", "waiting", "quarantined", "missing")
"""What became of a student's submission: graded; handed in and not graded yet; put aside, because
it could not be read; nothing was handed in."""
_MEBIBYTE: Final = 1 << 20
_FULL: Final = 1e-9
_FEW: Final = 3


@final
@dataclass(frozen=True, slots=True)
class Frames:
    """The figures of a class; every frame has a column `assignment`.

    Args:
        course: the course's id.
        zone: the time zone in which the course gives its times; frames are in UTC.
        made: when the figures were read, UTC.
        anonymous: whether students have pseudonyms.
        assignments: one row an assignment, by due date: how many students handed in, are missing,
            late, put aside; quartiles of the share of points; Cronbach's alpha and its number of
            cells (of assignments that were not chosen: NaN).
        students: one row a student and assignment: state (see `STATES`), score, penalty, share of
            the points, answers yet to be marked, time handed in, hours after the deadline (negative
            before it), repairs, seconds and MiB.
        cells: one row a grade cell of the chosen assignments, in the order of the notebooks:
            points, how it went, difficulty and discrimination (see `theory`), time, memory, and
            what the audit said of its tests.
        marks: one row a student and grade cell: points (NaN: yet to be marked), status, message,
            whether the reference stood in for an earlier mistake, CPU seconds, MiB.
        messages: one row a kind of message of a failed cell: how many students read it, and who.
        diagnoses: one row a mistake that was recognised by a grade cell: name and words of its
            hint, how many students made it, and who.
        together: one row a pair of grade cells: phi and Jaccard coefficients of failing.
        repairs: one row a repair.
        similar: one row a pair of submissions that the last `autograder similar` found.
        notes: for each chosen assignment when `similar` ran, and why its audit may not hold.
    """

    course: str
    zone: str
    made: datetime
    anonymous: bool
    assignments: pd.DataFrame
    students: pd.DataFrame
    cells: pd.DataFrame
    marks: pd.DataFrame
    messages: pd.DataFrame
    diagnoses: pd.DataFrame
    together: pd.DataFrame
    repairs: pd.DataFrame
    similar: pd.DataFrame
    notes: Mapping[str, Mapping[str, str]]

    @property
    def chosen(self) -> list[str]:
        """The assignments that are here in full."""
        return list(self.notes)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The frames by name."""
        return {
            entry.name: value
            for entry in fields(self)
            if isinstance(value := getattr(self, entry.name), pd.DataFrame)
        }


def frames(
    course: Course | str, assignment: str | None = None, *, anonymous: bool = False
) -> Frames:
    """Read the figures of a class, for a notebook for example.

    Nothing is written.

        >>> found = frames("/courses/nlp", "attention")  # doctest: +SKIP
        >>> found.cells.sort_values("item_rest").head()  # doctest: +SKIP

    Args:
        course: the course, or its directory.
        assignment: the one to report in full; all by default.
        anonymous: give students pseudonyms, new ones each time, and leave out what few said.

    Raises:
        OperatorError: nothing was graded yet, or something that was kept is damaged.
    """
    opened = course if isinstance(course, Course) else Course.open(course)
    found = make_frames(read_sources(opened, assignment))
    return _anonymous(found) if anonymous else found


def make_frames(sources: Sources) -> Frames:
    """The figures from what was read."""
    made = [_Class(sources, name) for name in sources.chosen]
    students = _students(sources)
    tables: dict[str, pd.DataFrame] = {
        name: pd.concat([table for one in made if len(table := one.tables[name])])
        if any(len(one.tables[name]) for one in made)
        else made[0].tables[name]
        for name in made[0].tables
    }
    return Frames(
        course=sources.grades.course,
        zone=sources.zone,
        made=datetime.now(UTC),
        anonymous=False,
        assignments=_assignments(sources, students, made),
        students=students,
        **{name: table.reset_index(drop=True) for name, table in tables.items()},
        notes={one.name: one.notes for one in made},
    )


def _students(sources: Sources) -> pd.DataFrame:
    """One row a student and assignment, of all assignments."""
    rows = []
    for work in sources.grades.works:
        records = sources.records.get(work.name, {})
        submitted = sources.submitted.get(work.name, frozenset())
        people = {person.id: person for person in sources.grades.people}
        for unknown in sorted((records.keys() | submitted) - people.keys()):
            people[unknown] = Person(unknown)
        for person in people.values():
            mark = sources.grades.marks.get((work.name, person.id))
            record = records.get(person.id)
            lateness = sources.lateness.get((work.name, person.id))
            hours = None
            late = False
            if lateness is not None and lateness.deadline and lateness.timestamp:
                hours = (lateness.timestamp - lateness.deadline).total_seconds() / 3600
                # Within the time of grace nobody is late.
                late = bool(lateness.counted or lateness.late_days)
            cells = record.cells.values() if record else ()
            peak = max((cell.peak_bytes for cell in cells), default=0) / _MEBIBYTE
            rows.append(
                {
                    "assignment": work.name,
                    "student": person.id,
                    "name": person.name,
                    "state": _state(mark, record, handed_in=person.id in submitted),
                    "score": mark.score if mark else None,
                    "max_score": work.max_score,
                    "share": mark.score / work.max_score if mark and work.max_score else None,
                    "penalty": mark.penalty if mark else None,
                    "pending": mark.pending if mark else 0,
                    "handed_in": mark.timestamp if mark else None,
                    "hours_late": hours,
                    "late": late,
                    "repairs": len(record.repairs) if record else 0,
                    "seconds": record.seconds if record and record.seconds else None,
                    "cpu_seconds": sum(cell.cpu_seconds for cell in cells) if cells else None,
                    "peak_mib": peak or None,
                    "reason": record.reason if record else "",
                }
            )
    table = pd.DataFrame(rows, columns=_STUDENT_COLUMNS)
    numbers = ["score", "share", "penalty", "hours_late", "seconds", "cpu_seconds", "peak_mib"]
    table[numbers] = table[numbers].astype(float)
    table["handed_in"] = pd.to_datetime(table["handed_in"])
    return table


_STUDENT_COLUMNS: Final = [
    "assignment",
    "student",
    "name",
    "state",
    "score",
    "max_score",
    "share",
    "penalty",
    "pending",
    "handed_in",
    "hours_late",
    "late",
    "repairs",
    "seconds",
    "cpu_seconds",
    "peak_mib",
    "reason",
]


def _state(mark: Mark | None, record: SubmissionRecord | None, *, handed_in: bool) -> str:
    if record is not None and record.status is SubmissionStatus.QUARANTINED:
        return "quarantined"
    if mark is not None:
        return "graded"
    return "waiting" if handed_in else "missing"


def _assignments(sources: Sources, students: pd.DataFrame, made: Sequence[_Class]) -> pd.DataFrame:
    alphas = {one.name: (one.alpha, one.alpha_cells) for one in made}
    rows = []
    for work in sources.grades.works:
        mine = students[students.assignment == work.name]
        share = mine.share.dropna()
        first, median, third = share.quantile([0.25, 0.5, 0.75]) if len(share) else [np.nan] * 3
        alpha, of_cells = alphas.get(work.name, (np.nan, 0))
        rows.append(
            {
                "assignment": work.name,
                "due": work.duedate,
                "max_score": work.max_score,
                "students": len(mine),
                **{state: int((mine.state == state).sum()) for state in STATES},
                "late": int(mine.late.sum()),
                "repaired": int((mine.repairs > 0).sum()),
                "pending": int((mine.pending > 0).sum()),
                "mean": share.mean(),
                "sd": share.std(),
                "lower_quartile": first,
                "median": median,
                "upper_quartile": third,
                "alpha": alpha,
                "alpha_cells": of_cells,
            }
        )
    return pd.DataFrame(rows)


@final
class _Class:
    """The tables of one assignment.

    Args:
        sources: what was read.
        name: of the assignment.
    """

    def __init__(self, sources: Sources, name: str) -> None:
        self.name = name
        self._records = sources.records[name]
        self._marks = {
            student: marks
            for (assignment, student), marks in sources.grades.cells.items()
            if assignment == name
        }
        keys = self._cell_keys()
        self.notes = {"similar": "", "audit": ""}
        marks = self._mark_table(keys)
        most = self._most(keys)
        shape = (len(self._marks), len(keys))
        points = marks["points"].to_numpy(float).reshape(shape)
        # An answer that nobody has marked yet says nothing; a cell without marks has no figures.
        usable = (~np.isnan(points)).any(axis=0) & (most > 0)
        self.alpha = theory.alpha(points[:, usable]) if usable.any() else float("nan")
        self.alpha_cells = int((~np.isnan(points)).all(axis=0)[usable].sum()) if len(points) else 0
        cells = self._cell_table(keys, marks, points, most, usable)
        audited = sources.audited.get(name)
        if audited is not None:
            self.notes["audit"] = audited.doubt
        self.tables = {
            "cells": cells.join(_audit(audited.document if audited else {}, cells)),
            "marks": marks,
            "messages": self._messages(marks),
            "diagnoses": self._diagnoses(sources.hints[name]),
            "together": self._together(keys, points, most, usable),
            "repairs": self._repairs(),
            "similar": self._similar(sources),
        }

    def _cell_keys(self) -> list[tuple[str, str]]:
        """Notebook and id of every grade cell, in the order in which they stand there."""
        graded = chain.from_iterable(record.cells for record in self._records.values())
        stored = ((m.notebook, m.cell) for marks in self._marks.values() for m in marks)
        known = set(stored)
        return [key for key in dict.fromkeys(chain(graded, sorted(known))) if key in known]

    def _most(self, keys: Sequence[tuple[str, str]]) -> theory.Points:
        most = {(m.notebook, m.cell): m.max_score for marks in self._marks.values() for m in marks}
        return np.array([most[key] for key in keys], dtype=float)

    def _mark_table(self, keys: Sequence[tuple[str, str]]) -> pd.DataFrame:
        columns: dict[str, list[Any]] = defaultdict(list)
        nothing = SubmissionRecord(SubmissionStatus.GRADED, "", (), {})
        for student, marks in self._marks.items():
            record = self._records.get(student, nothing)
            mine = {(mark.notebook, mark.cell): mark for mark in marks}
            for notebook, cell in keys:
                mark, run = mine.get((notebook, cell)), record.cells.get((notebook, cell))
                columns["student"].append(student)
                columns["notebook"].append(notebook)
                columns["cell"].append(cell)
                columns["points"].append(_points(mark))
                columns["status"].append(_status(mark, run))
                columns["message"].append(run.message if run else "")
                columns["carried"].append(bool(run and run.carried))
                columns["cpu_seconds"].append(run.cpu_seconds if run else np.nan)
                columns["peak_mib"].append(run.peak_bytes / _MEBIBYTE if run else np.nan)
        names = ["student", "notebook", "cell", "points", "status", "message", "carried"]
        table = pd.DataFrame(columns, columns=[*names, "cpu_seconds", "peak_mib"])
        table.insert(0, "assignment", self.name)
        return table.astype({"points": float, "cpu_seconds": float, "peak_mib": float})

    def _cell_table(
        self,
        keys: Sequence[tuple[str, str]],
        marks: pd.DataFrame,
        points: theory.Points,
        most: theory.Points,
        usable: np.ndarray[Any, np.dtype[np.bool_]],
    ) -> pd.DataFrame:
        def spread(values: theory.Points) -> theory.Points:
            found = np.full(len(keys), np.nan)
            found[usable] = values
            return found

        used, of = points[:, usable], most[usable]
        shape = points.shape
        statuses = marks["status"].to_numpy(object).reshape(shape)
        cpu = marks["cpu_seconds"].to_numpy(float).reshape(shape)
        peak = marks["peak_mib"].to_numpy(float).reshape(shape)
        table = pd.DataFrame(
            {
                "assignment": self.name,
                "notebook": [notebook for notebook, _ in keys],
                "cell": [cell for _, cell in keys],
                "max_points": most,
                "marked": (~np.isnan(points)).sum(axis=0),
                "mean": spread(theory.facility(used, np.ones(len(of)))),
                "facility": spread(theory.facility(used, of)),
                "item_rest": spread(theory.item_rest(used)),
                "upper_lower": spread(theory.upper_lower(used, of)),
                "alpha_without": spread(theory.alpha_without(used)),
            }
        )
        for status in Status:
            table[str(status)] = (statuses == str(status)).sum(axis=0)
        table["carried"] = marks["carried"].to_numpy(bool).reshape(shape).sum(axis=0)
        for name, values in (("cpu_seconds", cpu), ("peak_mib", peak)):
            known = [column[column > 0] for column in values.T]
            table[f"{name}_median"] = [np.median(v) if len(v) else np.nan for v in known]
            table[f"{name}_95"] = [np.quantile(v, 0.95) if len(v) else np.nan for v in known]
        return table

    def _messages(self, marks: pd.DataFrame) -> pd.DataFrame:
        said = marks[(marks.message != "") & ~marks.status.isin(["passed", "manual"])]
        rows = [
            {"assignment": self.name, "notebook": notebook, "cell": cell, **entry}
            for (notebook, cell), group in said.groupby(["notebook", "cell"], sort=False)
            for entry in gathered(zip(group.student, group.message, group.status, strict=True))
        ]
        names = ["assignment", "notebook", "cell", "status", "message", "students", "who"]
        return pd.DataFrame(rows, columns=names).sort_values(
            "students", ascending=False, kind="stable"
        )

    def _diagnoses(self, hints: Mapping[str, str]) -> pd.DataFrame:
        fits: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for student, record in self._records.items():
            for key, run in record.cells.items():
                if run.diagnosis:
                    fits[*key, run.diagnosis].append(student)
        rows = [
            (self.name, *key, hints.get(key[2], ""), len(who), who) for key, who in fits.items()
        ]
        names = ["assignment", "notebook", "cell", "diagnosis", "words", "students", "who"]
        return pd.DataFrame(rows, columns=names).sort_values(
            "students", ascending=False, kind="stable"
        )

    def _together(
        self,
        keys: Sequence[tuple[str, str]],
        points: theory.Points,
        most: theory.Points,
        usable: np.ndarray[Any, np.dtype[np.bool_]],
    ) -> pd.DataFrame:
        complete = usable & ~np.isnan(points).any(axis=0)
        names = [key for key, use in zip(keys, complete, strict=True) if use]
        failed = points[:, complete] < most[complete] - _FULL
        phi, jaccard = together.phi(failed), together.jaccard(failed)
        both = failed.astype(int).T @ failed.astype(int)
        place = {cell: position for position, cell in enumerate(together.order(phi))}
        rows = [
            {
                "assignment": self.name,
                "one": "/".join(names[i]),
                "other": "/".join(names[j]),
                "place_one": place[i],
                "place_other": place[j],
                "both": int(both[i, j]),
                "phi": phi[i, j],
                "jaccard": jaccard[i, j],
            }
            for i in range(len(names))
            for j in range(i)
        ]
        columns = ["assignment", "one", "other", "place_one", "place_other", "both"]
        return pd.DataFrame(rows, columns=[*columns, "phi", "jaccard"])

    def _repairs(self) -> pd.DataFrame:
        rows = [
            (self.name, student, repair.notebook, repair.grade_id, repair.what)
            for student, record in self._records.items()
            for repair in record.repairs
        ]
        return pd.DataFrame(rows, columns=["assignment", "student", "notebook", "cell", "what"])

    def _similar(self, sources: Sources) -> pd.DataFrame:
        names = ["assignment", "one", "other", "chance", "alike"]
        compared = sources.compared.get(self.name)
        if compared is None:
            return pd.DataFrame(columns=names)
        document = compared.document
        self.notes["similar"] = f"{compared.made:%Y-%m-%d %H:%M} UTC"
        rows = [
            (self.name, str(pair["one"]), str(pair["other"]), pair["chance"], pair["alike"])
            for pair in document.get("pairs", ())
            if pair["chance"] < document.get("threshold", 1)
        ]
        return pd.DataFrame(rows, columns=names)


def _points(mark: CellMark | None) -> float:
    if mark is None or (mark.pending and mark.manual_score is None and mark.auto_score is None):
        return float("nan")
    return mark.score


def _status(mark: CellMark | None, run: CellRecord | None) -> str:
    if run is not None:
        return str(run.status)
    if mark is None:
        return str(Status.NOT_RUN)
    if mark.auto_score is None:
        return str(Status.MANUAL)
    if mark.auto_score >= mark.max_score - _FULL:
        return str(Status.PASSED)
    return str(Status.PARTIAL if mark.auto_score > 0 else Status.FAILED)


def _audit(document: Mapping[str, Any], cells: pd.DataFrame) -> pd.DataFrame:
    """For each cell: mutants that its tests fail, those only it fails, and what chance does."""
    kills, generated = document.get("kills", {}), document.get("generated", {})
    stability, chance = document.get("stability", {}), document.get("chance", {})
    known = bool(document)
    return pd.DataFrame(
        [
            {
                "killed": sum(kills.get(cell, {}).values()) if known else np.nan,
                "killed_alone": generated.get("alone", {}).get(cell, 0) if known else np.nan,
                "flaky": cell in stability.get("flaky", ()) if known else None,
                "false_fail": chance.get("declared", {}).get(cell, {}).get("rate", 0.0)
                if known
                else np.nan,
                "open": cell in document.get("open_cells", ()) if known else None,
            }
            for cell in cells.cell
        ],
        index=cells.index,
        columns=["killed", "killed_alone", "flaky", "false_fail", "open"],
    )


def _anonymous(found: Frames) -> Frames:
    names = Pseudonyms(chain(found.students.student, found.similar.one, found.similar.other))
    students = found.students.assign(
        student=found.students.student.map(names.of),
        name="",
        handed_in=found.students.handed_in.dt.floor("h"),
        hours_late=np.floor(found.students.hours_late),
        reason="",
    ).sort_values(["assignment", "student"], kind="stable")
    order = {name: place for place, name in enumerate(found.assignments.assignment)}
    students = students.sort_values("assignment", key=lambda c: c.map(order), kind="stable")
    return replace(
        found,
        anonymous=True,
        students=students.reset_index(drop=True),
        marks=found.marks.assign(student=found.marks.student.map(names.of), message=""),
        messages=_widely_said(found.messages, names),
        diagnoses=_widely_said(found.diagnoses, names),
        repairs=found.repairs.assign(
            student=found.repairs.student.map(names.of),
            # An id that is none of the assignment's is a student's own words.
            cell=found.repairs.cell.where(found.repairs.cell.isin(found.cells.cell), ""),
            what="",
        ),
        similar=found.similar.assign(
            one=found.similar.one.map(names.of), other=found.similar.other.map(names.of)
        ),
    )


def _widely_said(table: pd.DataFrame, names: Pseudonyms) -> pd.DataFrame:
    """What few students did could tell who they are."""
    kept = table[table.students >= _FEW].reset_index(drop=True)
    return kept.assign(who=[sorted(map(names.of, who)) for who in kept.who])
