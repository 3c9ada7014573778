"""How well `autograder similar` ranks, and how long it takes.

`python -m benchmarks.similarity` compares classes whose copies are known, built from the variants
of the attention assignment, and then runs the command on the notebooks of the largest of them.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from autograder.course import Course
from autograder.similarity import compare
from autograder.similarity.compare import Similarity, Work
from tests.builders import hand_in
from tests.similarity.classes import build
from tests.stock import autograder_command

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENT = "attention"
CLASSES = ((40, 0), (40, 1), (100, 0), (100, 1), (300, 0), (300, 1), (1000, 0))


def main() -> None:
    for size, seed in CLASSES:
        works, copies = build(size, seed)
        print(f"{size} students, seed {seed}: {judged(compare(works, Work({})), copies)}")
        copied = {copy for _, copy in copies}
        alone = {student: work for student, work in works.items() if student not in copied}
        found = compare(alone, Work({}))
        print(f"    without the copies: {len(found.suspicious)} marked pairs", flush=True)
    with tempfile.TemporaryDirectory(prefix="similar-") as folder:
        course = written(Path(folder, "course"), works)
        before = _cpu_of_children()
        started = time.perf_counter()
        said = autograder_command(course.root, "similar", ASSIGNMENT)
        seconds = time.perf_counter() - started
        page = course.root / f"similar-{ASSIGNMENT}.html"
        print(
            f"autograder similar, {len(works)} notebooks: {seconds:.1f} s, "
            f"{_cpu_of_children() - before:.1f} s of CPU time, page of "
            f"{page.stat().st_size / 1e6:.1f} MB; load {os.getloadavg()[0]:.1f} on "
            f"{os.cpu_count()} cores, Python {sys.version.split()[0]}"
        )
        print(next(line for line in said.splitlines() if "more alike" in line))


def judged(found: Similarity, copies: list[tuple[str, str]]) -> str:
    """How many of the pairs that are marked, and of the first ones, are copies or of one origin."""
    origin: dict[str, str] = {}
    for original, copy in copies:
        origin[copy] = origin.setdefault(original, original)

    def right(pairs: list[tuple[str, str]]) -> int:
        return sum(a in origin and origin[a] == origin.get(b) for a, b in pairs)

    listed = [(pair.one, pair.other) for pair in found.pairs]
    marked = [(pair.one, pair.other) for pair in found.suspicious]
    first = listed[: len(copies)]
    caught = {frozenset(pair) for pair in marked} & {frozenset(pair) for pair in copies}
    return (
        f"{len(copies)} copies, {right(first)} of the first {len(first)} pairs related, "
        f"{right(marked)} of {len(marked)} marked pairs related, {len(caught)} copies marked "
        f"(recall {len(caught) / len(copies):.0%})"
    )


def written(root: Path, works: Mapping[str, Work]) -> Course:
    """A course in which everybody handed in the released notebook with their answers."""
    shutil.copytree(ROOT / "source" / ASSIGNMENT, root / "source" / ASSIGNMENT)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    course = Course.open(root)
    release = json.loads((ROOT / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_bytes())
    for student, work in works.items():
        cells = [
            cell | {"source": work.cells.get(cell["id"], cell["source"])}
            for cell in release["cells"]
        ]
        hand_in(course, student, ASSIGNMENT, json.dumps(release | {"cells": cells}).encode())
    return course


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
