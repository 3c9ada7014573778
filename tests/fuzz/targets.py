"""What a fuzzer feeds: readers of bytes that nobody vouches for, and what must hold of any bytes.

A target returns whether the bytes were read. It raises only where a reader is wrong: any error but
the clean one is a finding, and so is a value that does not survive being written and read again.
"""

from __future__ import annotations

import functools
import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from autograder.errors import NotebookError
from autograder.grading.restore import restore
from autograder.notebooks import NotebookLimits, dump_notebook, read_notebook
from autograder.sealed.packing import WireError, WireLimits, decode, encode
from autograder.sealed.reports import parse_report
from autograder.sealed.values import CannotCross, Codec
from tests.attacks.attacks import NOTEBOOK, target

__all__ = ["CORPUS", "LIMITS", "TARGETS", "frame"]

CORPUS: Final = Path(__file__).parent / "corpus"
LIMITS: Final = WireLimits(
    body_bytes=1 << 16, buffer_bytes=1 << 20, depth=32, items=20_000, int_bytes=1 << 10
)
_NOTEBOOKS: Final = NotebookLimits(
    file_bytes=1 << 18, cells=200, source_chars=20_000, attachment_bytes=20_000
)


def frame(body: bytes, buffers: int = 0) -> bytes:
    """A frame around a body, with the header that belongs to it."""
    return struct.pack("<4sIQ", b"AGW1", len(body), buffers) + body


def wire(data: bytes) -> bool:
    """Frames of the wire: whole ones as they are, and bodies that get their header here."""
    try:
        message = decode(data if data[:4] == b"AGW1" else frame(data), LIMITS)
    except WireError:
        return False
    again = encode(message, LIMITS)
    if encode(decode(again, LIMITS), LIMITS) != again:
        raise AssertionError("a message that was read is written in another way")
    return True


def values(data: bytes) -> bool:
    """Values that the judge rebuilds from a message."""
    try:
        value = _CODEC.decode(decode(frame(data), LIMITS))
    except WireError:
        return False
    try:
        form = _CODEC.encode(value)
        frame_of_form = encode(form, LIMITS)
    except (CannotCross, WireError):
        return True
    _CODEC.decode(decode(frame_of_form, LIMITS))
    return True


def reports(data: bytes) -> bool:
    """Reports of a process to the supervisor, and the notebook that their outputs end up in."""
    try:
        report = parse_report(decode(frame(data), LIMITS))
    except WireError:
        return False
    output: Any = getattr(report, "output", None)
    if output is not None:
        json.loads(dump_notebook({"cells": [{"cell_type": "code", "outputs": [output]}]}))
    return True


def notebook(data: bytes) -> bool:
    """Notebooks as handed in, put back on the instructor's footing."""
    try:
        read = read_notebook(data, "x.ipynb", _NOTEBOOKS)
        restored = restore(_assignment(), read)
    except NotebookError as error:
        str(error).encode()
        return False
    names = [cell.id for cell in restored.cells]
    if len(set(names)) != len(names):
        raise AssertionError("two cells have the same id")
    missing = {cell.grade_id for cell in _assignment().cells if cell.grade_id} - {
        cell.origin.grade_id for cell in restored.cells if cell.origin
    }
    if missing:
        raise AssertionError(f"cells of the assignment are gone: {missing}")
    for cell in restored.cells:
        cell.source.encode()
        origin = cell.origin
        if origin is not None and origin.is_restored and cell.source != origin.master:
            raise AssertionError("a cell of the instructor's was changed")
    return True


class _References(Codec):
    """Knows no references, as every reader that is asked for data."""


_CODEC: Final = _References()


@functools.cache
def _assignment() -> Any:
    return target().notebooks[NOTEBOOK]


TARGETS: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "notebook": notebook,
    "reports": reports,
    "values": values,
    "wire": wire,
}
"""The targets by name."""
