"""docs/tutorial.md, done to the letter."""

from __future__ import annotations

import doctest
import os
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.docs.pages import ROOT, fences

TUTORIAL = ROOT / "docs" / "tutorial.md"


class Reader:
    """Somebody who follows the page: types its commands, and writes its files and cells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        programs = folder / "bin"
        programs.mkdir()
        command = programs / "autograder"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m autograder "$@"\n')
        command.chmod(0o755)
        here = Path(sys.executable).parent
        # On one core there is one engine at a time; each of them takes seconds to start.
        self.shell = ("taskset", "--cpu-list", str(max(os.sched_getaffinity(0))), "bash", "-c")
        self.environment = os.environ | {
            "PATH": f"{programs}:{here}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "120",
        }

    def write(self, title: str, text: str) -> None:
        """A file, or a cell of a notebook: `path, cell ID`."""
        path, _, cell_id = title.partition(", cell ")
        if not cell_id:
            (self.folder / path).write_text(text)
            return
        notebook = nbformat.read(self.folder / path, as_version=4)
        (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
        cell.source = text.rstrip("\n")
        nbformat.write(notebook, self.folder / path)

    def type(self, command: str, expected: str, code: int) -> None:
        """A command, and whether it prints what the page says."""
        if command.startswith("cd "):
            self.folder /= command.removeprefix("cd ")
            return
        done = subprocess.run(
            [*self.shell, command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{command}\n{done.stdout}"
        if expected:
            flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            checker = doctest.OutputChecker()
            if not checker.check_output(expected, done.stdout, flags):
                example = doctest.Example(command, expected)
                pytest.fail(f"{command}\n" + checker.output_difference(example, done.stdout, flags))


def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for fence in fences(TUTORIAL):
        language, _, title = fence.info.partition(" title=")
        title = title.strip('"')
        if language != "console":
            assert title, f"line {fence.map}: a block that is neither a command nor a file"
            reader.write(title, fence.content)
            continue
        code = int(title.removeprefix("exit code ")) if title else 0
        for command, expected in shown(fence.content):
            reader.type(command, expected, code)


def shown(block: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with the lines after it."""
    found: list[tuple[str, str]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), ""))
        else:
            command, output = found[-1]
            found[-1] = (command, f"{output}{line}\n")
    return found
