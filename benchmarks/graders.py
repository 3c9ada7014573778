"""The same class graded by stock nbgrader, otter-grader and this project, in one run.

`make bench` runs it; `python -m benchmarks.graders --help` lists what can be left out. It wants a
machine that does nothing else, and says how much of the machine others used meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import final

from nbgrader.api import Gradebook

from autograder.grading.batch import grade_assignment
from autograder.grading.engines import default_engine
from autograder.grading.pool import EngineFactory
from autograder.grading.restore import restore
from autograder.grading.verdict import Status
from autograder.notebooks import read_notebook
from autograder.sealed import SealedEngine
from autograder.sealed.meter import Meter
from autograder.sealed.shell import CellShell
from autograder.sealed.warmup import warm_up
from benchmarks import otter_course
from benchmarks.classes import (
    ATTENTION,
    FIVE_CELLS,
    ROOT,
    HandedIn,
    class_of,
    make_course,
    write_files,
)
from tests.engines import Borrowed

FLOOR = "the cells alone"
WARM = "autograder, warm"
COLD = "autograder grade, cold"
LARGE = "autograder grade, larger class"
NBGRADER = "nbgrader autograde"
OTTER = "otter run"
_LOOK_SECONDS = 0.1


@final
@dataclass(frozen=True, slots=True)
class Pass:
    """One grader over one class.

    Args:
        grader: which.
        submissions: how many.
        wall: seconds.
        cpu: seconds of all its processes.
        others: CPU seconds that everything else on the machine used meanwhile.
        load: the load average at its beginning.
    """

    grader: str
    submissions: int
    wall: float
    cpu: float
    others: float
    load: float

    @property
    def rate(self) -> float:
        """Submissions a minute."""
        return 60 * self.submissions / self.wall

    @property
    def cpu_each(self) -> float:
        """CPU seconds a submission."""
        return self.cpu / self.submissions


@final
@dataclass(slots=True)
class Bench:
    """What was measured so far."""

    passes: list[Pass] = field(default_factory=list)
    marks: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextlib.contextmanager
    def measured(self, grader: str, submissions: int, cpu: Callable[[], float]) -> Iterator[None]:
        """Measure what happens inside, with `cpu` telling the grader's own CPU seconds."""
        load, busy, own, started = os.getloadavg()[0], machine_cpu(), cpu(), time.perf_counter()
        yield
        wall, used = time.perf_counter() - started, cpu() - own
        others = max(0.0, machine_cpu() - busy - used)
        self.add(Pass(grader, submissions, wall, used, others, load))

    def add(self, done: Pass) -> None:
        """Take the figures of one pass."""
        self.passes.append(done)
        print(
            f"  {done.grader:32} {done.submissions:5} submissions {done.wall:8.1f} s "
            f"{done.rate:8.1f} a minute {done.cpu_each:7.3f} s CPU each "
            f"(others used {done.others:.0f} s, load {done.load:.1f})",
            flush=True,
        )


def machine_cpu() -> float:
    """CPU seconds that all processes of this machine have used."""
    user, nice, system = Path("/proc/stat").read_text().split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


@final
class TreeCpu:
    """CPU seconds of the commands that this process starts, and of all they start.

    The kernel adds up only what parents wait for, and a sandbox is not waited for but killed:
    hence the whole tree is looked at while it runs.
    """

    def __init__(self) -> None:
        self._ended = 0.0

    def __call__(self) -> float:
        """CPU seconds of all commands that have ended."""
        return self._ended

    def run(self, command: list[str], folder: Path) -> None:
        """Run one command in a folder, as an ordinary user's shell would."""
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                command, cwd=folder, env=_environment(folder), stdout=output, stderr=output
            )
            meter = Meter(process.pid)
            used = 0.0
            while process.poll() is None:
                used = meter.cpu()
                time.sleep(_LOOK_SECONDS)
            self._ended += used
            # Graders end with 1 where a submission fails its tests.
            if process.returncode not in (0, 1):
                output.seek(0)
                raise SystemExit(output.read().decode(errors="replace"))


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HOME": str(folder),
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }


def main() -> None:
    options = _options()
    cells = FIVE_CELLS if options.five_cells else ()
    small = class_of(options.assignment, options.submissions, cells)
    bench = Bench()
    what = f"{options.assignment}, {len(cells)} cells" if cells else options.assignment
    print(
        f"{machine()}, {len(os.sched_getaffinity(0))} cores; {what}: {len(small.notebooks)} hand in"
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, Warm() as warm:
        place = Path(folder)
        floor = Floor(small)
        slow = [
            (name, run)
            for name, run in ((NBGRADER, run_nbgrader), (OTTER, run_otter))
            if name.split()[0] not in options.without
        ]
        for number in range(options.rounds):
            floor.run(bench)
            warm.run(bench, place / f"warm{number}", small)
            run_autograder(bench, COLD, place / f"cold{number}", small)
            if number < len(slow):
                name, run = slow[number]
                run(bench, place / name.split()[0], small)
        if options.large:
            run_autograder(bench, LARGE, place / "large", small.enlarged(options.large))
        floor.run(bench)
    report(bench)
    if options.json:
        document = {"machine": machine(), "passes": [asdict(item) for item in bench.passes]}
        options.json.write_text(json.dumps(document, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignment", default=ATTENTION)
    parser.add_argument("--five-cells", action="store_true", help="a small part of attention")
    parser.add_argument("--submissions", type=int, default=24, help="distinct ones in the class")
    parser.add_argument("--large", type=int, default=96, help="size of the larger class, 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without", nargs="*", default=[], choices=["nbgrader", "otter"])
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def machine() -> str:
    """The processor's name."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), "?")


@final
class Floor:
    """A warm process that executes restored notebooks one after the other and isolates nothing.

    It is a fork of this one, so that both sides of the comparison are as warm as can be.
    """

    def __init__(self, handed_in: HandedIn) -> None:
        notebook = handed_in.assignment.notebooks[handed_in.name]
        self._files = handed_in.files
        self._programs = [
            [
                cell.source
                for cell in restore(notebook, read_notebook(data, handed_in.name)).cells
                if cell.cell_type == "code"
            ]
            for data in handed_in.notebooks.values()
        ]

    def run(self, bench: Bench) -> None:
        """Execute everything twice in a fork, and measure the second time."""
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            self._be_child(writer)
        os.close(writer)
        with os.fdopen(reader) as answers:
            answers.readline()
            load, busy = os.getloadavg()[0], machine_cpu()
            wall, cpu = json.loads(answers.readline())
        os.waitpid(child, 0)
        others = max(0.0, machine_cpu() - busy - cpu)
        bench.add(Pass(FLOOR, len(self._programs), wall, cpu, others, load))

    def _be_child(self, writer: int) -> None:
        warm_up()
        shell = CellShell(lambda _report: None)
        with (
            os.fdopen(writer, "w") as answers,
            tempfile.TemporaryDirectory() as folder,
            contextlib.chdir(folder),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            write_files(Path(folder), self._files)
            for program in self._programs[:2]:
                self._execute(shell, program)
            print("warm", file=answers, flush=True)
            started, cpu = time.perf_counter(), time.process_time()
            for program in self._programs:
                self._execute(shell, program)
            figures = [time.perf_counter() - started, time.process_time() - cpu]
            print(json.dumps(figures), file=answers, flush=True)
        os._exit(0)

    @staticmethod
    def _execute(shell: CellShell, program: Sequence[str]) -> None:
        shell.use_namespace({})
        for source in program:
            shell.run(source, 1 << 20)


@final
class Warm:
    """Engines that are warm before the clock runs, for `grade_assignment` in this process."""

    def __init__(self) -> None:
        self._make: EngineFactory = default_engine()
        self._engines: list[SealedEngine] = []

    def __enter__(self) -> Warm:
        before = set(_children(os.getpid()))
        for _ in range(os.cpu_count() or 1):
            engine = self._make()
            assert isinstance(engine, SealedEngine)
            engine.warm_up()
            self._engines.append(engine)
        self._meters = [Meter(child) for child in set(_children(os.getpid())) - before]
        return self

    def __exit__(self, *_: object) -> None:
        for engine in self._engines:
            engine.close()

    def run(self, bench: Bench, folder: Path, handed_in: HandedIn) -> None:
        """Grade the class, everything included that `autograder grade` does but its start."""
        course = make_course(folder, handed_in)
        # The reference is run once a batch, which a class of this size would show as its own.
        engines = itertools.cycle(self._engines)
        with bench.measured(WARM, len(handed_in.notebooks), self._cpu):
            result = grade_assignment(
                course, handed_in.name, engine=lambda: Borrowed(next(engines))
            )
        assert not result.quarantined, result.quarantined
        bench.marks[WARM] = {
            f"{student}/{cell.grade_id}": cell.points
            for student, verdict in result.verdicts.items()
            for cell in verdict.cells
            if cell.status is not Status.MANUAL
        }

    def _cpu(self) -> float:
        return time.process_time() + sum(meter.cpu() for meter in self._meters)


def run_autograder(bench: Bench, name: str, folder: Path, handed_in: HandedIn) -> None:
    """`autograder grade` as somebody types it, from the start of Python to its end."""
    make_course(folder, handed_in)
    cpu = TreeCpu()
    with bench.measured(name, len(handed_in.notebooks), cpu):
        cpu.run([sys.executable, "-m", "autograder", "grade", handed_in.name], folder)


def run_nbgrader(bench: Bench, folder: Path, handed_in: HandedIn) -> None:
    """`nbgrader autograde` as somebody types it."""
    make_course(folder, handed_in)
    cpu = TreeCpu()
    cpu.run(["nbgrader", "generate_assignment", handed_in.name], folder)
    with bench.measured(NBGRADER, len(handed_in.notebooks), cpu):
        cpu.run(["nbgrader", "autograde", handed_in.name], folder)
    gradebook = Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "bench")
    try:
        bench.marks[NBGRADER] = {
            f"{submission.student_id}/{grade.name}": grade.auto_score
            for submission in gradebook.assignment_submissions(handed_in.name)
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.auto_score is not None
        }
    finally:
        gradebook.close()


def run_otter(bench: Bench, folder: Path, handed_in: HandedIn) -> None:
    """`otter run` for every submission, as many at once as there are cores."""
    python = otter_course.environment()
    folder.mkdir()
    zipped = folder / "autograder.zip"
    otter_course.write_autograder(zipped, handed_in.assignment.notebooks[handed_in.name])
    files = otter_course.write_submissions(folder / "submitted", handed_in)
    cpus = {student: TreeCpu() for student in files}

    def grade(student: str) -> None:
        file = files[student]
        otter = [str(python.with_name("otter")), "run", str(file), "--no-logo"]
        cpus[student].run([*otter, "-a", str(zipped), "-o", str(file.parent)], file.parent)

    with (
        bench.measured(OTTER, len(files), lambda: sum(cpu() for cpu in cpus.values())),
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        list(pool.map(grade, files))
    bench.marks[OTTER] = {
        f"{student}/{test['name']}": test["score"]
        for student, file in files.items()
        for test in json.loads((file.parent / "results.json").read_text())["tests"]
        if "score" in test
    }


def _children(process: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{process}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def report(bench: Bench) -> None:
    """Medians and ratios with their spread."""
    print(f"\n{'':34}{'a minute':>20}{'CPU s each':>22}")
    graders = list(dict.fromkeys(item.grader for item in bench.passes))
    groups = {name: [item for item in bench.passes if item.grader == name] for name in graders}
    for name, items in groups.items():
        print(
            f"{name:34}{_spread([item.rate for item in items]):>20}"
            f"{_spread([item.cpu_each for item in items]):>22}"
        )
    for slow in (NBGRADER, OTTER):
        for fast in (COLD, LARGE, WARM, FLOOR):
            if slow in groups and fast in groups:
                _ratio(f"{fast} / {slow}, throughput", groups[fast], groups[slow], _rate)
    for own in (WARM, LARGE, COLD):
        if own in groups:
            _ratio(f"{own} / {FLOOR}, CPU time", groups[own], groups[FLOOR], _cpu_each)
    for name in (NBGRADER, OTTER):
        if name in bench.marks:
            mine, theirs = bench.marks[WARM], bench.marks[name]
            agree = sum(mine[key] == theirs.get(key) for key in mine)
            _different(mine, theirs)
            print(f"marks of grade cells that agree with {name}: {agree} of {len(mine)}")


def _different(own: Mapping[str, float], other: Mapping[str, float]) -> None:
    for key in own:
        if key in other and own[key] != other[key]:
            print(f"  {key}: {own[key]:g} here, {other[key]:g} there")


def _rate(item: Pass) -> float:
    return item.rate


def _cpu_each(item: Pass) -> float:
    return item.cpu_each


def _ratio(
    name: str, above: Sequence[Pass], below: Sequence[Pass], value: Callable[[Pass], float]
) -> None:
    ratios = [value(one) / value(other) for one in above for other in below]
    print(f"{name}: {_spread(ratios)}")


def _spread(values: Sequence[float]) -> str:
    middle = statistics.median(values)
    if len(values) == 1:
        return f"{middle:.3g}"
    return f"{middle:.3g} ({min(values):.3g}-{max(values):.3g})"


if __name__ == "__main__":
    main()
