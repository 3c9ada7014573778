"""Reads how a cell's run ended from the outputs that a notebook keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from autograder.grading.carried import Carried
from autograder.sealed.model import Cause, CellResult, CellStatus, Failure, Origin

__all__ = ["carried_of", "is_exposed", "note", "note_carried", "result_of_cell"]

_ENDED = {"CellTimeoutError": CellStatus.TIMEOUT, "MemoryError": CellStatus.MEMORY}


def result_of_cell(cell: Mapping[str, Any]) -> CellResult:
    """The result of a code cell of an executed notebook.

    A cell without an execution count was never run, whatever outputs it has.

    Args:
        cell: an nbformat 4 code cell.
    """
    outputs = tuple(dict(output) for output in cell.get("outputs", ()))
    cell_id = str(cell.get("id", ""))
    if cell.get("execution_count") is None:
        return CellResult(cell_id, CellStatus.NOT_RUN)
    exposed = is_exposed(cell)
    failure = next((_failure(out) for out in outputs if out.get("output_type") == "error"), None)
    returned = next(
        (_text(out) for out in outputs if out.get("output_type") == "execute_result"), None
    )
    status = CellStatus.OK if failure is None else _ENDED.get(failure.ename, CellStatus.ERROR)
    if failure is not None and exposed:
        words = _note(cell).get("message")
        cause = Cause(Origin.AUTHOR, words=words) if isinstance(words, str) and words else None
        failure = replace(failure, cause=cause)
    return CellResult(
        cell_id, status, outputs=outputs, failure=failure, returned=returned, exposed=exposed
    )


def is_exposed(cell: Mapping[str, Any]) -> bool:
    """Whether code of the submission knew what hidden tests use when it made these outputs."""
    return _note(cell).get("exposed") is True


def note(result: CellResult, message: str) -> dict[str, Any]:
    """What the metadata of a cell of an executed notebook keeps for `result_of_cell`."""
    return {"exposed": True, "message": message} if result.exposed else {}


def note_carried(carried: Carried) -> dict[str, Any]:
    """What the metadata of a test keeps for `carried_of`."""
    return {"carried": {"points": carried.points, "replaced": list(carried.replaced)}}


def carried_of(cell: Mapping[str, Any]) -> Carried | None:
    """What a test gave with reference solutions of earlier exercises, if it gave more so."""
    match _note(cell).get("carried"):
        case {"points": int() | float() as points, "replaced": [*names]}:
            return Carried(float(points), tuple(map(str, names)))
    return None


def _note(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = cell.get("metadata")
    own = metadata.get("autograder") if isinstance(metadata, Mapping) else None
    return own if isinstance(own, Mapping) else {}


def _failure(output: Mapping[str, Any]) -> Failure:
    return Failure(
        str(output.get("ename", "")),
        str(output.get("evalue", "")),
        tuple(map(str, output.get("traceback", ()))),
    )


def _text(output: Mapping[str, Any]) -> str:
    data = output.get("data", {})
    text = data.get("text/plain", "") if isinstance(data, Mapping) else ""
    return "".join(text) if isinstance(text, list) else str(text)
