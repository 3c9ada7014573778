from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from rich.console import Console

from autograder.assignment import load_assignment
from autograder.audit.variants import parse_variant
from autograder.course import Course
from autograder.demo import DemoReport, demo
from autograder.demo.cohort import cohort
from autograder.demo.expectation import Expectation, differences
from autograder.demo.show import print_report, svg
from autograder.errors import OperatorError
from autograder.grading.pool import EngineFactory
from autograder.grading.verdict import CellVerdict, Status, SubmissionStatus, Verdict
from tests.builders import SQUARE, make_course

MUTANTS = {
    "square_doubles": "# mistake: It doubles.\n# fails: square-values\n"
    "# %% square\ndef square(x):\n    return 2 * x\n",
    "cube_squares": "# mistake: It squares.\n# fails: cube-values\n"
    "# %% cube\ndef cube(x):\n    return x * x\n",
}
ALTERNATIVES = {
    "powers": "# style: with powers\n# %% square\ndef square(x):\n    return x ** 2\n"
    "# %% cube\ndef cube(x):\n    return pow(x, 3)\n",
}


def course_with_variants(root: Path) -> Course:
    course = make_course(root, square=SQUARE)
    for kind, variants in (("mutants", MUTANTS), ("alternatives", ALTERNATIVES)):
        folder = root / "tests" / "assignments" / "square" / kind
        folder.mkdir(parents=True)
        for name, text in variants.items():
            (folder / f"{name}.py").write_text(text)
    return course


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, warm: EngineFactory) -> DemoReport:
    root = tmp_path_factory.mktemp("demo")
    course = course_with_variants(root / "course")
    return demo(course, root / "demo-course", engine=warm, assignment="square", workers=1)


def test_everybody_gets_the_marks_they_should(report: DemoReport) -> None:
    assert report.surprises == {}
    assert report.audited.passed
    assert report.passed
    assert len(report.hand_ins) >= 25
    assert "李明" in report.graded.verdicts
    assert len(report.graded.quarantined) == 3


def test_the_class_comes_in_whole(report: DemoReport) -> None:
    outcomes = [str(filed.outcome) for filed in report.collected.filed]
    assert outcomes.count("replaced") == 1
    assert outcomes.count("new") == len(report.hand_ins)
    assert len(report.collected.doubtful) == 1


def test_the_whole_life_cycle_leaves_its_files(report: DemoReport) -> None:
    with report.grades.open(encoding="utf-8", newline="") as file:
        students = {row["student_id"] for row in csv.DictReader(file)}
    assert students >= report.graded.verdicts.keys() - set(report.graded.quarantined)
    pages = {path.parts[-3] for path in report.folder.glob("feedback/*/square/*.html")}
    assert pages == report.graded.verdicts.keys()
    assert (report.folder / "release/square/square.ipynb").is_file()


def test_the_result_is_shown_and_drawn(report: DemoReport) -> None:
    console = Console(record=True, width=120, highlight=False, file=io.StringIO())
    print_report(console, report)
    picture = svg(console)
    assert f"{len(report.hand_ins)} of {len(report.hand_ins)}" in picture.replace("&#160;", " ")
    assert picture.startswith("<svg")
    assert "url(http" not in picture


def test_the_class_is_the_same_every_time(tmp_path: Path) -> None:
    assignment = load_assignment(course_with_variants(tmp_path), "square")
    mutants = [parse_variant(name, text) for name, text in MUTANTS.items()]
    alternatives = [parse_variant(name, text) for name, text in ALTERNATIVES.items()]
    first, second = (cohort(assignment, mutants, alternatives, sealed=True) for _ in range(2))
    assert first == second
    assert len({hand_in.student for hand_in in first}) == len(first)


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path, warm: EngineFactory) -> None:
    course = course_with_variants(tmp_path / "course")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(OperatorError, match="move it away"):
        demo(course, tmp_path / "mine", engine=warm, assignment="square", workers=1)
    assert (tmp_path / "mine" / "thesis.txt").exists()


def verdict(points: float, status: SubmissionStatus = SubmissionStatus.GRADED) -> Verdict:
    cell = CellVerdict("square", "t", Status.PASSED if points else Status.FAILED, points, 2.0)
    return Verdict(assignment="square", status=status, cells=(cell,), reason="torn")


@pytest.mark.parametrize(
    ("expected", "seen", "surprised"),
    [
        (Expectation(), verdict(2), False),
        (Expectation(), verdict(1), True),
        (Expectation(loses=frozenset({"t"})), verdict(0), False),
        (Expectation(loses=frozenset({"t"})), verdict(2), True),
        (Expectation(may_lose=frozenset({"t"})), verdict(0), False),
        (Expectation(), verdict(2, SubmissionStatus.QUARANTINED), True),
        (Expectation(quarantined=True), verdict(2), True),
        (Expectation(quarantined=True), verdict(0, SubmissionStatus.QUARANTINED), False),
    ],
)
def test_a_surprise_is_noticed(expected: Expectation, seen: Verdict, surprised: bool) -> None:
    assert bool(list(differences(expected, seen))) == surprised
