"""Puts together a notebook's outputs from reports, within bounds."""

from __future__ import annotations

from typing import Any, Final, final

from autograder.sealed.model import Failure, Reply
from autograder.sealed.reports import ClearOutput, Done, Output, Report, UpdateDisplay

__all__ = ["CellOutputs", "Displays"]

_MOST_OUTPUTS: Final = 1000
_OVERHEAD: Final = 64
_NAME: Final = 200
_MESSAGE: Final = 20_000


@final
class Displays:
    """Which outputs of a notebook can be updated, by display id."""

    def __init__(self) -> None:
        self._outputs: dict[str, list[dict[str, Any]]] = {}

    def add(self, display_id: str, output: dict[str, Any]) -> None:
        """Remember one that was shown."""
        self._outputs.setdefault(display_id, []).append(output)

    def forget(self, outputs: list[dict[str, Any]]) -> None:
        """Let go of outputs that are no more."""
        gone = {id(output) for output in outputs}
        if not gone:
            return
        for display_id, shown in list(self._outputs.items()):
            self._outputs[display_id] = [item for item in shown if id(item) not in gone]
            if not self._outputs[display_id]:
                del self._outputs[display_id]

    def count(self, display_id: str) -> int:
        """How many outputs have this id."""
        return len(self._outputs.get(display_id, ()))

    def update(self, change: UpdateDisplay) -> None:
        """Replace the data of all with this id."""
        for output in self._outputs.get(change.display_id, ()):
            output["data"] = change.data
            output["metadata"] = change.metadata


@final
class CellOutputs:
    """The outputs of one cell while it runs.

    Args:
        displays: of the whole notebook.
        most_bytes: kept; what comes after is dropped, and one line says so.
    """

    def __init__(self, displays: Displays, most_bytes: int) -> None:
        self._displays = displays
        self._most = most_bytes
        self._used = 0
        self._outputs: list[dict[str, Any]] = []
        self._clear_next = False
        self._dropped = False
        self.failure: Failure | None = None
        self.returned: str | None = None
        self.exposed = False
        self.asked: frozenset[str] = frozenset()
        self.replies: tuple[Reply, ...] = ()

    def take(self, report: Report) -> None:
        """Apply one report."""
        match report:
            case Output(output=output, display_id=display_id):
                self._add(output, display_id)
            case UpdateDisplay():
                self._update(report)
            case ClearOutput(wait=True):
                self._clear_next = True
            case ClearOutput():
                self._clear()
            case Done(failure=failure, returned=returned):
                self.exposed, self.asked = report.exposed, report.asked
                self.replies = report.replies
                self.failure = None if failure is None else _short(failure, self._most)
                self.returned = None if returned is None else returned[: self._most]

    def result(self) -> tuple[dict[str, Any], ...]:
        """What is kept."""
        if not self._dropped:
            return tuple(self._outputs)
        note = {
            "output_type": "stream",
            "name": "stderr",
            "text": f"[more than {self._most} bytes of output; the rest was dropped]\n",
        }
        return (*self._outputs, note)

    def _clear(self) -> None:
        self._displays.forget(self._outputs)
        self._outputs.clear()
        self._used = 0
        self._clear_next = False

    def _add(self, output: dict[str, Any], display_id: str | None) -> None:
        if self._clear_next:
            self._clear()
        if output["output_type"] == "error":
            # What stopped the cell is worth more than what came before it.
            if all(known["output_type"] != "error" for known in self._outputs):
                self._outputs.append(_shortened(output, self._most))
            return
        if not self._room(output, len(display_id or "")):
            return
        last = self._outputs[-1] if self._outputs else None
        if (
            output["output_type"] == "stream"
            and last is not None
            and last["output_type"] == "stream"
            and last["name"] == output["name"]
        ):
            last["text"] += output["text"]
            return
        self._outputs.append(output)
        if display_id is not None:
            self._displays.add(display_id, output)

    def _update(self, change: UpdateDisplay) -> None:
        # A notebook holds the data once for each output that shows them.
        times = max(1, self._displays.count(change.display_id))
        if self._room(change.data, _size(change.metadata), times):
            self._displays.update(change)

    def _room(self, value: object, beside: int = 0, times: int = 1) -> bool:
        size = times * (_size(value) + beside + _OVERHEAD)
        text = isinstance(value, dict) and value.get("output_type") == "stream"
        left = self._most - self._used
        if len(self._outputs) >= _MOST_OUTPUTS or left <= 0:
            self._dropped = True
            return False
        if size <= left:
            self._used += size
            return True
        self._dropped = True
        self._used = self._most
        if text and isinstance(value, dict):
            value["text"] = value["text"].encode()[: max(0, left)].decode(errors="ignore")
            return True
        return False


def _short(failure: Failure, most: int) -> Failure:
    lines: list[str] = []
    for line in reversed(failure.traceback):
        most -= len(line)
        if most < 0:
            break
        lines.insert(0, line)
    name, text = failure.ename[:_NAME], failure.evalue[:_MESSAGE]
    return Failure(name, text, tuple(lines), failure.cause)


def _shortened(output: dict[str, Any], most: int) -> dict[str, Any]:
    whole = Failure(output["ename"], output["evalue"], tuple(output["traceback"]))
    failure = _short(whole, most)
    return {
        "output_type": "error",
        "ename": failure.ename,
        "evalue": failure.evalue,
        "traceback": list(failure.traceback),
    }


def _size(value: object) -> int:
    """About the bytes that a JSON value takes as text."""
    match value:
        case str():
            return len(value.encode())
        case dict():
            return sum(_size(key) + _size(item) + 2 for key, item in value.items())
        case list() | tuple():
            return sum(_size(item) + 2 for item in value)
    return 8
