from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat

from autograder.course import Course
from autograder.feedback.hide import HideHiddenTests
from tests.builders import RIGHT, SQUARE, Cell, hand_in, make_course, notebook, released
from tests.stock import nbgrader_command

CONFIG = """
from autograder.plugins import configure
c.Execute.timeout = 2
configure(c)
"""


def sealed_course(root: Path) -> Course:
    course = make_course(root, square=SQUARE)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(CONFIG)
    return course


def tampered() -> list[Cell]:
    """Cells that make stock nbgrader give up on the whole class."""
    cells: list[Any] = released(SQUARE, RIGHT)
    cells[2]["metadata"]["nbgrader"]["schema_version"] = 99
    cells[2]["metadata"]["tags"] = ["skip-execution"]
    return [*cells, json.loads(json.dumps(cells[1]))]


def scores(course: Course) -> dict[str, dict[str, float | None]]:
    from autograder.grading.gradebook import open_gradebook

    with open_gradebook(course) as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions("square")
        }


def test_stock_autograde_runs_sealed_and_nothing_stops_it(tmp_path: Path) -> None:
    course = sealed_course(tmp_path)
    canary = tmp_path / "canary"
    answers = {
        "right": RIGHT,
        "endless": RIGHT | {"square": "def square(x):\n    while True:\n        pass"},
        "gone": RIGHT | {"cube": "def cube(x):\n    import os\n    os._exit(0)"},
        "teller": RIGHT | {"square": TELLING, "cube": f"print('told', kept)\n{RIGHT['cube']}"},
        "thief": RIGHT | {"square": f"open({str(canary)!r}, 'w').write('here')"},
    }
    for student, given in answers.items():
        hand_in(course, student, "square", notebook(released(SQUARE, given)))
    hand_in(course, "tampered", "square", notebook(tampered()))
    nbgrader_command(tmp_path, "generate_assignment", "square")
    output = nbgrader_command(tmp_path, "autograde", "square")
    assert "Ran square: sealed-" in output
    assert scores(course) == {
        "right": {"square-values": 2, "cube-values": 1, "why": None},
        "endless": {"square-values": 0, "cube-values": 1, "why": None},
        "gone": {"square-values": 2, "cube-values": 0, "why": None},
        "teller": {"square-values": 0, "cube-values": 1, "why": None},
        "thief": {"square-values": 0, "cube-values": 1, "why": None},
        "tampered": {"square-values": 2, "cube-values": 1, "why": None},
    }
    assert not canary.exists()
    kept = course.step("autograded", "teller", "square") / "square.ipynb"
    everything, shown = outputs_of(kept), outputs_of(kept, HideHiddenTests())
    assert "told 1.5" in everything
    assert "told [" in everything
    assert "told 1.5" not in shown
    assert "told [" not in shown
    assert "ValueError at this line of it:" in shown


TELLING = """kept = []
def square(x):
    kept.append(x)
    if x == 1.5: raise ValueError(f"told {x}")
    return x * x"""


def outputs_of(path: Path, step: HideHiddenTests | None = None) -> str:
    """What the outputs of a notebook say, after a step of nbgrader's if one is given."""
    cells = nbformat.read(path, as_version=4).cells
    if step is not None:
        cells = [step.preprocess_cell(cell, {}, 0)[0] for cell in cells]
    return "\n".join(
        output.get("text", output.get("evalue", ""))
        for cell in cells
        for output in cell.get("outputs", ())
    )
