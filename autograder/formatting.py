"""The formatter for notebooks under `source/`, so that a diff of one can be read."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.errors import NotebookError
from autograder.folders import write_file
from autograder.notebooks import dump_notebook, unique_cell_ids

__all__ = ["format_notebook", "main"]

_CELL_TYPES = {"code", "markdown", "raw"}
_VOLATILE_CELL_METADATA = {
    "ExecuteTime",
    "collapsed",
    "execution",
    "executionInfo",
    "heading_collapsed",
    "id",
    "jupyter",
    "outputId",
    "scrolled",
    "vscode",
}
_VOLATILE_NOTEBOOK_METADATA = {"celltoolbar", "signature", "toc", "varInspector", "widgets"}
_MADE_BY_A_PROGRAM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}|cell-\d+")
_VALID_ID = re.compile(r"[A-Za-z0-9_-]{1,56}")
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)[\s#]*$", re.MULTILINE)
_KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}


def format_notebook(data: bytes, where: str = "notebook") -> bytes:
    """The notebook without outputs, with readable cell ids, in the project's one way to write it.

    Cells with an nbgrader id have it as their nbformat id; ids that a program made up are replaced
    by the cell's heading or its type. Formatting what is formatted changes nothing.

    Args:
        data: an nbformat 4 notebook.
        where: the file's name for messages.

    Raises:
        NotebookError: the bytes are not such a notebook.
    """
    document = _parse(data, where)
    cells = [_clean(cell, f"{where}, cell {n}") for n, cell in enumerate(document["cells"], 1)]
    for cell, cell_id in zip(cells, _cell_ids(cells), strict=True):
        cell["id"] = cell_id
    metadata = document.get("metadata")
    return dump_notebook(
        {
            "cells": cells,
            "metadata": _notebook_metadata(metadata if isinstance(metadata, dict) else {}),
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def _parse(data: bytes, where: str) -> dict[str, Any]:
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise NotebookError(where, f"it cannot be read ({error})", "Repair it in Jupyter") from (
            error
        )
    is_notebook = (
        isinstance(document, dict)
        and document.get("nbformat") == 4
        and isinstance(document.get("cells"), list)
    )
    if not is_notebook:
        raise NotebookError(where, "it is no nbformat 4 notebook", "Open and save it in Jupyter")
    return dict(document)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _clean(cell: object, where: str) -> dict[str, Any]:
    if not isinstance(cell, dict) or cell.get("cell_type") not in _CELL_TYPES:
        raise NotebookError(where, "it is no cell", "Repair it in Jupyter")
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise NotebookError(where, "its source is not text", "Repair it in Jupyter")
    metadata = cell.get("metadata")
    cleaned: dict[str, Any] = {
        "cell_type": cell["cell_type"],
        "id": cell.get("id"),
        "metadata": {
            key: value
            for key, value in (metadata if isinstance(metadata, dict) else {}).items()
            if key not in _VOLATILE_CELL_METADATA
        },
        "source": source.replace("\r\n", "\n"),
    }
    if cleaned["cell_type"] == "code":
        cleaned |= {"execution_count": None, "outputs": []}
    elif cell.get("attachments"):
        cleaned["attachments"] = cell["attachments"]
    return cleaned


def _cell_ids(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    graded = unique_cell_ids(name for cell in cells if (name := _grade_id(cell)))
    others = unique_cell_ids(
        (_readable_id(cell) for cell in cells if not _grade_id(cell)), reserved=graded
    )
    graded_ids, other_ids = iter(graded), iter(others)
    return [next(graded_ids) if _grade_id(cell) else next(other_ids) for cell in cells]


def _grade_id(cell: Mapping[str, Any]) -> str | None:
    nbgrader = cell["metadata"].get("nbgrader")
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return grade_id if isinstance(grade_id, str) and grade_id else None


def _readable_id(cell: Mapping[str, Any]) -> str:
    present = cell["id"]
    if (
        isinstance(present, str)
        and _VALID_ID.fullmatch(present)
        and not _MADE_BY_A_PROGRAM.fullmatch(present)
    ):
        return present
    heading = _HEADING.search(cell["source"]) if cell["cell_type"] == "markdown" else None
    slug = re.sub(r"[^a-z0-9]+", "-", heading.group(1).lower()).strip("-") if heading else ""
    kind = "text" if cell["cell_type"] == "markdown" else cell["cell_type"]
    return slug[:40].strip("-") if slug and not _MADE_BY_A_PROGRAM.fullmatch(slug) else kind


def _notebook_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in metadata.items() if key not in _VOLATILE_NOTEBOOK_METADATA}
    kept.setdefault("kernelspec", _KERNELSPEC)
    language = kept.get("language_info")
    if isinstance(language, dict):
        # The version of whichever Python ran it last says nothing about the notebook.
        kept["language_info"] = {"name": language.get("name", "python")}
    return kept


def main(argv: Sequence[str] | None = None) -> int:
    """Format notebooks in place, or with `--check` say which are not formatted."""
    parser = argparse.ArgumentParser(
        prog="python -m autograder.formatting", description=main.__doc__
    )
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if need be")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="notebooks or folders")
    options = parser.parse_args(argv)
    unformatted = 0
    failed = False
    for path in _notebooks(options.paths):
        try:
            data = path.read_bytes()
            formatted = format_notebook(data, str(path))
        except (OSError, NotebookError) as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        if formatted == data:
            continue
        unformatted += 1
        if options.check:
            print(
                f"{path}: not formatted. Run `python -m autograder.formatting {path}`",
                file=sys.stderr,
            )
        else:
            write_file(path, formatted)
            print(f"formatted {path}")
    return int(failed or (options.check and unformatted > 0))


def _notebooks(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(
                found for found in path.rglob("*.ipynb") if ".ipynb_checkpoints" not in found.parts
            )
        else:
            yield path


if __name__ == "__main__":
    sys.exit(main())
