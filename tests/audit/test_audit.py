from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.audit.audit import AuditReport, TrialKind, audit
from autograder.audit.variants import VariantError
from autograder.course import Course
from autograder.errors import AutograderError
from autograder.grading.pool import EngineFactory

ZERO = "# mistake: Always 9.\n# fails: square-values\n# %% square\ndef square(x): return 9\n"
POWER = "# style: The power operator.\n# %% square\ndef square(x): return x ** 2\n"


def variant(course: Course, kind: str, name: str, text: str) -> Path:
    path = course.variants("square") / kind / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def audited(course: Course, warm: EngineFactory) -> AuditReport:
    return audit(course, "square", engine=warm, workers=1)


def test_good_tests_pass_the_audit(course: Course, warm: EngineFactory) -> None:
    variant(course, "mutants", "nine", ZERO)
    variant(course, "alternatives", "power", POWER)
    report = audited(course, warm)
    assert report.passed
    assert [trial.kind for trial in report.trials] == list(TrialKind)
    assert report.of(TrialKind.MUTANT)[0].failed == {"square-values"}
    assert report.unprotected == {"cube-values": 1.0}
    assert report.open_cells == ()
    assert json.loads(json.dumps(report.to_json()))["passed"] is True


def test_a_surviving_mutant_fails_the_audit(course: Course, warm: EngineFactory) -> None:
    lazy = (
        "# mistake: Only for 2 and -1.\n# fails: cube-values\n"
        "# %% cube\ndef cube(x): return {2: 8, -1: -1}[x]\n"
    )
    variant(course, "mutants", "table", lazy)
    report = audited(course, warm)
    assert not report.passed
    assert report.of(TrialKind.MUTANT)[0].survived == {"cube-values"}


def test_a_test_that_fails_a_right_solution_fails_the_audit(
    course: Course, warm: EngineFactory
) -> None:
    path = course.source("square") / "square.ipynb"
    path.write_text(path.read_text().replace("cube(2) == 8", "isinstance(cube(2), int)"))
    variant(
        course,
        "alternatives",
        "float",
        "# style: Floats.\n# %% cube\ndef cube(x): return float(x) ** 3\n",
    )
    report = audited(course, warm)
    assert not report.passed
    assert list(report.of(TrialKind.ALTERNATIVE)[0].wronged) == ["cube-values"]


def test_a_mutant_that_fails_an_unrelated_cell_fails_the_audit(
    course: Course, warm: EngineFactory
) -> None:
    both = ZERO + "# %% cube\ndef cube(x): return 0\n"
    variant(course, "mutants", "both", both)
    report = audited(course, warm)
    assert list(report.of(TrialKind.MUTANT)[0].wronged) == ["cube-values"]
    assert not report.passed


def test_a_release_that_earns_points_fails_the_audit(course: Course, warm: EngineFactory) -> None:
    path = course.source("square") / "square.ipynb"
    text = path.read_text()
    document = json.loads(text)
    document["cells"][4]["source"] = "pass"
    path.write_text(json.dumps(document))
    report = audited(course, warm)
    assert report.of(TrialKind.RELEASE)[0].survived == {"cube-values"}
    assert not report.passed


def test_a_variant_for_an_unknown_cell_is_refused(course: Course, warm: EngineFactory) -> None:
    variant(course, "mutants", "nine", ZERO.replace("%% square", "%% sqare"))
    with pytest.raises(AutograderError, match="sqare"):
        audited(course, warm)
    variant(course, "mutants", "nine", ZERO.replace("fails: square-values", "fails: typo"))
    with pytest.raises(VariantError, match="typo"):
        audited(course, warm)
