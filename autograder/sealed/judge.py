"""The judge process: runs locked and grade cells; code of a submission never runs here."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, final

from autograder.sealed import handles, instruments
from autograder.sealed.bridge import Bridge, is_submissions, place_of, traceback_of
from autograder.sealed.causes import Witness
from autograder.sealed.compiling import CellCode, transformers
from autograder.sealed.link import BridgeError
from autograder.sealed.model import Cause, Failure, Listening, Origin, Reply, Role
from autograder.sealed.namespace import Namespace
from autograder.sealed.ownership import Ownership, read_tables
from autograder.sealed.randomness import RandomStates
from autograder.sealed.reports import Done
from autograder.sealed.shell import CellShell
from autograder.sealed.student import done_report
from autograder.sealed.tape import Tape
from autograder.sealed.trust import chains, differences
from autograder.sealed.wire import Channel, Closed, Plain

__all__ = ["SUBMISSION_MARK", "main"]

_NO_PLAIN_DATA: Final = (
    "The test cannot look into what your code gave. Return plain data where it is asked for: a "
    "number, a list, a dictionary, an array, a tensor ..."
)
_CHANGED: Final = (
    "Your notebook changes functions that this test relies on, such as assertions, built-in "
    "functions or those of a library. Leave them as they are."
)
SUBMISSION_MARK: Final = "In the submission:"
"""The line of a traceback after which only lines of the submission's own code follow."""


def main(control: Channel, bridge: Channel) -> None:
    """Run until the supervisor closes `control`.

    Args:
        control: to the supervisor; takes `program` and `run`, sends outputs and `done`.
        bridge: to the student process.
    """
    bridge.send_pickles()
    judge = Judge(control, bridge)
    while True:
        try:
            message = control.recv()
        except Closed:
            return
        match message.get("op"):
            case "program":
                judge.tables = read_tables(message["ownership"])
                instruments.judge.sources = tuple(message.get("sources", ()))
            case "run" if message["kind"] == "check":
                done = judge.check(message["id"], message["source"])
                control.send(done_report(done, message["token"]))
            case "run":
                done = judge.run(
                    message["id"],
                    message["source"],
                    message["output_bytes"],
                    locked=message["kind"] == Role.LOCKED,
                    hidden=message.get("hidden", []),
                    code=_code(message.get("code")),
                    listening=Listening(message.get("listening", "never")),
                )
                control.send(done_report(done, message["token"]))


@final
class Judge:
    """Runs cells against one student process.

    Args:
        control: takes the reports of the running cell.
        bridge: to the student process.
    """

    def __init__(self, control: Channel, bridge: Channel) -> None:
        self.tables: dict[str, Ownership] = {}
        self._folder = Path.cwd()
        self._shell = CellShell(control.send)
        self._shell.take_over()
        instruments.judge.in_use = True
        self._names = Namespace()
        self._shell.use_namespace(self._names)
        self._refused: list[str] = []
        self._shared: dict[type, str] = {}
        states = RandomStates()
        states.watch()
        _teach_inspect()
        self._witness = Witness(
            self._is_instructors, is_submissions, place_of, lambda: self._names.table.student
        )
        self._bridge = Bridge(bridge, states, _print, self._refused, self._shared)
        self._names.bridge = self._bridge

    def run(
        self,
        key: str,
        source: str,
        output_bytes: int,
        *,
        locked: bool,
        hidden: Sequence[int] = (),
        code: CellCode | None = None,
        listening: Listening = Listening.NEVER,
    ) -> Done:
        """Run one cell. What the bridge refused fails it, whatever its code caught.

        Args:
            key: its id.
            source: Python with IPython syntax.
            output_bytes: how much output is reported.
            locked: whether it is a locked cell, whose classes both processes define.
            hidden: numbers of the lines that students do not get to see.
            code: the source compiled, if the supervisor has done that.
            listening: whether the submission's answers are measured.
        """
        bridge = self._bridge
        self._refused.clear()
        exposure = self._names.exposure
        exposure.begin(source, hidden)
        self._shell.transform([] if code else transformers(source, hidden, exposure))
        self._names.begin(self.tables.get(key, Ownership()))
        bridge.tape = tape = None if listening is Listening.NEVER else Tape()
        try:
            done = self._shell.run(source, output_bytes, key, code)
        finally:
            bridge.tape = None
            names = self._names.end()
            if locked:
                self._shared.update(self._names.own_classes())
        error = self._shell.error
        if error is not None and done.failure is not None:
            told = replace(done.failure, cause=self._cause(error))
            done = Done(_with_submission(told, error), done.returned)
        reason = bridge.link.broken or (self._refused[0] if self._refused else None)
        if reason is not None and (done.failure is None or bridge.link.broken is not None):
            cause = Cause(Origin.TEST, "", "" if bridge.link.broken else _NO_PLAIN_DATA)
            done = Done(Failure("BridgeError", reason, cause=cause), None)
        replies: tuple[Reply, ...] = ()
        if bridge.link.broken is None:
            if tape is not None and (done.failure or listening is Listening.ALWAYS):
                replies = tape.replies()
            self._end_cell(bridge, names)
        return replace(
            done,
            broken=bridge.link.broken is not None,
            exposed=exposure.seen,
            asked=frozenset(bridge.asked),
            replies=replies,
        )

    def check(self, key: str, source: str) -> Done:
        """Compare what an open cell relies on in the student's process with what it is here.

        What the instructor's own notebook changes, a submission may change as well.
        """
        bridge, table = self._bridge, self.tables.get(key, Ownership())
        self._names.begin(table)
        try:
            names = chains(source)
            own = self._shell.foundations(names, self._names.own)
            theirs = bridge.ask("foundations", names, runs_code=False)
        except BridgeError as error:
            theirs, own = {}, {str(error): ""}
        except Exception:  # noqa: BLE001 - classes of the submission may raise anything
            theirs, own = {}, {"what cannot be looked at": ""}
        finally:
            self._names.end()
        changed = differences(own, theirs if type(theirs) is dict else {})
        changed = [name for name in changed if not bridge.asks(f"={name}")]
        failure = None
        if changed:
            text = f"The submission changes what this open test relies on: {', '.join(changed)}"
            failure = Failure("TrustError", text, cause=Cause(Origin.TEST, "", _CHANGED))
        broken = bridge.link.broken is not None
        return Done(failure, None, broken=broken, asked=frozenset(bridge.asked))

    def _cause(self, error: BaseException) -> Cause:
        try:
            return self._witness.cause(error)
        except Exception:  # noqa: BLE001 - objects of the submission in the error raise anything
            return Cause(Origin.TEST)

    def _is_instructors(self, filename: str) -> bool:
        if self._shell.cell_of(filename) is not None:
            return True
        path = Path(filename)
        # A virtual environment may lie in the folder; what is installed there is no author's.
        return path.is_relative_to(self._folder) and not path.is_relative_to(sys.prefix)

    def _end_cell(self, bridge: Bridge, names: list[tuple[str, bool, Any]]) -> None:
        bridge.names = lambda: names
        try:
            bridge.ask("end")
        except Exception:  # noqa: BLE001, S110 - the cell has ended, whatever a closing figure does
            pass
        finally:
            bridge.names = list


def _code(form: Plain) -> CellCode | None:
    return None if form is None else CellCode.from_bytes(form)


def _print(stream: str, text: str) -> None:
    (sys.stdout if stream == "stdout" else sys.stderr).write(text)


def _with_submission(failure: Failure, error: BaseException) -> Failure:
    """The failure with the submission's own traceback at its end, if that is where it arose."""
    try:
        lines = traceback_of(error)
    except Exception:  # noqa: BLE001 - the submission may break what renders tracebacks
        return failure
    if not lines:
        return failure
    return replace(failure, traceback=(*failure.traceback, SUBMISSION_MARK, *lines))


def _teach_inspect() -> None:
    """Let `inspect` show the source of a student's function, as the student process tells it."""
    original = inspect.getsource

    def getsource(value: Any) -> str:
        if not handles.is_remote(value):
            return original(value)
        source = handles.record_of(value).ask("source")
        if type(source) is not str:
            raise OSError("source code not available")
        return source

    def getsourcelines(value: Any) -> tuple[list[str], int]:
        if not handles.is_remote(value):
            return original_lines(value)
        return getsource(value).splitlines(keepends=True), 0

    original_lines = inspect.getsourcelines
    vars(inspect).update(getsource=getsource, getsourcelines=getsourcelines)
