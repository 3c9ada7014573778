"""What lies around a submission that is graded, and what an attack did to it."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, final

from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.grading.grade import Submission
from autograder.grading.outputs import is_exposed
from tests.attacks.attacks import COURSE, NOTEBOOK, honest

__all__ = ["SECRETS", "Arena", "descendants", "hand_in", "secrets_in", "shown_to_students"]

_HIDDEN_TEXT: Final = "hidden-oak-5e1f"  # in comments of hidden tests
_HIDDEN_VALUE: Final = "83125"  # begins a number that only hidden tests pass to student code
_ANSWER: Final = "answer-elm-9c04"  # in the reference solution
_NEIGHBOUR: Final = "neighbour-fir-77aa"
_GRADEBOOK: Final = "gradebook-yew-31d2"
_OUTSIDE: Final = "outside-bay-64f0"
_ENVIRONMENT: Final = "environment-ash-0b7d"

SECRETS: Final = (
    _HIDDEN_TEXT,
    _HIDDEN_VALUE,
    _ANSWER,
    _NEIGHBOUR,
    _GRADEBOOK,
    _OUTSIDE,
    _ENVIRONMENT,
)

_VARIABLE: Final = "COURSE_TOKEN"
_PR_SET_CHILD_SUBREAPER: Final = 36
_SHARED: Final = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))
_NAMED: Final = tuple(Path("/tmp", f"atk-{name}") for name in ("kernel", "pickle", "zip"))
_SETTLE_SECONDS: Final = 3.0
_LARGE: Final = 1 << 30


@final
class Arena:
    """A course with secrets, files, listeners and a process that nobody may touch.

    Args:
        root: an empty folder for it.
        template: the course to copy.

    Attributes:
        course: the course; students `neighbour` and `honest` have handed in.
        places: what attackers know: paths, ports, process ids by name.
    """

    def __init__(self, root: Path, template: Path = COURSE) -> None:
        self.mark = f"atk-{secrets.token_hex(4)}"
        self.outside = root / "outside"
        self.outside.mkdir()
        (self.outside / "secret.txt").write_text(_OUTSIDE)
        (self.outside / "id_ed25519").write_text(_OUTSIDE)
        self.outside.chmod(0o777)
        shutil.copytree(template, root / "course")
        self.course = Course.open(root / "course")
        hand_in(self.course, "honest", honest().submission({}))
        hand_in(self.course, "neighbour", honest().submission({}), f"My own words: {_NEIGHBOUR}.")
        # nbgrader calls the program alembic, which lies beside the interpreter.
        os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        with Gradebook(self.course.db_url) as gradebook:
            gradebook.add_student("neighbour", first_name=_GRADEBOOK)
        os.environ[_VARIABLE] = _ENVIRONMENT
        # Whatever an attack leaves behind becomes a child of this process and can be found.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self._heard: list[str] = []
        self._listeners = _listen(self.mark, self.outside)
        self._victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(9999)"])
        self.places = {
            "outside": str(self.outside),
            "course": str(self.course.root),
            "mark": self.mark,
            "victim": str(self._victim.pid),
            "grader": str(os.getpid()),
            "tcp": str(self._listeners["tcp"].getsockname()[1]),
            "udp": str(self._listeners["udp"].getsockname()[1]),
            "socket": str(self.outside / "listener"),
        }
        for name, listener in self._listeners.items():
            threading.Thread(target=self._hear, args=(name, listener), daemon=True).start()
        self._before = self._state()
        self._processes: set[int] = set()

    def close(self) -> None:
        """End what it started."""
        for listener in self._listeners.values():
            listener.close()
        self._victim.kill()
        self._victim.wait()
        os.environ.pop(_VARIABLE, None)

    def settle(self) -> None:
        """Take what is there now for normal: the processes of an idle engine."""
        self._processes = descendants()
        self._before = self._state()

    def damage(self) -> list[str]:
        """What changed since `settle`, as sentences; empty if nothing did."""
        problems = [f"a connection arrived at {name}" for name in self._heard]
        self._heard.clear()
        if self._victim.poll() is not None:
            problems.append("another process was killed")
        after = self._state()
        problems += [
            f"{path} was {'changed' if path in after else 'deleted'}"
            for path in self._before
            if after.get(path) != self._before[path]
        ]
        problems += [f"{path} was made" for path in after if path not in self._before]
        deadline = time.monotonic() + _SETTLE_SECONDS
        while (extra := self._extra_processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        problems += [f"still running: {_command(process)}" for process in extra]
        return problems

    def _extra_processes(self) -> set[int]:
        marked = {
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and _command(int(entry.name)).startswith(self.mark)
        }
        now = descendants()
        return marked | (now - self._processes if len(now) > len(self._processes) else set())

    def _state(self) -> dict[str, str]:
        folders = (self.course.root / "source", self.course.root / "submitted", self.outside)
        paths = [path for folder in folders for path in folder.rglob("*")]
        paths += [path for folder in _SHARED for path in folder.glob(f"{self.mark}*")]
        paths += [path for path in _NAMED if path.exists()]
        paths += [self.course.root / "nbgrader_config.py"]
        return {str(path): _digest(path) for path in sorted(paths)}

    def _hear(self, name: str, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                if listener.type == socket.SOCK_DGRAM:
                    listener.recv(1)
                else:
                    listener.accept()[0].close()
                self._heard.append(name)


def hand_in(course: Course, student: str, submission: Submission, words: str = "") -> None:
    """Put a submission into `submitted/`, with words of its own as the written answer."""
    folder = course.step("submitted", student, NOTEBOOK)
    data = submission.notebooks[NOTEBOOK]
    if words:
        notebook = json.loads(data)
        notebook["cells"][-1]["source"] = words
        data = json.dumps(notebook).encode()
    for path, content in {f"{NOTEBOOK}.ipynb": data, **submission.files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def descendants() -> set[int]:
    """Process ids of everything that this process started, directly or not."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                text = (entry / "stat").read_text().rpartition(")")[2].split()
                if text[0] != "Z":
                    parents[int(entry.name)] = int(text[1])
    found: set[int] = set()
    wave = {os.getpid()}
    while wave := {child for child, parent in parents.items() if parent in wave} - found:
        found |= wave
    return found


def _command(process: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/comm").read_text().strip()
    return ""


def _digest(path: Path) -> str:
    if path.is_symlink():
        return f"link to {path.readlink()}"
    if not path.is_file():
        return "folder or socket"
    if path.stat().st_size > _LARGE:
        return f"{path.stat()}"
    return f"{path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _listen(mark: str, folder: Path) -> dict[str, socket.socket]:
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    path = socket.socket(socket.AF_UNIX)
    path.bind(str(folder / "listener"))
    (folder / "listener").chmod(0o777)
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0{mark}")
    for listener in (path, abstract):
        listener.listen()
    return {"tcp": tcp, "udp": udp, "unix socket": path, "abstract socket": abstract}


def secrets_in(texts: Iterable[str]) -> list[str]:
    """The secrets that texts give away."""
    return sorted({secret for text in texts for secret in SECRETS if secret in text})


def shown_to_students(notebook: Mapping[str, Any]) -> Iterator[str]:
    """Outputs of a graded notebook that its student reads.

    Not those of test cells, and of cells that ran after hidden tests: the feedback pages leave
    them out (`tests/feedback`).
    """
    for cell in notebook["cells"]:
        if (
            cell["cell_type"] == "code"
            and not cell["metadata"].get("nbgrader", {}).get("grade")
            and not is_exposed(cell)
        ):
            yield from (json.dumps(output) for output in cell["outputs"])
