from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from nbgrader.preprocessors import Execute, GetGrades, SaveAutoGrades
from nbgrader.utils import determine_grade
from traitlets.config import Config

from autograder.course import Course
from autograder.export.plugin import SafeCsvExportPlugin
from autograder.feedback.hide import HideHiddenTests
from autograder.plugins import AUTOGRADE_PREPROCESSORS, SaveProvenGrades, configure
from autograder.release import release
from tests.builders import Cell, hand_in, make_course, nbgrader_cell, notebook, solution
from tests.builders import grade_cell as graded
from tests.gradebooks import with_gradebook
from tests.stock import nbgrader_command

ATTACK = "<script>alert('attack')</script><img src=x onerror=alert('attack')>"
ROOT = Path(__file__).resolve().parent.parent


def configured(config: Config | None = None) -> Config:
    config = config or Config()
    configure(config)
    return config


def test_every_step_of_stock_autograde_is_kept_or_replaced() -> None:
    steps = configured().Autograde.autograde_preprocessors
    assert SaveProvenGrades in steps
    assert SaveAutoGrades not in steps
    assert Execute in steps or any(old is Execute for old, _ in AUTOGRADE_PREPROCESSORS)
    assert len(steps) == 7


def test_turning_it_on_twice_is_turning_it_on_once() -> None:
    once = configured()
    assert configured(configured()) == once


def test_what_a_course_has_set_stays() -> None:
    config = Config()
    config.Autograde.autograde_preprocessors = [
        Execute,
        "nbgrader.preprocessors.saveautogrades.SaveAutoGrades",
    ]
    config.GenerateFeedback.preprocessors = [GetGrades]
    config.ExportApp.plugin_class = CsvExportPlugin
    config.HTMLExporter.filters = {"clean_html": "mine.clean"}
    configured(config)
    assert config.HTMLExporter.filters["clean_html"] == "mine.clean"
    config.HTMLExporter.sanitize_html = False
    configured(config)
    assert config.Autograde.autograde_preprocessors[1:] == [SaveProvenGrades]
    assert config.GenerateFeedback.preprocessors == [GetGrades, HideHiddenTests]
    assert config.ExportApp.plugin_class is CsvExportPlugin
    assert config.HTMLExporter.sanitize_html is False


def test_what_a_course_has_appended_stays() -> None:
    config = Config()
    config.GenerateFeedback.preprocessors.append("mine.Extra")
    assert configured(config).GenerateFeedback.preprocessors == [
        GetGrades,
        CSSHTMLHeaderPreprocessor,
        "mine.Extra",
        HideHiddenTests,
    ]


def test_the_configuration_of_this_course_loads() -> None:
    course = Course.open(ROOT)
    assert course.course_id == "large-models"
    assert course.config.ExportApp.plugin_class is SafeCsvExportPlugin
    assert course.db_url == f"sqlite:///{ROOT}/gradebook.db"


def hidden(cell: Any) -> Any:
    result, _ = HideHiddenTests().preprocess_cell(cell, {}, 0)
    return result


def metadata(**flags: Any) -> dict[str, Any]:
    return {
        "nbgrader": {"grade": False, "solution": False, "locked": True, "grade_id": "t"} | flags
    }


def test_feedback_of_nbgrader_leaves_out_what_ran_after_hidden_tests() -> None:
    cell = new_code_cell(
        "print(kept)",
        metadata={"autograder": {"exposed": True, "message": ""}},
        execution_count=1,
        outputs=[new_output("stream", text="83125")],
    )
    (output,) = hidden(cell).outputs
    assert "83125" not in output["text"]
    assert "left out" in output["text"]


def test_feedback_of_nbgrader_has_the_message_that_the_grader_may_give() -> None:
    cell = new_code_cell(
        "assert f(1)",
        metadata=metadata(grade=True, points=1)
        | {"autograder": {"exposed": True, "message": "f is wrong"}},
        execution_count=1,
        outputs=[new_output("error", ename="ValueError", evalue="83125", traceback=["83125"])],
    )
    (output,) = hidden(cell).outputs
    assert output["text"] == "f is wrong"


def test_feedback_of_nbgrader_shows_the_message_instead_of_the_hidden_test() -> None:
    cell = new_code_cell(
        "assert f(1)\n### BEGIN HIDDEN TESTS\nassert f(2), 'no'\n### END HIDDEN TESTS",
        metadata=metadata(grade=True, points=1),
        execution_count=1,
        outputs=[
            new_output("stream", text="secret"),
            new_output("error", ename="AssertionError", evalue="no", traceback=["assert f(2)"]),
        ],
    )
    shown = hidden(cell)
    assert shown.source == "assert f(1)"
    assert [dict(out) for out in shown.outputs] == [
        {"output_type": "stream", "name": "stdout", "text": "no"}
    ]


def test_feedback_of_nbgrader_shows_no_mark_scheme() -> None:
    cell = new_markdown_cell(
        "Describe.\n### BEGIN MARK SCHEME\n2 points\n### END MARK SCHEME",
        metadata=metadata(task=True, points=2),
    )
    assert hidden(cell).source == "Describe."


def test_a_hidden_region_that_is_never_ended_is_hidden_to_the_end() -> None:
    cell = new_code_cell("1\n### BEGIN HIDDEN TESTS\n2", metadata=metadata(grade=True, points=1))
    assert hidden(cell).source == "1"


def test_own_cells_are_left_alone() -> None:
    cell = new_code_cell(
        "1/0", outputs=[new_output("error", ename="E", evalue="", traceback=["t"])]
    )
    assert hidden(cell).outputs[0].traceback == ["t"]


# What nbgrader's own rule makes of a test cell as it was run here, and what is right.
FAULTS = {
    "warns": ("import sys\nprint('warning', file=sys.stderr)", {}, 0.0, 2.0),
    # The tag is gone before anything runs; a kernel would skip the cell, and the rule would pay.
    "skipped": ("assert False", {"tags": ["skip-execution"]}, 0.0, 0.0),
    "text": ("'not a number'", {}, 2.0, 0.0),
    "negative": ("-1", {}, 2.0, 0.0),
    "nan": ("float('nan')", {}, 2.0, 0.0),
    "partial": ("1", {}, 1.0, 1.0),
    "passes": ("x = 1", {}, 2.0, 2.0),
    "fails": ("assert False", {}, 0.0, 0.0),
}


@pytest.fixture(scope="module")
def autograded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Every case as a test cell of one notebook, run by stock `nbgrader autograde`."""
    cells: list[Cell] = [solution("answer", "### BEGIN SOLUTION\n1\n### END SOLUTION")]
    cells += [graded(name, source, 2) for name, (source, *_) in FAULTS.items()]
    cells.append(
        nbgrader_cell("hand", "?", cell_type="markdown", grade=True, solution=True, points=1)
    )
    course = with_gradebook(make_course(tmp_path_factory.mktemp("plugins") / "c", odd=cells))
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write("from autograder.plugins import configure\nconfigure(c)\n")
    nbgrader_command(course.root, "generate_assignment", "odd")
    submitted = json.loads((course.release("odd") / "odd.ipynb").read_text())
    for cell in submitted["cells"]:
        name = cell["metadata"]["nbgrader"]["grade_id"]
        cell["metadata"] |= FAULTS.get(name, ("", {}))[1]
        if name == "hand":
            cell["source"] = "an answer"
    hand_in(course, "ada", "odd", json.dumps(submitted).encode())
    nbgrader_command(course.root, "autograde", "odd")
    return course


@pytest.mark.parametrize("name", FAULTS)
def test_stock_autograde_gives_points_for_what_was_proven(autograded: Course, name: str) -> None:
    _, _, stock_points, points = FAULTS[name]
    with Gradebook(autograded.db_url, autograded.course_id) as gradebook:
        grade = gradebook.find_grade(name, "odd", "odd", "ada")
        assert (grade.auto_score, grade.needs_manual_grade) == (points, False)
    path = autograded.step("autograded", "ada", "odd") / "odd.ipynb"
    cell = next(
        new_code_cell(
            "".join(raw["source"]),
            metadata=raw["metadata"],
            outputs=[new_output(**_joined(output)) for output in raw["outputs"]],
        )
        for raw in json.loads(path.read_text())["cells"]
        if raw["metadata"]["nbgrader"]["grade_id"] == name
    )
    assert determine_grade(cell)[0] == pytest.approx(stock_points, nan_ok=True)


def _joined(output: dict[str, Any]) -> dict[str, Any]:
    joined: dict[str, Any] = {
        key: "".join(value) if key == "text" else value for key, value in output.items()
    }
    if "data" in joined:
        joined["data"] = {mime: "".join(text) for mime, text in joined["data"].items()}
    return joined


def test_stock_autograde_leaves_answers_to_people(autograded: Course) -> None:
    with Gradebook(autograded.db_url, autograded.course_id) as gradebook:
        grade = gradebook.find_grade("hand", "odd", "odd", "ada")
        assert (grade.auto_score, grade.needs_manual_grade) == (None, True)


def test_a_mark_of_a_person_is_looked_at_again(tmp_path: Path) -> None:
    course = with_gradebook(make_course(tmp_path / "c", odd=[graded("t", "assert f()", 1)]))
    release(course, "odd")
    with Gradebook(course.db_url, course.course_id) as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission("odd", "ada")
        gradebook.find_grade("t", "odd", "odd", "ada").manual_score = 0.5
        gradebook.db.commit()
    cell = new_code_cell("assert f()", metadata=metadata(grade=True, points=1), execution_count=1)
    resources = {
        "nbgrader": {
            "notebook": "odd",
            "assignment": "odd",
            "student": "ada",
            "db_url": course.db_url,
        }
    }
    node = json.loads(notebook([]))
    document = from_dict(node)
    document.cells = [cell]
    SaveProvenGrades().preprocess(document, resources)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        grade = gradebook.find_grade("t", "odd", "odd", "ada")
        assert (grade.auto_score, grade.score, grade.needs_manual_grade) == (1.0, 0.5, True)


def test_stock_feedback_is_inert_and_hides_tests(autograded: Course) -> None:
    path = autograded.step("autograded", "ada", "odd") / "odd.ipynb"
    path.chmod(0o644)
    document = json.loads(path.read_text())
    document["cells"].append(
        {
            "cell_type": "code",
            "id": "attack",
            "execution_count": 1,
            "metadata": {},
            "source": "1",
            "outputs": [
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"text/html": f"<table><tr><td>7</td></tr></table>{ATTACK}"},
                }
            ],
        }
    )
    document["cells"].append(
        {
            "cell_type": "markdown",
            "id": "photo",
            "metadata": {},
            "source": f"# Photo\n![it](attachment:it.png) ![file](sub/photo.jpg)\n\n{ATTACK}",
            "attachments": {"it.png": {"image/png": "AAAA"}},
        }
    )
    path.write_text(json.dumps(document))
    nbgrader_command(autograded.root, "generate_feedback", "odd")
    page = (autograded.step("feedback", "ada", "odd") / "odd.html").read_text()
    assert "alert('attack')" not in page
    assert "AssertionError" not in page
    for kept in ("<td>7</td>", 'src="data:image/png;base64,AAAA"', 'src="sub/photo.jpg"', "<h1>"):
        assert kept in page
