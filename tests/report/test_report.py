"""What the command writes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from autograder.audit.record import record_path as audit_path
from autograder.cli import app
from autograder.course import Course
from autograder.report import document, frames, page
from autograder.report.messages import gathered
from autograder.report.page import _embedded
from tests.builders import make_course
from tests.gradebooks import with_gradebook
from tests.report.classes import PEOPLE, Answer, HandedIn, Made, right, small_class, write_class


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return small_class(with_gradebook(make_course(tmp_path_factory.mktemp("report") / "course")))


def test_the_command_writes_a_page_and_the_same_as_json(
    known: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = ["--course", str(known.root), "report", "attention", "--json", "figures.json"]
    result = CliRunner().invoke(app, run)
    assert result.exit_code == 0, result.output
    assert "report-attention.html" in result.output
    (line,) = [line for line in result.output.splitlines() if line.startswith("attention ")]
    assert line.split() == ["attention", "4", "1", "1", "1", "3", "28%", "0.77"]
    written = json.loads(Path("figures.json").read_text(encoding="utf-8"))
    expected = document(frames(known, "attention"))
    assert written | {"made": ""} == json.loads(json.dumps(expected | {"made": ""}))
    assert [cell["cell"] for cell in written["cells"]] == ["one", "two", "three", "why"]
    text = Path("report-attention.html").read_text(encoding="utf-8")
    assert "明 李" in text
    assert "http://" not in text.split("<script", 1)[0]


def test_an_anonymous_page_has_no_names(known: Course) -> None:
    text = page(frames(known, "attention", anonymous=True))
    data = text.split('id="data">', 1)[1].split("</script>", 1)[0]
    for student, (first, last) in PEOPLE.items():
        for word in (student, first, last):
            assert f'"{word}' not in data
    assert "Student 1" in data


def test_an_unknown_folder_is_refused_before_the_work(known: Course) -> None:
    run = ["--course", str(known.root), "report", "--json", "/nowhere/figures.json"]
    result = CliRunner().invoke(app, run)
    assert result.exit_code == 2
    assert "there is no folder /nowhere" in result.output


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner, max_size=3)))
def test_what_is_embedded_is_data_and_nothing_else(value: object) -> None:
    text = str(_embedded(value))
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == value


def test_messages_of_one_kind_are_shown_by_their_most_common_words() -> None:
    said = [
        ("a", "expected 3 at 0x7f01", "failed"),
        ("b", "expected 4  at 0x7fff", "failed"),
        ("c", "expected 4\nat 0x7fff", "failed"),
        ("d", "expected nan at 0x7fff", "error"),
        ("e", "cell x2 is missing", "failed"),
        ("f", "cell x3 is missing", "failed"),
    ]
    found = [(entry["message"], entry["who"]) for entry in gathered(said)]
    assert found[0] == ("expected 4 at 0x7fff", ["a", "b", "c"])
    # Digits in a name are part of it.
    assert len(found) == 4


def test_diagnoses_and_carried_mistakes_are_counted(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    folder = course.variants("attention")
    folder.mkdir(parents=True)
    (folder / "hints.toml").write_text(
        "[unscaled]\nmistakes = ['no_scale']\nen = 'It looks unscaled.'\nzh = '没有缩放。'\n"
    )
    wrong = Answer(0.0, "failed", "no", diagnosis="unscaled")
    made = Made("attention", {"one": 1.0})
    made.handed_in = {
        "ada": HandedIn((wrong,)),
        "li": HandedIn((replace(wrong, diagnosis="other"),)),
        "eve": HandedIn((wrong,)),
        "bob": HandedIn((replace(right(1.0), carried=("zero",)),)),
    }
    found = frames(write_class(with_gradebook(course), PEOPLE, made), "attention")
    (most, other) = found.diagnoses.itertuples()
    assert (most.diagnosis, most.words, most.who) == (
        "unscaled",
        "It looks unscaled.",
        ["ada", "eve"],
    )
    assert (other.diagnosis, other.words, other.students) == ("other", "", 1)
    assert "It looks unscaled." in page(found)
    assert found.cells.carried.tolist() == [1]


def test_the_audit_says_what_a_cells_tests_find(tmp_path: Path) -> None:
    course = small_class(with_gradebook(make_course(tmp_path / "course")))
    path = audit_path(course, "attention")
    path.parent.mkdir(parents=True)
    audit = {
        "kills": {"one": {"square": 4, "by hand": 2}},
        "generated": {"alone": {"one": 3}},
        "stability": {"flaky": ["two"]},
        "chance": {"declared": {"two": {"checks": 1, "rate": 1e-6}}},
        "open_cells": ["three"],
    }
    path.write_text(json.dumps(audit))
    (course.root / "policy.toml").write_text("timezone = 'Europe/Zurich'")
    found = frames(course, "attention")
    assert '"due":"2026-03-02 13:00 CET"' in page(found)
    cells = found.cells.set_index("cell")
    assert (cells.killed["one"], cells.killed_alone["one"]) == (6, 3)
    assert [cells.flaky["two"], cells.open["three"], cells.flaky["one"]] == [True, True, False]
    assert cells.false_fail["two"] == 1e-6
    # There is no source to compare with, and that is said.
    assert "attention" in found.notes["attention"]["audit"]
    path.write_text("[")
    result = CliRunner().invoke(app, ["--course", str(course.root), "report"])
    assert result.exit_code == 2
    assert "Run `autograder audit` again" in result.output
