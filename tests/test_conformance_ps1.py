"""nbgrader's own example course, graded by this project and by nbgrader itself."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from tests.stock import (
    GUIDE,
    autograder_command,
    gradebook_state,
    nbgrader_command,
    stock_environment,
)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course that `nbgrader quickstart` makes, with its two submissions."""
    folder = tmp_path_factory.mktemp("quickstart")
    nbgrader_command(folder, "quickstart", "example")
    course = folder / "example"
    shutil.copytree(GUIDE / "submitted", course / "submitted")
    return course


@pytest.fixture(scope="module")
def stock(untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Released and graded by nbgrader."""
    course = tmp_path_factory.mktemp("stock") / "example"
    shutil.copytree(untouched, course)
    nbgrader_command(course, "generate_assignment", "ps1")
    nbgrader_command(course, "autograde", "ps1")
    return course


@pytest.fixture(scope="module")
def ours(untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Released and graded by this project."""
    course = tmp_path_factory.mktemp("ours") / "example"
    shutil.copytree(untouched, course)
    autograder_command(course, "release", "--no-audit", "ps1")
    autograder_command(course, "grade", "ps1")
    return course


def test_release_has_the_cells_that_nbgrader_gives(stock: Path, ours: Path) -> None:
    for name in ("problem1", "problem2"):
        assert _essence(ours / "release/ps1" / f"{name}.ipynb") == _essence(
            stock / "release/ps1" / f"{name}.ipynb"
        )
    assert (ours / "release/ps1/jupyter.png").read_bytes() == (
        stock / "release/ps1/jupyter.png"
    ).read_bytes()


def _essence(path: Path) -> list[Any]:
    document = json.loads(path.read_text())
    return [
        (
            cell["cell_type"],
            "".join(cell["source"]),
            cell["metadata"].get("nbgrader"),
            cell["metadata"].get("editable"),
            cell["metadata"].get("deletable"),
            cell.get("attachments"),
            cell.get("outputs"),
        )
        for cell in document["cells"]
    ] + [document["metadata"]["kernelspec"]]


@pytest.mark.parametrize("part", ["students", "sources", "submissions", "grades", "comments"])
def test_gradebook_equals_that_of_nbgrader(stock: Path, ours: Path, part: str) -> None:
    expected = gradebook_state(stock)[part]
    assert expected
    assert gradebook_state(ours)[part] == expected


def test_autograded_notebooks_have_the_same_cells(stock: Path, ours: Path) -> None:
    for path in sorted((stock / "autograded").rglob("*.ipynb")):
        theirs = json.loads(path.read_text())["cells"]
        mine = json.loads((ours / path.relative_to(stock)).read_text())["cells"]
        assert [_restored(cell) for cell in mine] == [_restored(cell) for cell in theirs]


def _restored(cell: dict[str, Any]) -> object:
    nbgrader = dict(cell["metadata"].get("nbgrader", {}))
    # nbgrader drops this note about the released cell when it grades.
    nbgrader.pop("cell_type", None)
    return cell["cell_type"], "".join(cell["source"]), nbgrader


def test_nbgrader_export_agrees(stock: Path, ours: Path) -> None:
    nbgrader_command(stock, "export", "--to", "grades.csv")
    nbgrader_command(ours, "export", "--to", "grades.csv")
    rows = _rows(ours)
    assert rows == _rows(stock)
    assert len(rows) == 3


def _rows(course: Path) -> list[str]:
    """The lines of the exported file; nbgrader leaves the order of nameless students open."""
    return sorted((course / "grades.csv").read_text().splitlines())


def test_nbgrader_generates_feedback_from_what_this_project_graded(ours: Path) -> None:
    nbgrader_command(ours, "generate_feedback", "ps1", "--force")
    page = (ours / "feedback/bitdiddle/ps1/problem1.html").read_text()
    assert re.search(r"problem1 \(Score: 1\.5 / 10\.0\)", page)


def test_formgrader_works_on_what_this_project_graded(configured: Path) -> None:
    gradebook = Gradebook(f"sqlite:///{configured / 'gradebook.db'}", "example")
    try:
        submission = gradebook.find_submission_notebook("problem1", "ps1", "bitdiddle").id
    finally:
        gradebook.close()
    with _formgrader(configured) as get:
        for page in ("", "/manage_submissions/ps1", "/gradebook", "/gradebook/ps1/problem1"):
            assert get(f"/formgrader{page}")[0] == 200
        assignments = json.loads(get("/formgrader/api/assignments")[1])
        assert [(entry["name"], entry["num_submissions"]) for entry in assignments] == [("ps1", 2)]
        submissions = json.loads(get("/formgrader/api/submissions/ps1")[1])
        scores = {entry["student"]: entry["score"] for entry in submissions}
        assert scores == {"bitdiddle": 1.5, "hacker": 3.0}
        assert all(entry["autograded"] for entry in submissions)
        notebooks = json.loads(get("/formgrader/api/submitted_notebooks/ps1/problem1")[1])
        assert {entry["id"] for entry in notebooks} >= {submission}
        status, html = get(f"/formgrader/submissions/{submission}/")
        assert status == 200
        assert "correct_squares" in html
        grades = json.loads(get(f"/formgrader/api/grades?submission_id={submission}")[1])
        assert sum(entry["auto_score"] or 0 for entry in grades) == 1.5


class _formgrader:  # noqa: N801 - used like a function
    """The formgrader in a real Jupyter server on a free port of this machine."""

    def __init__(self, course: Path) -> None:
        self._course = course

    def __enter__(self) -> Callable[[str], tuple[int, str]]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._log = (self._course.parent / "server.log").open("w")
        self._server = subprocess.Popen(
            [
                "jupyter",
                "server",
                "--no-browser",
                "--allow-root",
                "--ServerApp.ip=127.0.0.1",
                f"--ServerApp.port={port}",
                "--ServerApp.port_retries=0",
                "--IdentityProvider.token=",
                "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
            ],
            cwd=self._course,
            env=stock_environment(self._course.parent),
            stdout=self._log,
            stderr=self._log,
        )
        self._base = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while True:
            try:
                self._get("/api")
            except urllib.error.URLError:
                log = (self._course.parent / "server.log").read_text()
                assert self._server.poll() is None, log
                assert time.monotonic() < deadline, log
                time.sleep(0.2)
            else:
                return self._get

    def _get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(self._base + path, timeout=60) as answer:
            return answer.status, answer.read().decode()

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait(timeout=30)
        self._log.close()


@pytest.fixture(scope="module")
def configured(ours: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the project turned on for stock commands."""
    folder = tmp_path_factory.mktemp("configured") / "example"
    shutil.copytree(ours, folder)
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write("\nfrom autograder.plugins import configure\nconfigure(c)\n")
    return folder


def test_stock_commands_give_the_same_grades_with_the_project_turned_on(
    ours: Path, configured: Path
) -> None:
    before = gradebook_state(ours)
    nbgrader_command(configured, "autograde", "ps1", "--force")
    nbgrader_command(configured, "generate_feedback", "ps1", "--force")
    nbgrader_command(configured, "export", "--to", "grades.csv")
    nbgrader_command(ours, "export", "--to", "grades.csv")
    after = gradebook_state(configured)
    assert after["grades"] == before["grades"]
    assert after["comments"] == before["comments"]
    assert _rows(configured) == _rows(ours)
