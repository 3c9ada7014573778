from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.audit import figures
from autograder.audit.audit import AuditReport, Plan, audit
from autograder.audit.gate import require_audit
from autograder.audit.page import page
from autograder.audit.record import missing, record_path, write_record
from autograder.course import Course
from autograder.errors import OperatorError
from autograder.grading.pool import EngineFactory
from tests.builders import grade_cell, locked, make_course, plain_cell, solution

NOTEBOOK = [
    locked("helpers", "import torch\nfrom autograder import checks\nimport random"),
    solution(
        "half", "def half(x):\n    ### BEGIN SOLUTION\n    return x / 2\n    ### END SOLUTION"
    ),
    grade_cell(
        "half-values",
        "assert half(4) == 2, 'wrong'\n### BEGIN HIDDEN TESTS\nassert half(-3) == -1.5, 'wrong'\n"
        "checks.mean(half(torch.randn(100)), 0, std=0.5, false_fail=1e-9)\n"
        "checks.proportion(torch.rand(100) < half(1.0), 0.5, false_fail=1e-8)\n"
        "### END HIDDEN TESTS",
        2,
    ),
    solution(
        "count",
        "def count(n):\n    ### BEGIN SOLUTION\n    total = 0\n    while n > 0:\n"
        "        total, n = total + 1, n - 1\n    return total\n    ### END SOLUTION",
    ),
    grade_cell(
        "count-values",
        "assert count(3) == 3, 'wrong'\n### BEGIN HIDDEN TESTS\nassert count(0) == 0, 'wrong'\n"
        "### END HIDDEN TESTS",
        1,
    ),
    solution(
        "both", "def both(x):\n    ### BEGIN SOLUTION\n    return 0 * x\n    ### END SOLUTION"
    ),
    plain_cell("open('n.txt', 'w').write('2')", cell_id="writes"),
    solution(
        "reads",
        "def reads():\n    ### BEGIN SOLUTION\n    return int(open('n.txt').read()) + 0\n"
        "    ### END SOLUTION",
    ),
    grade_cell(
        "reads-values",
        "assert reads() == 2, 'wrong'\n### BEGIN HIDDEN TESTS\nassert reads() > 1, 'wrong'\n"
        "### END HIDDEN TESTS",
        1,
    ),
    grade_cell(
        "both-values",
        "assert half(both(4)) == 0, 'wrong'\n### BEGIN HIDDEN TESTS\n"
        "assert both(0) == 0, 'wrong'\n### END HIDDEN TESTS",
        1,
    ),
]
EQUIVALENT = """
[[equivalent]]
cell = "half"
operator = "detached"
line = "return x / 2"
becomes = "return (x / 2).detach()"
reason = "wrong on purpose: an int has no detach"

[[equivalent]]
cell = "both"
operator = "in place"
line = "gone"
becomes = "gone"
reason = "of an older version"
"""
NINE = "# mistake: Always 9.\n# fails: half-values\n# may fail: both-values\n# %% half\n"


def made(root: Path) -> Course:
    course = make_course(root, half=NOTEBOOK)
    folder = course.variants("half")
    (folder / "mutants").mkdir(parents=True)
    (folder / "mutants" / "nine.py").write_text(f"{NINE}def half(x): return 9\n")
    (folder / "equivalent.toml").write_text(EQUIVALENT)
    leak = course.source("half") / "notes.txt"
    leak.write_text("    total = 0\n    while n > 0:\n        total, n = total + 1, n - 1\n"
                    "    return total\n")  # fmt: skip
    return course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return made(tmp_path_factory.mktemp("audit") / "course")


@pytest.fixture(scope="module")
def report(course: Course, warm: EngineFactory) -> AuditReport:
    plan = Plan(seeds=20, generated=None, stock=True)
    return audit(course, "half", engine=warm, plan=plan, workers=1)


def test_generated_mutants_are_killed_by_the_cells_that_see_them(report: AuditReport) -> None:
    fates = {hunt.mutant.becomes: hunt for hunt in report.hunts}
    assert len(report.hunts) == report.possible
    assert fates["return x * 2"].killed_by == ("half-values",)
    assert fates["return 2 / x"].killed_by == ("half-values",)
    assert fates["while n >= 0:"].killed_by == ("count-values",)
    survived = {hunt.mutant.cell for hunt in report.hunts if hunt.survived}
    assert survived == {"both", "reads"}


def test_a_test_that_depends_on_a_file_gets_the_whole_notebook(report: AuditReport) -> None:
    fates = {hunt.mutant.becomes: hunt for hunt in report.hunts if hunt.mutant.cell == "reads"}
    assert fates["return int(open('n.txt').read())"].survived
    assert fates["return int(open('n.txt').read()) + 1"].killed_by == ("reads-values",)


def test_a_mutant_that_never_ends_is_killed_by_its_cell(report: AuditReport) -> None:
    endless = {hunt.mutant.becomes: hunt for hunt in report.hunts if hunt.timed_out}
    assert "while True:" not in endless
    assert endless["total, n = total + 1, n"].killed_by == ("count-values",)


def test_survivors_stale_entries_and_contradictions_are_faults(report: AuditReport) -> None:
    faults = "\n".join(report.faults)
    assert not report.passed
    assert "survived: both:3 dropped operand: return 0" in faults
    assert "equivalent.toml is about no mutant: both: gone" in faults
    assert "said to be equivalent, but half-values fails it: half:3 detached" in faults


def test_the_reference_is_stable_and_chance_is_added_up(report: AuditReport) -> None:
    stability = report.stability
    assert (stability.runs, stability.flaky, stability.failing) == (22, [], [])
    assert stability.verdicts["half-values"] == {"passed": 22}
    assert [rate for _, rate in stability.chances["half-values"]] == [1e-9, 1e-8]
    assert stability.budget_used == pytest.approx(4_000 * 1.1e-8)
    assert stability.costs["half-values"].deadline >= 5


def test_a_solution_beside_the_notebook_is_a_leak(report: AuditReport) -> None:
    assert any("leak: half/notes.txt" in fault for fault in report.faults)


def test_stock_nbgrader_gives_the_reference_full_marks(report: AuditReport) -> None:
    assert report.stock == {}


def test_it_can_be_written_as_data_and_as_a_page(report: AuditReport) -> None:
    document = json.loads(json.dumps(report.to_json()))
    assert document["schema"] == 2
    assert document["plan"]["complete"] is True
    assert document["kills"]["half-values"]["by hand"] == 1
    assert document["kills"]["count-values"]["count"] > 3
    assert document["generated"]["scores"]["both"]["survived"] > 0
    html = page(report)
    assert "Audit of half" in html
    assert "return 0" in html
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")


def test_the_figures_of_the_documentation_come_from_the_record(
    course: Course, report: AuditReport
) -> None:
    document = course.root / "docs" / "audit.md"
    document.parent.mkdir()
    document.write_text("Before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n")
    write_record(course, report)
    figures.main(course.root)
    figures.main(course.root)
    text = document.read_text()
    record_path(course, "half").unlink()
    assert "| half | 1 of 1 | 0 of 0 |" in text
    assert text.startswith("Before\n")
    assert text.endswith("<!-- end of figures -->\nafter\n")
    assert "old" not in text


def test_a_release_needs_a_fresh_audit_that_passed(course: Course, report: AuditReport) -> None:
    with pytest.raises(OperatorError, match="half has not been audited"):
        require_audit(course, "half")
    path = write_record(course, report)
    assert path == record_path(course, "half")
    assert "did not pass its audit" in missing(course, "half")
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"passed": True}))
    assert require_audit(course, "half") == ""
    nine = course.variants("half") / "mutants" / "nine.py"
    nine.write_text(nine.read_text() + "\n")
    with pytest.raises(OperatorError, match="half has changed since its audit"):
        require_audit(course, "half")
    assert "has changed" in require_audit(course, "half", waived=True)
    log = (course.root / ".autograder" / "release.log").read_text()
    assert "half released with --no-audit: half has changed since its audit" in log
    path.write_text("{}")
    assert "is no record of an audit" in missing(course, "half")


FLAKY = "assert half(4) == 2 and torch.rand(1).item() < 0.5, 'wrong'"
LUCKY = (
    "assert half(4) == 2, 'wrong'\n"
    "for _ in range(30):\n    checks.mean([2.0] * 50, 2.0, std=1.0, false_fail=1e-6)"
)


def test_chance_fails_an_audit(tmp_path: Path, warm: EngineFactory) -> None:
    cells = [*NOTEBOOK[:2], grade_cell("flaky", FLAKY, 1), grade_cell("lucky", LUCKY, 1)]
    course = make_course(tmp_path / "course", half=cells)
    report = audit(course, "half", engine=warm, plan=Plan(seeds=8), workers=1)
    assert report.stability.flaky == ["flaky"]
    assert "flaky does not end the same way every time" in report.faults
    assert report.stability.budget_used == pytest.approx(0.12)
    assert any(fault.startswith("chance: a right answer of a class") for fault in report.faults)
