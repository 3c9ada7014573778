from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.grading.record import record_path
from autograder.report import frames
from autograder.report.frames import _anonymous
from tests.builders import RIGHT, SQUARE, hand_in, make_course, notebook, released
from tests.gradebooks import with_gradebook
from tests.report.classes import CELLS, DUE, PEOPLE, small_class


def new_class(folder: Path) -> Course:
    return small_class(with_gradebook(make_course(folder / "course")))


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return new_class(tmp_path_factory.mktemp("report"))


def test_every_student_has_a_row_for_every_assignment(known: Course) -> None:
    found = frames(known, "attention").students
    assert len(found) == 2 * len(PEOPLE)
    mine = found[found.assignment == "attention"].set_index("student")
    assert mine.state.to_dict() == {
        "ada": "graded",
        "li": "graded",
        "eve": "graded",
        "bob": "graded",
        "zoe": "missing",
        "tom": "quarantined",
    }
    assert mine.score.loc[["ada", "li", "bob"]].tolist() == [8, 3, 1.5]
    assert np.isnan(mine.score["zoe"])
    assert mine.share["ada"] == 1
    assert mine.name["li"] == "明 李"
    assert mine.reason["tom"].endswith("not JSON")
    assert mine.late.to_dict()["bob"] is True
    assert mine.hours_late["bob"] == 30
    assert (mine.pending["li"], mine.repairs["eve"]) == (1, 1)


def test_an_assignment_has_its_counts_and_quartiles(known: Course) -> None:
    found = frames(known, "attention").assignments.set_index("assignment").loc["attention"]
    assert found[["graded", "missing", "quarantined", "late", "repaired"]].tolist() == [
        4,
        1,
        1,
        1,
        1,
    ]
    shares = [1, 3 / 8, 0, 1.5 / 8]
    assert found["median"] == np.median(shares)
    assert found["mean"] == np.mean(shares)
    assert found.alpha_cells == 3


def test_cells_keep_the_order_of_the_notebook_and_have_their_figures(known: Course) -> None:
    found = frames(known, "attention").cells.set_index("cell")
    assert found.index.tolist() == list(CELLS)
    assert found.facility.to_dict() == {"one": 3 / 4, "two": 5 / 8, "three": 1 / 4, "why": 1}
    assert found.marked.to_dict()["why"] == 1
    assert found.loc["three", ["passed", "failed", "timeout"]].tolist() == [1, 2, 1]
    # By hand: rest of `one` is 3, 2, 0, 1 where the cell is 1, 1, 0, 1.
    expected = np.corrcoef([1, 1, 0, 1], [3, 2, 0, 1])[0, 1]
    assert found.item_rest["one"] == pytest.approx(expected)
    assert found.cpu_seconds_median["one"] == pytest.approx(0.1)
    assert found.peak_mib_95["one"] == pytest.approx(50)


def test_messages_that_differ_in_numbers_are_counted_together(known: Course) -> None:
    found = frames(known, "attention").messages
    (row,) = [row for row in found.itertuples() if row.message.startswith("off by")]
    assert (row.cell, row.students, row.status) == ("three", 2, "failed")


def test_cells_that_fail_together_are_paired(known: Course) -> None:
    found = frames(known, "attention").together
    # `why` is left out: not everybody has a mark for it.
    assert len(found) == 3
    (pair,) = found[(found.one == "attention/two") & (found.other == "attention/one")].itertuples()
    assert (pair.both, pair.jaccard) == (1, 1 / 2)


def test_the_course_as_a_whole_has_every_assignment_in_full(known: Course) -> None:
    found = frames(known)
    assert found.chosen == ["later", "attention"]
    assert set(found.marks.assignment) == {"attention", "later"}
    assert found.assignments.due.tolist()[1] == DUE
    assert frames(str(known.root), "later").chosen == ["later"]


def test_an_anonymous_report_has_nobodys_name(known: Course) -> None:
    found = frames(known, "attention", anonymous=True)
    said = " ".join(
        str(value) for table in found.tables().values() for value in table.to_numpy().ravel()
    )
    words = set(re.findall(r"[^\W\d]+", said))
    for student, (first, last) in PEOPLE.items():
        assert not words & {student, first, *re.findall(r"[^\W\d]+", last)}
    assert sorted(found.students.student.unique()) == [f"Student {n}" for n in range(1, 7)]
    # What fewer than three said could tell who they are.
    assert found.messages.empty
    # The same student has the same pseudonym everywhere.
    best = found.students[found.students.share == 1].student
    assert best.nunique() == 1
    repaired = found.students[found.students.repairs > 0].student
    assert repaired.tolist() == found.repairs.student.tolist()


def test_an_anonymous_report_repeats_no_id_that_a_student_made_up(known: Course) -> None:
    found = frames(known, "attention")
    kept = found.repairs.cell.tolist()
    made_up = found.repairs.assign(cell="notes-of-ada")
    both = replace(found, repairs=pd.concat([found.repairs, made_up]))
    assert _anonymous(both).repairs.cell.tolist() == [*kept, *[""] * len(kept)]
    assert kept


def test_pseudonyms_are_new_each_time(known: Course) -> None:
    seen = set()
    for _ in range(40):
        found = frames(known, "later", anonymous=True).students
        seen.add(found[found.state == "graded"].student.iloc[0])
        if len(seen) > 1:
            return
    pytest.fail("forty times the same")


def test_a_class_graded_by_nbgrader_itself_has_no_record(tmp_path: Path) -> None:
    course = new_class(tmp_path)
    record_path(course, "attention").unlink()
    found = frames(course, "attention")
    assert found.cells.cell.tolist() == sorted(CELLS)
    ada = found.marks[found.marks.student == "ada"].set_index("cell").status
    assert ada[["one", "two"]].tolist() == ["passed", "passed"]
    bob = found.marks[found.marks.student == "bob"].set_index("cell").status
    assert bob[["two", "why"]].tolist() == ["partial", "manual"]


def test_deadlines_are_those_of_the_policy(tmp_path: Path) -> None:
    course = new_class(tmp_path)
    (course.root / "policy.toml").write_text(
        "[late]\ngrace = '1 h'\n[[extension]]\nstudents = ['bob']\nby = '29 h'\nreason = 'ill'\n"
    )
    mine = frames(course, "attention").students.set_index(["assignment", "student"])
    bob = mine.loc[("attention", "bob")]
    # One hour after his own deadline, which is within the time of grace.
    assert (bob.hours_late, bool(bob.late)) == (1, False)
    assert bob.handed_in == datetime(2026, 3, 3, 18)  # noqa: DTZ001 - as nbgrader stores


def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    course = with_gradebook(make_course(tmp_path / "course", square=SQUARE))
    with pytest.raises(OperatorError, match="nothing was graded yet"):
        frames(course)
    hand_in(course, "ada", "square", notebook(released(SQUARE, RIGHT)))
    with pytest.raises(OperatorError, match="nothing was graded yet"):
        frames(course, "square")


def test_an_unknown_assignment_is_named(known: Course) -> None:
    with pytest.raises(OperatorError, match=r"'lector' is not in the gradebook.*attention"):
        frames(known, "lector")
