"""The process that is warm: it imports once and forks a student or a judge on request."""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from autograder.sealed import kernel, namespaces, warmup
from autograder.sealed.levels import Mechanisms
from autograder.sealed.sandbox import Part, Plan, enter_home, seal
from autograder.sealed.scratch import unpack
from autograder.sealed.wire import Channel, WireError

__all__ = ["MESSAGE_BYTES", "main"]

MESSAGE_BYTES: Final = 1 << 16

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_STOP_SECONDS: Final = 4.0
_PAUSE_SECONDS: Final = 0.001
_AT_REST: Final = frozenset("TtZX")
"""States of processes in /proc."""
_REAP_SECONDS: Final = 1.0
_CONTROL, _BRIDGE, _FILES = 3, 4, 5
_SECONDS_TO_REPORT: Final = 10.0


def main(descriptor: int) -> None:
    """Serve requests that come over a socket until it closes.

    Args:
        descriptor: a connected SOCK_SEQPACKET socket. The other end is trusted; it is the only
            one that ever writes here.
    """
    _forget_signals()
    control = socket.socket(fileno=descriptor)
    hello = json.loads(control.recv(MESSAGE_BYTES))
    mechanisms = Mechanisms.from_json(hello["mechanisms"])
    readable = tuple(Path(path) for path in hello["readable"])
    try:
        if mechanisms.namespaces:
            namespaces.enter_zygote(readable, hello["spare"])
            # The process that stayed behind is what the supervisor can end.
            kernel.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        else:
            kernel.prctl(_PR_SET_CHILD_SUBREAPER, 1)
        seconds = _warm(hello["home"])
    except BaseException as error:
        _send(control, {"error": f"{type(error).__name__}: {error}"})
        raise
    _send(control, {"ready": seconds, "pid": os.getpid()})
    _Zygote(control, mechanisms, readable).serve()


def _forget_signals() -> None:
    """Treat signals as in a process of one's own: `nohup` and shells have some of them ignored, and
    student code would behave otherwise there.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _warm(home: str) -> float:
    started = time.perf_counter()
    os.environ["HOME"] = home
    os.chdir(home)
    environment = dict(os.environ)
    warmup.warm_up()
    # Libraries leave paths there that no child will have.
    os.environ.clear()
    os.environ.update(environment)
    if (count := warmup.threads()) != 1:
        raise RuntimeError(f"a library started {count - 1} threads, which a fork would lose")
    return time.perf_counter() - started


def _send(control: socket.socket, message: dict[str, Any], descriptors: list[int] = []) -> None:  # noqa: B006 - never changed
    socket.send_fds(control, [json.dumps(message).encode()], descriptors)


class _Zygote:
    """Forks; runs nothing of a notebook's itself."""

    def __init__(
        self, control: socket.socket, mechanisms: Mechanisms, readable: tuple[Path, ...]
    ) -> None:
        self._control = control
        self._mechanisms = mechanisms
        self._readable = readable

    def serve(self) -> None:
        poller = select.poll()
        poller.register(self._control, select.POLLIN)
        while True:
            ready = poller.poll(_REAP_SECONDS * 1000)
            _reap()
            if not ready:
                continue
            data, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 3)
            if not data:
                break
            request = json.loads(data)
            match request["op"]:
                case "spawn":
                    self._spawn(Plan.from_json(request["plan"]), descriptors)
                case "ping":
                    _send(self._control, {"alive": True})
                case "end":
                    self._end_all()
                    _send(self._control, {"ended": True})
            for descriptor in descriptors:
                os.close(descriptor)
        self._end_all()

    def _spawn(self, plan: Plan, descriptors: list[int]) -> None:
        started = time.perf_counter()
        try:
            if self._mechanisms.namespaces:
                child = namespaces.fork_in_new_process_table()
            else:
                child = os.fork()
        except OSError as error:
            _send(self._control, {"error": f"fork: {error}"})
            return
        if child == 0:
            _be_child(plan, self._mechanisms, self._readable, descriptors, started)
        pidfd = os.pidfd_open(child)
        _send(self._control, {"pid": child, "fork": time.perf_counter() - started}, [pidfd])
        os.close(pidfd)

    def _end_all(self) -> None:
        """End every child, and what they started and left behind.

        All are stopped before one is killed: what dies makes room for those that fork.
        """
        deadline = time.monotonic() + _STOP_SECONDS
        while (running := _running()) and time.monotonic() < deadline:
            _signal(running, signal.SIGSTOP)
            time.sleep(_PAUSE_SECONDS)
        while _children(os.getpid()):
            _signal(_descendants(), signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(-1, 0)
            _reap()


def _signal(processes: Iterable[int], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def _descendants() -> set[int]:
    found: set[int] = set()
    wave = [os.getpid()]
    while wave := [child for process in wave for child in _children(process)]:
        wave = [process for process in wave if process not in found]
        found.update(wave)
    return found


def _running() -> list[int]:
    """The descendants that are neither stopped nor dead."""
    return [process for process in _descendants() if _state(process) not in _AT_REST]


def _state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _be_child(
    plan: Plan,
    mechanisms: Mechanisms,
    readable: tuple[Path, ...],
    descriptors: list[int],
    started: float,
) -> None:
    """Become a student or a judge; never returns."""
    code = 1
    try:
        forked = time.perf_counter()
        os.setsid()
        control, bridge = _keep_only(descriptors)
        try:
            # When the machine runs out of memory, this is what to end.
            Path("/proc/self/oom_score_adj").write_text("1000")
            enter_home(plan, mechanisms, readable)
            unpack(_FILES, plan.home)
            os.close(_FILES)
            entered = time.perf_counter()
            laps = seal(plan, mechanisms, readable)
        except BaseException as error:
            reason = f"{type(error).__name__}: {error}"
            control.send({"op": "failed", "error": reason}, timeout=_SECONDS_TO_REPORT)
            raise
        laps = {"fork": forked - started, "mounts": entered - forked, **laps}
        # As in Jupyter, modules beside the notebook can be imported.
        sys.path.insert(0, str(plan.home))
        # The library seeds itself anew in every fork.
        random.seed(warmup.SEED)
        control.send({"op": "ready", "seconds": laps}, timeout=_SECONDS_TO_REPORT)
        _run(plan.part, control, bridge)
        code = 0
    except (WireError, SystemExit, KeyboardInterrupt):
        code = 0
    except BaseException:  # noqa: BLE001 - nothing may return into the zygote's loop
        traceback.print_exc()
    finally:
        os._exit(code)


def _keep_only(descriptors: list[int]) -> tuple[Channel, Channel]:
    """Close every descriptor but the three given, and put those where they are expected."""
    moved = [os.dup(descriptor) for descriptor in descriptors]
    high = [os.dup2(item, 100 + index) for index, item in enumerate(moved)]
    null = os.open(os.devnull, os.O_RDWR)
    for target in (0, 1, 2):
        os.dup2(null, target, inheritable=True)
    for index, item in enumerate(high):
        os.dup2(item, _CONTROL + index, inheritable=False)
    os.closerange(_FILES + 1, os.sysconf("SC_OPEN_MAX"))
    control = socket.socket(fileno=_CONTROL)
    bridge = socket.socket(fileno=_BRIDGE)
    return Channel(control), Channel(bridge)


def _run(part: Part, control: Channel, bridge: Channel) -> None:
    match part:
        case Part.STUDENT:
            from autograder.sealed import student

            student.main(control, bridge)
        case Part.JUDGE:
            from autograder.sealed import judge

            judge.main(control, bridge)
