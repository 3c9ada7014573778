"""How time and memory grow with the number of submissions, up to a course for the public.

`python -m benchmarks.growth` grades classes of 100, 1,000 and 10,000 with an assignment so small
that the grader's own cost shows, exports their grades, and draws docs/images/growth.svg.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import final

import nbformat

from autograder.course import Course
from autograder.export import export
from autograder.grading.batch import grade_assignment
from autograder.grading.engines import default_engine
from autograder.grading.pool import EngineFactory
from autograder.grading.verdict import Verdict
from autograder.sealed.model import CellResult, CellStatus, Limits, Program
from benchmarks.classes import ROOT

NAME = "small"
CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "growth"\n'
FIGURE = ROOT / "docs" / "images" / "growth.svg"
SOLUTION = (
    "def mean(numbers):\n"
    "    ### BEGIN SOLUTION\n"
    "    return sum(numbers) / len(numbers)\n"
    "    ### END SOLUTION\n"
)
TEST = (
    "# The mean of numbers\n"
    "assert mean([1, 2, 6]) == 3\n"
    "### BEGIN HIDDEN TESTS\n"
    "assert mean([0.5]) == 0.5\n"
    "### END HIDDEN TESTS\n"
)


@final
@dataclass(frozen=True, slots=True)
class Growth:
    """What a class of one size took.

    Args:
        submissions: how many.
        wall: seconds from the first verdict to the last.
        cpu: CPU seconds of the main process meanwhile: reading, writing, the gradebook.
        by_tenth: wall seconds of each tenth of the class.
        memory: peak resident bytes of the main process.
        gradebook: bytes of gradebook.db.
        export: seconds of `autograder export`, all students.
        load: the load average at the end.
    """

    submissions: int
    wall: float
    cpu: float
    by_tenth: tuple[float, ...]
    memory: int
    gradebook: int
    export: float
    load: float

    @property
    def each(self) -> float:
        """Milliseconds a submission."""
        return 1000 * self.wall / self.submissions


@final
class Pretended:
    """An engine that runs nothing: what is left is the grader around it."""

    name = "pretended"

    def __enter__(self) -> Pretended:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, program: Program, _limits: Limits) -> tuple[CellResult, ...]:
        """Every cell went well."""
        return tuple(CellResult(cell.id, CellStatus.OK) for cell in program.cells)


@final
class _Clock:
    """Notes when each verdict is written."""

    def __init__(self) -> None:
        self.times = [time.perf_counter()]
        self.cpu = [time.process_time()]

    def started(self, *_: object, **__: object) -> None:
        """The batch begins."""

    def graded(self, _student: str, _verdict: Verdict, **_: object) -> None:
        """One submission is done."""
        self.times.append(time.perf_counter())
        self.cpu.append(time.process_time())

    def __getattr__(self, _name: str) -> object:
        return self.started


def measure(size: int, place: Path, factory: EngineFactory) -> Growth:
    """Grade and export a class of `size`."""
    make_course(place, size)
    course = Course.open(place)
    clock = _Clock()
    grade_assignment(course, NAME, engine=factory, progress=clock)  # type: ignore[arg-type]  # hears only what it needs
    started = time.perf_counter()
    report = export(course, place / "grades.csv")
    exported = time.perf_counter() - started
    assert report.rows == size, report
    # Not from the start: engines become warm before the first verdict.
    times = clock.times[1:]
    marks = [times[i * (size - 1) // 10] for i in range(11)]
    return Growth(
        submissions=size,
        wall=(times[-1] - times[0]) * size / (size - 1),
        cpu=(clock.cpu[-1] - clock.cpu[1]) * size / (size - 1),
        by_tenth=tuple(later - sooner for sooner, later in itertools.pairwise(marks)),
        memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10,
        gradebook=(place / "gradebook.db").stat().st_size,
        export=exported,
        load=os.getloadavg()[0],
    )


def make_course(place: Path, size: int) -> None:
    """A course in which everybody handed in the same few cells."""
    (place / "nbgrader_config.py").write_text(CONFIG)
    source, handed_in = notebook(SOLUTION, TEST), notebook(SOLUTION, TEST)
    handed_in.cells[1].source = SOLUTION.replace("### BEGIN SOLUTION", "").replace(
        "### END SOLUTION", ""
    )
    folder = place / "source" / NAME
    folder.mkdir(parents=True)
    nbformat.write(source, folder / f"{NAME}.ipynb")
    text = nbformat.writes(handed_in)
    for number in range(size):
        folder = place / "submitted" / f"s{number:05d}" / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(text)


def notebook(solution: str, test: str) -> nbformat.NotebookNode:
    """Imports, a solution cell and a grade cell."""
    cells = [nbformat.v4.new_code_cell("import math", id="setup")]
    for key, source, grade in (("mean", solution, False), ("mean-test", test, True)):
        info = {
            "grade": grade,
            "grade_id": key,
            "locked": grade,
            "schema_version": 3,
            "solution": not grade,
            "task": False,
        }
        cell = nbformat.v4.new_code_cell(source, id=key)
        cell.metadata["nbgrader"] = info | ({"points": 2} if grade else {})
        cells.append(cell)
    document: nbformat.NotebookNode = nbformat.v4.new_notebook(cells=cells)
    return document


def draw(found: Sequence[Growth], target: Path) -> None:
    """Time, memory and export over the size of the class."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "growth"
    from matplotlib import pyplot as plt

    sizes = [item.submissions for item in found]
    figure, axes = plt.subplots(1, 3, figsize=(10, 3), layout="constrained")
    panels = (
        ("one submission, ms", [("", [item.each for item in found])]),
        ("main process, MiB", [("", [item.memory / 2**20 for item in found])]),
        (
            "seconds for the class",
            [
                ("grading", [item.wall for item in found]),
                ("main process' CPU", [item.cpu for item in found]),
                ("export", [item.export for item in found]),
            ],
        ),
    )
    for axis, (title, lines) in zip(axes, panels, strict=True):
        for label, values in lines:
            axis.plot(sizes, values, "o-", label=label)
        axis.set(title=title, xlabel="submissions", xscale="log")
        if len(lines) > 1:
            axis.set_yscale("log")
            axis.legend()
        else:
            axis.set_ylim(bottom=0)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1000, 10_000])
    parser.add_argument("--json", type=Path, help="keep the figures in this file, and add to it")
    parser.add_argument("--figure", type=Path, default=FIGURE)
    parser.add_argument("--pretend", action="store_true", help="run no cells")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        with tempfile.TemporaryDirectory(prefix="growth-") as folder:
            factory = Pretended if options.pretend else default_engine()
            print(json.dumps(asdict(measure(options.measure, Path(folder), factory))))
        return
    known = json.loads(options.json.read_text()) if options.json and options.json.exists() else []
    for size in options.sizes:
        # Each in a process of its own, whose memory is then that of this size alone.
        command = [sys.executable, "-m", "benchmarks.growth", "--measure", str(size)]
        command += ["--pretend"] * options.pretend
        result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        known = [item for item in known if item["submissions"] != size]
        known.append(json.loads(result.stdout.splitlines()[-1]))
        if options.json:
            options.json.write_text(json.dumps(known, indent=1) + "\n")
        show(Growth(**known[-1]))
    found = sorted((Growth(**item) for item in known), key=lambda item: item.submissions)
    draw(found, options.figure)


def show(item: Growth) -> None:
    """One line."""
    tenths = [10_000 * seconds / item.submissions for seconds in item.by_tenth]
    main_cpu = 1000 * item.cpu / item.submissions
    print(
        f"{item.submissions:6} submissions: {item.each:6.1f} ms each "
        f"(tenths of the class {min(tenths):.1f}-{max(tenths):.1f}), "
        f"main process {main_cpu:.2f} ms CPU each and {item.memory / 2**20:.0f} MiB, "
        f"gradebook {item.gradebook / item.submissions / 1024:.1f} KiB each, "
        f"export {item.export:.2f} s, load {item.load:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
