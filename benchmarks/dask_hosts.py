"""A Dask cluster of several hosts on one machine, each a network namespace of its own.

    python -m benchmarks.dask_hosts [--hosts 3] [--students 60] [--kill | --overhead | --model]

Needs root and `ip`. Each host has its own network, name and worker, and cannot see the course
folder. They share the processors, so this shows overhead and behaviour, not speed-up. With `--kill`
one host is powered off mid-run; `--overhead` measures what a task costs that grades nothing;
`--model` compares run times with the model of docs/operations.md, with submissions that sleep.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from autograder.assignment import Assignment, load_assignment
from autograder.course import Course
from autograder.grading.backend import Outcome
from autograder.grading.batch import grade_assignment
from autograder.grading.cache import course_cache
from autograder.grading.cluster import DaskBackend
from autograder.grading.engines import SealedFactory
from autograder.grading.grade import Submission, grade
from autograder.grading.plain import encode
from autograder.grading.policy import Policy
from autograder.grading.verdict import Verdict
from tests.builders import SQUARE, make_course
from tests.grading.fakes import Heard, SlowFactory, hand_in_class

ROOT = Path(__file__).resolve().parents[1]
NETWORK = "10.213.77"
PORT = 8786


class Host:
    """A network namespace on the bridge, with a worker in it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.name = f"ag{number}"
        self.address = f"{NETWORK}.{number}"
        self.processes: list[subprocess.Popen[bytes]] = []

    def make(self) -> None:
        inside, outside = f"{self.name}i", f"{self.name}o"
        ip("netns", "add", self.name)
        ip("link", "add", outside, "type", "veth", "peer", "name", inside)
        ip("link", "set", inside, "netns", self.name)
        ip("link", "set", outside, "master", "agbr", "up")
        ip("-n", self.name, "addr", "add", f"{self.address}/24", "dev", inside)
        ip("-n", self.name, "link", "set", inside, "up")
        ip("-n", self.name, "link", "set", "lo", "up")

    def start(self, hidden: Path, *command: str) -> None:
        """Run a command on this host, which has a name of its own and does not see a folder."""
        shell = f"mount -t tmpfs tmpfs {hidden} && hostname {self.name} && exec {' '.join(command)}"
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.name, "unshare", "--mount", "--uts", "sh", "-c", shell],
            cwd="/",
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.processes.append(process)

    def power_off(self) -> None:
        """End everything at once, and the network with it, as a failing machine does."""
        subprocess.run(
            ["ip", "link", "del", f"{self.name}o"], check=False, stderr=subprocess.DEVNULL
        )
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def cpu_seconds(self) -> float:
        """CPU time of the scheduler or worker of this host, without the engines' processes."""
        sessions = {process.pid for process in self.processes}
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = path.read_text().rpartition(")")[2].split()
                if int(fields[3]) in sessions:
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def remove(self) -> None:
        self.power_off()
        subprocess.run(["ip", "netns", "del", self.name], check=False)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


@contextmanager
def hosts(count: int, hidden: Path) -> Iterator[list[Host]]:
    """A scheduler on the first host, a worker of one thread on each of the others."""
    with ExitStack() as resources:
        ip("link", "add", "agbr", "type", "bridge")
        resources.callback(ip, "link", "del", "agbr")
        ip("addr", "add", f"{NETWORK}.1/24", "dev", "agbr")
        ip("link", "set", "agbr", "up")
        made = [Host(number) for number in range(10, 11 + count)]
        for host in made:
            resources.callback(host.remove)
            host.make()
        python = f"{sys.executable} -m dask"
        made[0].start(
            hidden, f"{python} scheduler --host {made[0].address} --port {PORT} --no-dashboard"
        )
        for host in made[1:]:
            host.start(
                hidden,
                f"{python} worker tcp://{made[0].address}:{PORT} --host {host.address} "
                "--nthreads 1 --no-dashboard --memory-limit 0",
            )
        yield made


def connect(address: str, count: int, factory: Any) -> DaskBackend:
    """Wait until every worker is there."""
    from distributed import Client

    deadline = time.monotonic() + 180
    while True:
        try:
            with Client(address, timeout=5, set_as_default=False) as client:
                client.wait_for_workers(count, timeout=120)
            return DaskBackend(address, factory)
        except OSError:
            if time.monotonic() > deadline:
                raise


def measure_overhead(
    made: list[Host], backend: DaskBackend, course: Course, tasks: int, kilobytes: int
) -> None:
    """What a task costs beyond grading: an engine that does nothing, one submission in, one out."""
    assignment = load_assignment(course, "square")
    notebook = next((course.root / "submitted").rglob("*.ipynb")).read_bytes()
    submission = Submission({"square": notebook}, {"data": os.urandom(1000 * kilobytes)})
    backend.begin(assignment, Policy())
    alone = _grade_milliseconds(assignment, submission)
    for warm in (True, False):
        count = 20 if warm else tasks
        started, mine = time.perf_counter(), time.process_time()
        theirs = [host.cpu_seconds() for host in made]
        sent = done = 0
        while done < count:
            while sent < count and sent - done < backend.slots:
                backend.submit(str(sent), submission)
                sent += 1
            if isinstance(outcome := backend.next(10), Outcome):
                done += 1
                assert outcome.verdict is not None, outcome.problem
        wall = time.perf_counter() - started
        client = time.process_time() - mine
    used = [host.cpu_seconds() - before for host, before in zip(made, theirs, strict=True)]
    milliseconds = {
        "client": 1000 * client / count,
        "scheduler": 1000 * used[0] / count,
        "worker": 1000 * sum(used[1:]) / count - alone,
    }
    listed = ", ".join(f"{name} {cost:.2f}" for name, cost in milliseconds.items())
    print(
        f"{count} tasks of {len(encode(submission)) / 1000:.0f} kB on {len(made) - 1} hosts: "
        f"{sum(milliseconds.values()):.2f} ms of CPU time a task ({listed}); "
        f"{1000 * wall / count:.2f} ms of wall time; grade() itself, {alone:.2f} ms, not counted",
        flush=True,
    )


def _grade_milliseconds(assignment: Assignment, submission: Submission) -> float:
    """CPU time of the same work without a cluster."""
    engine = SlowFactory()()
    grade(assignment, submission, Policy(), engine)
    started = time.process_time()
    for _ in range(100):
        grade(assignment, submission, Policy(), engine)
    return 10 * (time.process_time() - started)


def check_model(made: list[Host], course: Course, students: int, seconds: float) -> None:
    """Grade a class whose submissions sleep, so that hosts which share processors do not meet."""
    workers = len(made) - 1
    address = f"tcp://{made[0].address}:{PORT}"
    backend = connect(address, workers, SlowFactory(seconds))
    heard = Times()
    grade_assignment(course, "square", backend=backend, progress=heard)
    measured = heard.times[-1] - heard.times[0]
    predicted = (students - 1) * seconds / workers
    print(
        f"{workers} hosts, {students} submissions of {seconds} s: {measured:.1f} s from the first "
        f"to the last verdict; {predicted:.1f} s by the model without overhead, "
        f"so {1000 * (measured - predicted) * workers / students:.1f} ms a submission and worker",
        flush=True,
    )


class Times(Heard):
    """Remembers when each submission was done."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def graded(self, student: str, verdict: Verdict, *, cached: bool) -> None:
        super().graded(student, verdict, cached=cached)
        self.times.append(time.perf_counter())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=3)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--tasks", type=int, default=400)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--overhead", action="store_true")
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--seconds", type=float, default=0.5, help="that a submission sleeps")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        hosts(arguments.hosts, Path(folder)) as made,
    ):
        address = f"tcp://{made[0].address}:{PORT}"
        course = make_course(Path(folder, "course"), square=SQUARE)
        students = hand_in_class(course, arguments.students)
        if arguments.overhead:
            for kilobytes in (0, 100):
                backend = connect(address, arguments.hosts, SlowFactory())
                measure_overhead(made, backend, course, arguments.tasks, kilobytes)
                backend.close()
            return
        if arguments.model:
            check_model(made, course, arguments.students, arguments.seconds)
            return
        backend = connect(address, arguments.hosts, SealedFactory())
        after = arguments.students // 3 if arguments.kill else 0
        watching = Heard(after, made[-1].power_off)
        started = time.perf_counter()
        report = grade_assignment(
            course, "square", backend=backend, cache=course_cache(course), progress=watching
        )
        wall = time.perf_counter() - started
        wrong = [name for name, verdict in report.verdicts.items() if verdict.score != 3]
        twice = len(watching.students) - len(set(watching.students))
        if arguments.kill:
            print(f"host {made[-1].name} was powered off after {after} submissions")
        print(
            f"{len(report.verdicts)} of {len(students)} graded on {arguments.hosts} hosts in "
            f"{wall:.1f} s; wrong marks: {len(wrong)}; written twice: {twice}"
        )
        local = grade_assignment(course, "square", engine=SealedFactory())
        same = [
            [(cell.grade_id, cell.status, cell.points) for cell in verdict.cells]
            for verdict in local.verdicts.values()
        ] == [
            [(cell.grade_id, cell.status, cell.points) for cell in verdict.cells]
            for verdict in report.verdicts.values()
        ]
        print(f"the same marks as on this machine: {same}")


if __name__ == "__main__":
    main()
