"""The student process: runs the student's cells and serves the judge between them."""

from __future__ import annotations

import os
import select
from dataclasses import astuple
from typing import Any

from autograder.sealed.model import Cause
from autograder.sealed.reports import Done
from autograder.sealed.serving import Server
from autograder.sealed.shell import CellShell
from autograder.sealed.wire import Channel, Closed, Plain

__all__ = ["done_report", "main"]


def main(control: Channel, bridge: Channel) -> None:
    """Run until the supervisor closes `control`.

    Args:
        control: to the supervisor; takes `program` and `run`, sends outputs and `done`.
        bridge: to the judge.
    """
    shell = CellShell(control.send)
    shell.take_over()
    bridge.read_pickles()
    server = Server(bridge, shell)

    def leave_alone() -> None:
        """A child that the cells fork has no part in the conversation; what it prints has."""
        control.close()
        bridge.close()
        shell.detach()

    os.register_at_fork(after_in_child=leave_alone)
    process = os.getpid()
    judge_lives = True
    while os.getpid() == process:
        waiting = [control, bridge] if judge_lives else [control]
        ready, _, _ = select.select(waiting, [], [])
        if bridge in ready and judge_lives:
            try:
                server.link.serve_next()
            except Closed:
                judge_lives = False
            continue
        try:
            message = control.recv()
        except Closed:
            return
        if message.get("op") == "run":
            control.send(_run(shell, message))


def _run(shell: CellShell, message: dict[str, Plain]) -> dict[str, Any]:
    done = shell.run(message["source"], message["output_bytes"], message["id"])
    return done_report(done, message["token"])


def done_report(done: Done, token: str) -> dict[str, Any]:
    """The message that ends a run, as `reports.parse_report` reads it.

    Args:
        done: how the run ended.
        token: the run's own, from the order: what was sent before belongs to no run.
    """
    failure = done.failure
    return {
        "op": "done",
        "token": token,
        "status": "ok" if failure is None else "error",
        "failure": None
        if failure is None
        else {
            "ename": failure.ename,
            "evalue": failure.evalue,
            "traceback": list(failure.traceback),
            "cause": _cause_form(failure.cause),
        },
        "returned": done.returned,
        "broken": done.broken,
        "exposed": done.exposed,
        "asked": sorted(done.asked),
        "replies": [
            [reply.shape, [list(astuple(array)) for array in reply.arrays]]
            for reply in done.replies
        ],
    }


def _cause_form(cause: Cause | None) -> Plain:
    if cause is None:
        return None
    place = None if cause.place is None else list(cause.place)
    return [str(cause.origin), cause.kind, cause.words, place]
