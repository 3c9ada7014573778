"""Notebooks as bytes and as plain data; reading trusts nothing.

A notebook that somebody submitted is parsed field by field into frozen data classes. Fields
that are not needed for grading never get past this module.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, final

from autograder.errors import NotebookError

__all__ = [
    "CellType",
    "NotebookLimits",
    "SubmittedCell",
    "SubmittedNotebook",
    "dump_notebook",
    "read_notebook",
    "unique_cell_ids",
]

CellType = Literal["code", "markdown", "raw"]

_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_RESUBMIT = "Save the notebook in Jupyter again and hand it in once more"


@final
@dataclass(frozen=True, slots=True)
class NotebookLimits:
    """Bounds on a submitted notebook.

    Args:
        file_bytes: size of the file.
        parts: lists and objects in its JSON, counted with every such bracket inside text. In memory
            each is some thirty times as large as in the file.
        cells: number of cells.
        source_chars: characters in one cell.
        attachment_bytes: characters of all attachments of one cell, base64 as stored.
    """

    file_bytes: int = 64 << 20
    parts: int = 2_000_000
    cells: int = 5_000
    source_chars: int = 1_000_000
    attachment_bytes: int = 8 << 20


@final
@dataclass(frozen=True, slots=True)
class SubmittedCell:
    """One cell as a student handed it in.

    Args:
        position: 1 for the first cell; used in messages.
        cell_type: code, markdown or raw.
        source: its text; lone surrogates are replaced by U+FFFD.
        cell_id: the nbformat id, or where Colab keeps it; None if there is no valid one.
        grade_id: the nbgrader id that the cell claims to have, or None.
        attachments: images pasted into a markdown cell: name, MIME type, base64 text.
    """

    position: int
    cell_type: CellType
    source: str
    cell_id: str | None = None
    grade_id: str | None = None
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class SubmittedNotebook:
    """A notebook as a student handed it in; `where` names the file in messages."""

    where: str
    cells: tuple[SubmittedCell, ...]


def read_notebook(
    data: bytes, where: str, limits: NotebookLimits | None = None
) -> SubmittedNotebook:
    """Parse a notebook that is not trusted.

    Args:
        data: the file's bytes.
        where: the file's name for messages.
        limits: bounds; defaults to `NotebookLimits()`.

    Raises:
        NotebookError: the bytes are not a notebook of nbformat 3 or 4 within the bounds.
    """
    limits = limits or NotebookLimits()
    if len(data) > limits.file_bytes:
        raise NotebookError(
            where,
            f"the file has {len(data):,} bytes, more than the {limits.file_bytes:,} allowed",
            "Clear the outputs of all cells and hand it in again",
        )
    parts = data.count(b"[") + data.count(b"{")
    if parts > limits.parts:
        raise NotebookError(
            where,
            f"it has {parts:,} lists and objects, more than the {limits.parts:,} allowed",
            "Clear the outputs of all cells and hand it in again",
        )
    document = _parse_json(data, where)
    raw_cells = _raw_cells(document, where)
    if len(raw_cells) > limits.cells:
        raise NotebookError(
            where, f"it has {len(raw_cells):,} cells, more than {limits.cells:,}", _RESUBMIT
        )
    cells = tuple(
        _read_cell(raw, position, where, limits) for position, raw in enumerate(raw_cells, start=1)
    )
    return SubmittedNotebook(where=where, cells=cells)


def _parse_json(data: bytes, where: str) -> dict[str, Any]:
    if not data.strip():
        raise NotebookError(where, "the file is empty", _RESUBMIT)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotebookError(
            where, f"it is not UTF-8 text (byte {error.start} is wrong)", _RESUBMIT
        ) from None
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotebookError(
            where, f"it is not JSON (line {error.lineno}: {error.msg})", _RESUBMIT
        ) from None
    except RecursionError:
        raise NotebookError(where, "its JSON is nested too deeply", _RESUBMIT) from None
    except ValueError as error:
        raise NotebookError(where, f"it has a number that is too long ({error})", _RESUBMIT) from (
            None
        )
    if not isinstance(document, dict):
        raise NotebookError(where, "it is JSON but not a notebook", _RESUBMIT)
    return document


def _raw_cells(document: dict[str, Any], where: str) -> list[object]:
    match document.get("nbformat"):
        case 4:
            cells = document.get("cells")
        case 3:
            worksheets = document.get("worksheets")
            cells = None
            if isinstance(worksheets, list):
                cells = [
                    cell
                    for sheet in worksheets
                    if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
                    for cell in sheet["cells"]
                ]
        case other:
            version = repr(other)[:40]
            raise NotebookError(
                where,
                f"its nbformat is {version}; 3 and 4 can be read",
                "Open it in a current Jupyter, save it and hand it in again",
            )
    if not isinstance(cells, list):
        raise NotebookError(where, "it has no list of cells", _RESUBMIT)
    return cells


def _read_cell(raw: object, position: int, where: str, limits: NotebookLimits) -> SubmittedCell:
    place = f"{where}, cell {position}"
    if not isinstance(raw, dict):
        raise NotebookError(place, "it is not a cell", _RESUBMIT)
    cell_type: CellType
    match raw.get("cell_type"):
        case "code":
            cell_type = "code"
        case "markdown" | "heading":
            cell_type = "markdown"
        case "raw":
            cell_type = "raw"
        case other:
            raise NotebookError(place, f"its type is {repr(other)[:40]}", _RESUBMIT)
    source = _text(raw.get("source", raw.get("input", "")))
    if source is None:
        raise NotebookError(place, "its source is not text", _RESUBMIT)
    if len(source) > limits.source_chars:
        raise NotebookError(
            place,
            f"it has {len(source):,} characters, more than {limits.source_chars:,}",
            "Move data out of the cell into a file beside the notebook",
        )
    metadata = raw.get("metadata")
    return SubmittedCell(
        position=position,
        cell_type=cell_type,
        source=source,
        cell_id=_cell_id(raw.get("id")) or _cell_id(_get(metadata, "id")),
        grade_id=_grade_id(metadata),
        attachments=_attachments(raw.get("attachments"), limits),
    )


def _text(value: object) -> str | None:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if not isinstance(value, str):
        return None
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _get(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _cell_id(value: object) -> str | None:
    return value if isinstance(value, str) and _CELL_ID.fullmatch(value) else None


def _grade_id(metadata: object) -> str | None:
    grade_id = _get(_get(metadata, "nbgrader"), "grade_id")
    return grade_id if isinstance(grade_id, str) and len(grade_id) <= 1_000 else None


def _attachments(value: object, limits: NotebookLimits) -> dict[str, dict[str, str]]:
    if not isinstance(value, dict):
        return {}
    kept: dict[str, dict[str, str]] = {}
    total = 0
    for name, bundle in value.items():
        if not isinstance(bundle, dict):
            continue
        images = {
            mime: text
            for mime, raw in bundle.items()
            if mime in {"image/png", "image/jpeg", "image/gif"} and (text := _text(raw)) is not None
        }
        total += sum(map(len, images.values()))
        if images and total <= limits.attachment_bytes:
            kept[_text(name) or ""] = images
    return kept


def unique_cell_ids(wanted: Iterable[str | None], reserved: Iterable[str] = ()) -> list[str]:
    """Valid nbformat ids, unique in one notebook, as near to the wanted ones as can be.

    Args:
        wanted: an id, or something like one, for each cell.
        reserved: ids that other cells have.
    """
    taken = set(reserved)
    ids: list[str] = []
    for number, name in enumerate(wanted, start=1):
        base = re.sub(r"[^A-Za-z0-9_-]+", "-", name or f"cell-{number}")[:56] or f"cell-{number}"
        candidate, copy = base, 1
        while candidate in taken:
            copy += 1
            candidate = f"{base}-{copy}"
        taken.add(candidate)
        ids.append(candidate)
    return ids


def dump_notebook(notebook: Mapping[str, Any]) -> bytes:
    """Serialise a notebook as this project stores them: sorted keys, one source line a line."""
    document = dict(notebook)
    document["cells"] = [_split_lines(cell) for cell in document["cells"]]
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return (text + "\n").encode("utf-8", "replace")


def _split_lines(cell: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(cell)
    if isinstance(result.get("source"), str):
        result["source"] = result["source"].splitlines(keepends=True)
    return result
