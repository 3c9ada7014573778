from __future__ import annotations

import functools
import importlib.resources
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from autograder.cli import _ORDER, app
from autograder.console import clean
from autograder.course import Course
from autograder.grading.verdict import Status, SubmissionStatus
from tests.builders import RIGHT, SQUARE, hand_in, notebook, released


def autograder(
    *arguments: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command as an operator runs it."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def schema() -> dict[str, Any]:
    text = (
        importlib.resources.files("autograder.grading").joinpath("grades.schema.json").read_text()
    )
    document: dict[str, Any] = json.loads(text)
    return document


def test_every_verb_is_listed_with_a_sentence() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    for verb in ("release", "collect", "grade", "feedback", "export", "check", "demo", "audit"):
        (line,) = [line for line in result.stdout.splitlines() if line.split()[:1] == [verb]]
        assert len(line.split()) > 3


def test_verbs_are_listed_in_the_order_of_the_work_with_whole_sentences() -> None:
    result = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80"})
    listed = result.stdout.partition("Commands:")[2]
    assert [line.split()[0] for line in listed.strip().splitlines()] == list(_ORDER)
    assert "..." not in listed


def test_the_version_is_shown() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout.startswith("autograder")


def test_grade_writes_what_its_schema_says(course: Course, tmp_path: Path) -> None:
    hand_in(course, "李明", "square", notebook(released(SQUARE, RIGHT)))
    hand_in(course, "half", "square", notebook(released(SQUARE, {"square": RIGHT["square"]})))
    hand_in(course, "torn", "square", notebook(released(SQUARE))[:100])
    target = tmp_path / "result.json"
    # An encoding in which the names cannot be written must not stop a batch.
    result = autograder(
        "grade", "square", "--json", target, cwd=course.root, PYTHONIOENCODING="ascii"
    )
    assert result.returncode == 0, result.stderr
    document = json.loads(target.read_text(encoding="utf-8"))
    jsonschema.validate(document, schema())
    found = {one["student"]: (one["status"], one["score"]) for one in document["submissions"]}
    assert found == {"李明": ("graded", 3), "half": ("graded", 2), "torn": ("quarantined", 0)}
    assert "Quarantined (1)" in result.stdout
    assert "torn: square.ipynb: it is not JSON" in result.stdout
    assert (course.root / "gradebook.db").is_file()


def test_the_schema_knows_every_status() -> None:
    definitions = schema()["$defs"]
    assert set(definitions["cell"]["properties"]["status"]["enum"]) == set(map(str, Status))
    statuses = definitions["submission"]["properties"]["status"]["enum"]
    assert set(statuses) == set(map(str, SubmissionStatus))


@pytest.mark.parametrize(
    "broken",
    [
        {"schema": 2},
        {"submissions": [{"student": "a"}]},
        {
            "submissions": [
                {
                    "student": "a",
                    "status": "quarantined",
                    "score": 1,
                    "max_score": 1,
                    "seconds": 0,
                    "reason": "x",
                    "cells": [],
                }
            ]
        },
    ],
)
def test_the_schema_refuses_what_is_not_the_contract(broken: dict[str, Any]) -> None:
    document = {"schema": 1, "assignment": "square", "submissions": [], **broken}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["grade", "nope"], "there is no assignment 'nope'"),
        (["grade", "square"], "nothing was handed in"),
        (["grade", "square", "--student", "nobody"], "by nobody"),
        (["grade", "square", "--json", "missing/result.json"], "there is no folder"),
        (["grade", "../square"], "cannot be the name of an assignment"),
        (["grade", "square", "--course", "missing"], "no course directory"),
        (["--course", "missing", "grade", "square"], "no course directory"),
        (["collect", "missing"], "nothing to collect"),
        (["release", "nope"], "there is no assignment 'nope'"),
        (["release"], "say which assignment"),
        (["release", "square"], "square has not been audited. Run `autograder audit square`"),
        (["audit"], "say which assignment to audit, or --all"),
        (["feedback", "square"], "nothing is graded"),
        (["export", "--format", "nope"], "unknown format"),
        (["audit", "nope"], "there is no assignment 'nope'"),
        (["check", "missing.ipynb"], "cannot be read"),
        (["demo", "--course", "."], "run the demo in a checkout"),
    ],
)
def test_operator_errors_are_one_line_and_exit_code_two(
    course: Course, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(course.root)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("autograder: ")
    assert message in result.stderr


def test_exit_codes_are_those_of_the_process(course: Course) -> None:
    result = autograder("grade", "nope", "--course", course.root)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert autograder("grade", "--nonsense").returncode == 2


def test_ctrl_c_stops_with_a_sentence_and_130(course: Course) -> None:
    slow = {**RIGHT, "cube": "import time\ntime.sleep(2)"}
    hand_in(course, "anna", "square", notebook(released(SQUARE, RIGHT)))
    hand_in(course, "ben", "square", notebook(released(SQUARE, slow)))
    hand_in(course, "carl", "square", notebook(released(SQUARE, slow)))
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "autograder", "grade", "square", "--workers", "1"],
        cwd=course.root,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background makes its children ignore Ctrl-C.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads yet
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("[1/3] anna: 3 of 6")
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=180)
    assert process.returncode == 130
    assert "what is being graded now is finished" in stderr
    assert "2 submissions are graded and written, 1 are left" in stderr
    assert "run the same command again" in stderr
    assert "Traceback" not in stderr
    assert course.step("autograded", "ben", "square").is_dir()
    assert not course.step("autograded", "carl", "square").exists()


def test_release_check_says_what_is_not_in_step(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.root)
    runner = CliRunner()
    assert runner.invoke(app, ["release", "--check"]).exit_code == 1
    assert runner.invoke(app, ["release", "--no-audit", "square"]).exit_code == 0
    assert runner.invoke(app, ["release", "--check"]).exit_code == 0
    with course.release("square").joinpath("square.ipynb").open("a") as file:
        file.write(" ")
    result = runner.invoke(app, ["release", "--check"])
    assert result.exit_code == 1
    assert "it differs from what source/ gives" in result.stderr


def test_collect_reports_what_it_did(course: Course, tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    inbox.mkdir()
    runner = CliRunner()
    arguments = ["collect", str(inbox), "--course", str(course.root)]
    (inbox / "square.ipynb").write_bytes(b"{}")
    result = runner.invoke(app, arguments)
    assert result.exit_code == 1
    assert "nothing says whose it is" in result.stdout
    (inbox / "ada_square.ipynb").write_bytes(b"{}")
    result = runner.invoke(app, arguments)
    assert result.exit_code == 0
    assert "1 new" in result.stdout


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 李明 é", "plain 李明 é"),
        ("\x1b[31mred\x07", "�[31mred�"),
        ("a\nb\tc  d", "a b c d"),
        ("gro\u202eypi\u200d", "gro�ypi�"),
        ("x" * 500, "x" * 399 + "…"),
        ("[bold]no markup[/bold]", "[bold]no markup[/bold]"),
    ],
)
def test_what_a_submission_says_is_cleaned(text: str, shown: str) -> None:
    assert clean(text) == shown
