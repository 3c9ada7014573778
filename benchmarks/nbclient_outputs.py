"""Compares the outputs of an engine with nbclient's, cell by cell, on a folder of notebooks.

    python benchmarks/nbclient_outputs.py nbclient/tests/files --json outputs.json

Every code cell is the student's. What differs from run to run (object addresses, file names of
cells, terminal colours, times) is taken out on both sides first.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, final

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from autograder.sealed import SealedEngine
from autograder.sealed.model import Cell, CellStatus, Limits, Program, Role

LIMITS = Limits(cell_cpu_seconds=15, cell_wall_seconds=30)
_VARYING = (
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"0x[0-9a-f]{6,}"), "0x0"),
    (re.compile(r"[0-9a-f]{32}"), "HEX"),
    (re.compile(r"(/\S+/)?ipykernel_\d+/\d+\.py"), "CELL"),
    (re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z"), "TIME"),
    (re.compile(r"<ipython-input-[^>]*>"), "CELL"),
)


@final
@dataclass(frozen=True)
class Difference:
    """One cell whose outputs are not the same."""

    notebook: str
    cell: int
    source: str
    nbclient: list[Any]
    ours: list[Any]


def comparable(outputs: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Outputs without what varies; neighbouring pieces of one stream are one text."""
    kept: list[Any] = []
    for output in outputs:
        match output:
            case {"output_type": "stream", "name": name, "text": text}:
                if kept and kept[-1][:2] == ["stream", name]:
                    kept[-1][2] += text
                else:
                    kept.append(["stream", name, text])
            case {"output_type": "error", "ename": ename, "evalue": evalue}:
                kept.append(["error", ename, evalue])
            case {"output_type": kind, "data": data}:
                kept.append([kind, dict(data)])
            case _:
                kept.append(dict(output))
    text = json.dumps(kept, sort_keys=True)
    for pattern, replacement in _VARYING:
        text = pattern.sub(replacement, text)
    cleaned: list[Any] = json.loads(text)
    return cleaned


def by_nbclient(notebook: Any, folder: str) -> None:
    """Run a notebook in place."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=20,
        allow_errors=True,
        interrupt_on_timeout=True,
        resources={"metadata": {"path": folder}},
    )
    try:
        client.execute()
    except (CellExecutionError, DeadKernelError, TimeoutError) as error:
        sys.stderr.write(f"nbclient: {type(error).__name__}\n")


def main() -> None:
    """Run every notebook of the folder twice and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path, help="where the differences go")
    arguments = parser.parse_args()
    differences: list[Difference] = []
    same = 0
    files = {
        path.name: path.read_bytes()
        for path in arguments.folder.iterdir()
        if path.is_file() and path.suffix != ".ipynb"
    }
    with SealedEngine() as engine:
        for path in sorted(arguments.folder.glob("*.ipynb")):
            notebook = nbformat.read(path, as_version=4)
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
            for cell in code:
                cell.outputs = []
            program = Program(
                name=path.stem,
                cells=tuple(
                    Cell(str(index), Role.STUDENT, cell.source) for index, cell in enumerate(code)
                ),
                files=files,
            )
            results = engine.run(program, LIMITS)
            with tempfile.TemporaryDirectory(prefix="outputs-") as folder:
                for name, data in files.items():
                    Path(folder, name).write_bytes(data)
                by_nbclient(notebook, folder)
            for index, (cell, result) in enumerate(zip(code, results, strict=True)):
                expected = comparable(cell.outputs)
                found = comparable(result.outputs)
                if result.failure and result.status is not CellStatus.ERROR:
                    found.append([str(result.status), result.failure.ename])
                if expected == found:
                    same += 1
                else:
                    differences.append(
                        Difference(path.name, index, cell.source[:300], expected, found)
                    )
    if arguments.json:
        report = {"same": same, "different": [asdict(entry) for entry in differences]}
        arguments.json.write_text(json.dumps(report, indent=1), encoding="utf-8")
    for entry in differences:
        sys.stdout.write(
            f"{entry.notebook}, cell {entry.cell}: {entry.source!r}\n"
            f"  nbclient {str(entry.nbclient)[:400]}\n  ours     {str(entry.ours)[:400]}\n"
        )
    sys.stdout.write(f"{same} cells alike, {len(differences)} different\n")


if __name__ == "__main__":
    main()
