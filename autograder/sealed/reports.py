"""What a process reports to the supervisor while it runs a cell, read field by field."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, TypeAlias, final

from autograder.sealed.model import Cause, Failure, Measured, Origin, Reply
from autograder.sealed.wire import Plain, WireError

__all__ = ["ClearOutput", "Done", "Output", "Report", "UpdateDisplay", "parse_report"]

_STREAMS = ("stdout", "stderr")
_MIME_BYTES = 100
_TRACEBACK_LINES = 500
_ORIGINS = frozenset(map(str, Origin))
_JSON_DEPTH = 20
_MOST_NAMES = 10_000
_MOST_REPLIES = 10_000
_JSON_INTEGERS = 1 << 63


@final
@dataclass(frozen=True, slots=True)
class Output:
    """One more nbformat output of the running cell.

    Args:
        output: the nbformat dictionary, rebuilt.
        display_id: name under which an `UpdateDisplay` may replace its data.
    """

    output: dict[str, Any]
    display_id: str | None = None


@final
@dataclass(frozen=True, slots=True)
class UpdateDisplay:
    """Replace data and metadata of every output with this display id, in any cell."""

    display_id: str
    data: dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class ClearOutput:
    """Forget the outputs of the running cell; with `wait`, when the next one comes."""

    wait: bool


@final
@dataclass(frozen=True, slots=True)
class Done:
    """The cell ended.

    Args:
        failure: the exception that ended it, if one did.
        returned: `text/plain` of its last expression, if it displayed one.
        broken: a judge has lost its channel to the student process for good.
        exposed: hidden lines of a grade cell have run.
        asked: see `model.CellResult`.
        replies: likewise.
        token: of the run that ended.
    """

    failure: Failure | None
    returned: str | None
    broken: bool = False
    exposed: bool = False
    asked: frozenset[str] = frozenset()
    replies: tuple[Reply, ...] = ()
    token: str = ""


Report: TypeAlias = Output | UpdateDisplay | ClearOutput | Done


def parse_report(message: Plain) -> Report:
    """Read one report of a process that may run hostile code.

    Everything is rebuilt from exact plain types; unknown fields are dropped.

    Raises:
        WireError: `message` is no report.
    """
    fields = _mapping(message, "report")
    match fields.get("op"):
        case "output":
            return _output(fields)
        case "update_display":
            return UpdateDisplay(
                _text(fields.get("display_id"), "display_id"),
                _bundle(fields.get("data")),
                _json_mapping(fields.get("metadata", {})),
            )
        case "clear_output":
            wait = fields.get("wait", False)
            if type(wait) is not bool:
                raise WireError("malformed report: wait")
            return ClearOutput(wait)
        case "done":
            failure = fields.get("failure")
            returned = fields.get("returned")
            return Done(
                None if failure is None else _failure(_mapping(failure, "failure")),
                None if returned is None else _text(returned, "returned"),
                fields.get("broken") is True,
                fields.get("exposed") is True,
                _names(fields.get("asked", [])),
                _replies(fields.get("replies", [])),
                _text(fields.get("token", ""), "token"),
            )
    raise WireError("malformed report: unknown operation")


def _output(fields: dict[str, Plain]) -> Output:
    output = _mapping(fields.get("output"), "output")
    display_id = fields.get("display_id")
    if display_id is not None:
        display_id = _text(display_id, "display_id")
    match output.get("output_type"):
        case "stream":
            name = output.get("name")
            if name not in _STREAMS:
                raise WireError("malformed report: stream name")
            text = _text(output.get("text"), "text")
            return Output({"output_type": "stream", "name": name, "text": text})
        case "display_data" | "execute_result" as kind:
            rebuilt: dict[str, Any] = {
                "output_type": kind,
                "data": _bundle(output.get("data")),
                "metadata": _json_mapping(output.get("metadata", {})),
            }
            if kind == "execute_result":
                count = output.get("execution_count")
                known = type(count) is int and 0 <= count < 1 << 31
                rebuilt["execution_count"] = count if known else None
            return Output(rebuilt, display_id)
        case "error":
            failure = _failure(output)
            return Output(
                {
                    "output_type": "error",
                    "ename": failure.ename,
                    "evalue": failure.evalue,
                    "traceback": list(failure.traceback),
                }
            )
    raise WireError("malformed report: unknown output")


def _failure(fields: dict[str, Plain]) -> Failure:
    lines = fields.get("traceback", [])
    if type(lines) is not list:
        raise WireError("malformed report: traceback")
    return Failure(
        _text(fields.get("ename"), "ename"),
        _text(fields.get("evalue"), "evalue"),
        tuple(_text(line, "traceback") for line in lines[:_TRACEBACK_LINES]),
        _cause(fields.get("cause")),
    )


def _names(form: Plain) -> frozenset[str]:
    if type(form) is not list or len(form) > _MOST_NAMES:
        raise WireError("malformed report: names")
    return frozenset(_text(name, "names") for name in form)


def _replies(form: Plain) -> tuple[Reply, ...]:
    if type(form) is not list or len(form) > _MOST_REPLIES:
        raise WireError("malformed report: replies")
    return tuple(map(_reply, form))


def _reply(form: Plain) -> Reply:
    match form:
        case [str() as shape, list() as rows]:
            return Reply(_text(shape, "replies"), tuple(map(_measured, rows)))
    raise WireError("malformed report: replies")


def _measured(row: Plain) -> Measured:
    match row:
        case [float() as rounding, float() as size, float() as first, float() as second, int(n)]:
            if math.isfinite(rounding + size + first + second):
                return Measured(rounding, size, first, second, n)
    raise WireError("malformed report: replies")


def _cause(form: Plain) -> Cause | None:
    match form:
        case None:
            return None
        case [str() as origin, str() as kind, str() as words, None] if origin in _ORIGINS:
            return Cause(Origin(origin), kind, _text(words, "cause"))
        case [str() as origin, str() as kind, str() as words, [str() as cell, int() as line]] if (
            origin in _ORIGINS
        ):
            return Cause(Origin(origin), kind, _text(words, "cause"), (cell, line))
    raise WireError("malformed report: cause")


def _bundle(value: Plain) -> dict[str, Any]:
    """A MIME bundle: text for each type, JSON for those that are."""
    bundle: dict[str, Any] = {}
    for mime, data in _mapping(value, "data").items():
        if len(mime) > _MIME_BYTES or "/" not in mime:
            raise WireError("malformed report: MIME type")
        json = mime == "application/json" or mime.endswith("+json")
        bundle[mime] = _json(data, 0) if json else _text(data, "data")
    return bundle


def _mapping(value: Plain, what: str) -> dict[str, Plain]:
    if type(value) is not dict or any(type(key) is not str for key in value):
        raise WireError(f"malformed report: {what}")
    return value


def _text(value: Plain, what: str) -> str:
    if type(value) is not str:
        raise WireError(f"malformed report: {what}")
    return value.encode("utf-8", "replace").decode()


def _json_mapping(value: Plain) -> dict[str, Any]:
    rebuilt: dict[str, Any] = _json(_mapping(value, "metadata"), 0)
    return rebuilt


def _json(value: Plain, depth: int) -> Any:
    """What JSON can hold; NaN, infinities and huge integers, which it cannot, become None."""
    if depth > _JSON_DEPTH:
        raise WireError("malformed report: nested too deeply")
    kind = type(value)
    if kind is dict:
        items = _mapping(value, "data").items()
        return {_text(key, "key"): _json(item, depth + 1) for key, item in items}
    if kind is list or kind is tuple:
        return [_json(item, depth + 1) for item in value]
    if kind is str:
        return _text(value, "data")
    if kind is float:
        return value if value - value == 0 else None
    if kind is int:
        # Python refuses to write integers of thousands of digits, and no reader wants them.
        return value if -_JSON_INTEGERS <= value < _JSON_INTEGERS else None
    if kind is bool or value is None:
        return value
    raise WireError("malformed report: not JSON")
