"""nbgrader's own tests, run with this project turned on, and where they see a difference.

    python -m tests.conformance.nbgrader_own

runs all of them that touch what `configure(c)` replaces, and says what is not as expected. On every
change `test_nbgrader_own.py` runs those that start no kernel.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final
from xml.etree import ElementTree as ET

import nbgrader

from tests.stock import stock_environment

__all__ = [
    "DIFFERENCES",
    "KERNELS",
    "MODULES",
    "SKIPPED",
    "Difference",
    "run_own_tests",
    "unexpected",
]

_ROOT: Final = Path(__file__).resolve().parents[2]
_CONFIG: Final = "from autograder.plugins import configure\n\nconfigure(get_config())\n"

MODULES: Final = ("nbgrader.tests.apps.test_nbgrader_autograde", "nbgrader.tests.preprocessors")
_MORE: Final = (
    "nbgrader.tests.apps.test_nbgrader_generate_feedback",
    "nbgrader.tests.apps.test_nbgrader_export",
    "nbgrader.tests.apps.test_nbgrader_validate",
)

KERNELS: Final = ("autotest", "TestInstantiateTests")
"""Words in the names of tests that start kernels, to write tests for the author while releasing."""

SKIPPED: Final = frozenset(
    {
        "TestNbGraderAutograde.test_infinite_loop_with_output",
        "TestNbGraderAutograde.test_many_students",
    }
)
"""Tests that nbgrader itself leaves out."""


@final
@dataclass(frozen=True, slots=True)
class Difference:
    """Why one of nbgrader's tests does not hold here.

    Args:
        reason: what this project does instead, in words.
        says: a part of how the test fails, so that no other failure passes for it.
    """

    reason: str
    says: str


_NOT_RUN = "A test cell that was never run earns nothing; nbgrader gives it every point."
_ANOTHER = "A notebook that has none of the assignment's cells is refused, not graded as empty."
_EXTRA = "A cell that claims to be the assignment's and is not is a cell of the student's."
_KERNEL = "No kernel is started, so what a notebook says about kernels makes nothing fail."

DIFFERENCES: Final[Mapping[str, Difference]] = {
    "TestNbGraderAutograde.test_side_effects": Difference(
        "Files that student code writes end with the run; nothing of them reaches the disk.",
        "side-effect.txt",
    ),
    "TestNbGraderAutograde.test_force_single_notebook": Difference(_ANOTHER, "return code: 1"),
    "TestNbGraderAutograde.test_update_newer": Difference(_ANOTHER, "return code: 1"),
    "TestNbGraderAutograde.test_update_newer_single_notebook": Difference(
        _ANOTHER, "return code: 1"
    ),
    "TestNbGraderAutograde.test_handle_failure": Difference(_EXTRA, "return code: 0"),
    "TestNbGraderAutograde.test_handle_failure_single_notebook": Difference(
        _EXTRA, "return code: 0"
    ),
    "TestNbGraderAutograde.test_missing_source_kernelspec": Difference(_KERNEL, "return code: 0"),
    "TestNbGraderAutograde.test_incorrect_source_kernelspec": Difference(_KERNEL, "return code: 0"),
    "TestNbGraderAutograde.test_no_execute": Difference(
        "Outputs that a submission brings along are dropped, with --no-execute as well.",
        "[1, 4, 9, 16, 25, 36, 49, 64, 81]",
    ),
    "TestNbGraderAutograde.test_autograde_timeout": Difference(
        "Execute.timeout counts seconds of CPU time; a cell that sleeps for five uses none.",
        "1.0 == 0",
    ),
    "TestSaveAutoGrades.test_grade_correct_code": Difference(_NOT_RUN, "0.0 == 1"),
    "TestGetGrades.test_save_correct_code": Difference(_NOT_RUN, "0.0 == 1"),
}
"""The tests that must fail, each with its reason."""


def run_own_tests(
    folder: Path, modules: Iterable[str] = MODULES, leave_out: Iterable[str] = ()
) -> dict[str, str]:
    """Run nbgrader's tests with this project turned on.

    Args:
        folder: an empty one, for a copy of the documentation that some tests read and write.
        modules: dotted names of test modules or packages of nbgrader.
        leave_out: words; tests with one in their name are not run.

    Returns:
        By `Class.test`: "" if it passed, "skipped", or how it failed.
    """
    (folder / "config").mkdir()
    (folder / "config" / "nbgrader_config.py").write_text(_CONFIG)
    docs = Path(nbgrader.__file__).parent / "docs"
    shutil.copytree(docs, folder / "nbgrader" / "docs")
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "--pyargs", *modules, "--quiet"]
    command += ["-p", "tests.conformance.own_plugin", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["-o", "addopts=", f"--junitxml={report}"]
    command += ["-k", " and ".join(f"not {word}" for word in leave_out)] if leave_out else []
    environment = stock_environment(folder) | {"JUPYTER_CONFIG_PATH": str(folder / "config")}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if not report.exists():
        raise RuntimeError(done.stdout + done.stderr)
    return {_name(case): _outcome(case) for case in ET.parse(report).iter("testcase")}


def unexpected(outcomes: Mapping[str, str]) -> list[str]:
    """What is not as the table says, in both directions; empty if nothing is."""
    problems = []
    for name, outcome in outcomes.items():
        known = DIFFERENCES.get(name)
        if outcome == "skipped":
            problems += [] if name in SKIPPED else [f"{name} was skipped"]
        elif known is None and outcome:
            problems.append(f"{name} fails: {outcome}")
        elif known is not None and not outcome:
            problems.append(f"{name} passes now; take it out of DIFFERENCES")
        elif known is not None and known.says not in outcome:
            problems.append(f"{name} fails in another way: {outcome}")
    return problems + [f"{name} was not run" for name in DIFFERENCES if name not in outcomes]


def _name(case: ET.Element) -> str:
    return f"{case.attrib['classname'].rpartition('.')[2]}.{case.attrib['name']}"


def _outcome(case: ET.Element) -> str:
    for kind in ("failure", "error"):
        if (found := case.find(kind)) is not None:
            return f"{found.attrib.get('message', '')}\n{found.text or ''}"
    return "skipped" if case.find("skipped") is not None else ""


def main() -> None:
    """Run everything; exit with 1 if anything is not as expected."""
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run_own_tests(Path(folder), (*MODULES, *_MORE))
    passed = sum(not outcome for outcome in outcomes.values())
    print(f"{len(outcomes)} tests: {passed} passed, {len(DIFFERENCES)} differ as expected")
    if problems := unexpected(outcomes):
        raise SystemExit("\n".join(problems))


if __name__ == "__main__":
    main()
