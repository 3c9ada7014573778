"""The same checks for otter-grader 7, which lives in an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

from autograder.assignment import AssignmentNotebook, CellKind
from autograder.grading.restore import restore
from autograder.notebooks import dump_notebook, read_notebook
from benchmarks.classes import ROOT, HandedIn, write_files

REQUIREMENTS = ("otter-grader>=7,<8", "ipykernel")
ENVIRONMENT = ROOT / ".cache" / "venv-otter"

TEST_FILE = """\
OK_FORMAT = False

from otter.test_files import test_case

name = {name!r}
points = None
SOURCE = {source!r}


@test_case(points={points!r}, hidden=False)
def check(env):
    exec(compile(SOURCE, name, "exec"), env)
"""


def environment() -> Path:
    """The Python of otter's environment; made if there is none.

    Its own packages come first; torch and the rest are this environment's.
    """
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / ".ready").exists():
        print("Installing otter-grader into", ENVIRONMENT.relative_to(ROOT), "...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, *REQUIREMENTS], check=True)
        (library,) = ENVIRONMENT.glob("lib/python*/site-packages")
        (library / "zz-course.pth").write_text(sysconfig.get_path("purelib") + "\n")
        (ENVIRONMENT / ".ready").touch()
    return python


def write_autograder(target: Path, notebook: AssignmentNotebook) -> None:
    """The zip that `otter run` takes: one test file a grade cell, with the cell's own code."""
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"lang": "python", "pdf": False}))
        for cell in notebook.cells:
            if cell.kind is CellKind.GRADE:
                text = TEST_FILE.format(name=cell.grade_id, source=cell.master, points=cell.points)
                archive.writestr(f"tests/{cell.grade_id}.py", text)


def write_submissions(folder: Path, handed_in: HandedIn) -> dict[str, Path]:
    """The submissions with otter's marks in the place of the grade cells, by student."""
    name = handed_in.name
    notebook = handed_in.assignment.notebooks[name]
    files = {}
    for student, data in handed_in.notebooks.items():
        restored = restore(notebook, read_notebook(data, f"{name}.ipynb"))
        cells = []
        for cell in restored.cells:
            graded = cell.origin is not None and cell.origin.kind is CellKind.GRADE
            entry: dict[str, object] = {
                "id": cell.id,
                "cell_type": cell.cell_type,
                "source": "" if graded else cell.source,
                "metadata": {"otter": {"tests": [cell.id]}} if graded else {},
            }
            if cell.cell_type == "code":
                entry |= {"execution_count": None, "outputs": []}
            cells.append(entry)
        document = {
            "cells": cells,
            "metadata": dict(notebook.metadata),
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        place = folder / student
        place.mkdir(parents=True)
        files[student] = place / f"{name}.ipynb"
        files[student].write_bytes(dump_notebook(document))
        write_files(place, handed_in.files)
    return files
