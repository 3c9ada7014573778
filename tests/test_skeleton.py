from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit.audit import Plan, audit
from autograder.course import Course
from autograder.errors import OperatorError
from autograder.formatting import format_notebook
from autograder.grading.pool import EngineFactory
from autograder.skeleton import new_assignment


def test_a_skeleton_passes_its_audit_as_it_is(tmp_path: Path, warm: EngineFactory) -> None:
    made = new_assignment(tmp_path, "sampling", "top_k")
    assert "nbgrader_config.py" in {str(file) for file in made.files}
    report = audit(
        Course.open(tmp_path), "sampling", engine=warm, plan=Plan(generated=None), workers=1
    )
    assert report.passed, report.faults
    assert report.open_cells == ()
    assert set(report.points) == {"top-k-values"}
    assert report.possible > 0
    source = (tmp_path / "source" / "sampling" / "sampling.ipynb").read_bytes()
    assert format_notebook(source) == source


def test_a_course_and_its_assignments_stay_as_they_are(course: Course) -> None:
    before = (course.root / "nbgrader_config.py").read_bytes()
    made = new_assignment(course.root, "cube")
    assert "nbgrader_config.py" not in {str(file) for file in made.files}
    assert (course.root / "nbgrader_config.py").read_bytes() == before
    with pytest.raises(OperatorError, match="already"):
        new_assignment(course.root, "square")
    (course.root / "tests" / "assignments" / "root").mkdir()
    with pytest.raises(OperatorError, match="already"):
        new_assignment(course.root, "root")


@pytest.mark.parametrize(("name", "function"), [("../x", "f"), ("x", "two words"), ("x", "class")])
def test_names_that_are_none_are_refused(tmp_path: Path, name: str, function: str) -> None:
    with pytest.raises(OperatorError, match="name"):
        new_assignment(tmp_path, name, function)
    assert list(tmp_path.iterdir()) == []
