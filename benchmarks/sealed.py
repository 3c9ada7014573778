"""Where the time and memory of one sealed notebook go, for a small attention exercise.

Run it with `python -m benchmarks.sealed` on a machine that does nothing else.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections import defaultdict
from pathlib import Path

import torch

from autograder.sealed import SealedEngine
from autograder.sealed.meter import Meter
from autograder.sealed.model import Cell, CellStatus, Limits, Program, Role

REPEATS = 20
CALLS = 1000
BATCH = 20

CELLS = (
    Cell("imports", Role.LOCKED, "import math\nimport torch\nimport torch.nn.functional as F"),
    Cell(
        "attention",
        Role.STUDENT,
        "def attention(query, key, value):\n"
        "    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])\n"
        "    return scores.softmax(-1) @ value",
    ),
    Cell("look", Role.STUDENT, "attention(*(torch.randn(2, 7, 16) for _ in range(3))).shape"),
    Cell(
        "values",
        Role.GRADE,
        "torch.manual_seed(0)\n"
        "q, k, v = (torch.randn(2, 7, 16) for _ in range(3))\n"
        "expected = F.scaled_dot_product_attention(q, k, v)\n"
        "torch.testing.assert_close(attention(q, k, v), expected)",
    ),
    Cell(
        "gradients",
        Role.GRADE,
        "q, k, v = (torch.randn(2, 7, 16, requires_grad=True) for _ in range(3))\n"
        "attention(q, k, v).sum().backward()\n"
        "assert q.grad is not None and v.grad is not None",
    ),
)
CALLING = Cell(
    "calls",
    Role.GRADE,
    "import time\n"
    "x = torch.randn(2, 7, 16)\n"
    "attention(x, x, x)\n"
    "seconds = []\n"
    f"for _ in range({CALLS // BATCH}):\n"
    "    started = time.perf_counter()\n"
    f"    for _ in range({BATCH}):\n"
    "        attention(x, x, x)\n"
    f"    seconds.append((time.perf_counter() - started) / {BATCH})\n"
    "sorted(seconds)",
)


def children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        found += [int(name) for name in (task / "children").read_text().split()]
    return found


def private_bytes(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("Private_")]
    return sum(kilobytes) << 10


def natively(cells: tuple[Cell, ...]) -> float:
    """Seconds that the cells take in this process, compiled and warm."""
    namespace: dict[str, object] = {}
    started = time.perf_counter()
    for cell in cells:
        exec(cell.source, namespace)
    return time.perf_counter() - started


class Observer:
    """Adds up the steps of each run, and weighs the processes before they end."""

    def __init__(self) -> None:
        self.runs: list[dict[str, float]] = []
        self.memory: list[int] = []

    def begin(self) -> None:
        self.runs.append(defaultdict(float))

    def __call__(self, step: str, seconds: float) -> None:
        if not self.runs:
            return
        self.runs[-1][step] += seconds
        if step == f"cell {CELLS[-1].id}":
            self.memory.append(self._weigh())

    def _weigh(self) -> int:
        (outer,) = children(os.getpid())
        (inner,) = children(outer)
        return sum(private_bytes(process) for process in children(inner))

    def median(self, *steps: str) -> float:
        """Milliseconds of these steps together."""
        sums = [sum(run[step] for step in steps) for run in self.runs]
        return 1000 * statistics.median(sums)


def main() -> None:
    observe = Observer()
    program = Program("attention", CELLS, instructor=CELLS)
    calls = Program("calls", (*CELLS, CALLING), instructor=(*CELLS, CALLING))
    sandbox = ("mounts", "capabilities", "limits", "landlock", "seccomp")
    with SealedEngine(observe=observe) as engine:
        warm = engine.warm_up()
        for _ in range(3):
            results = engine.run(program, Limits())
            assert all(result.status is CellStatus.OK for result in results), results
        totals = []
        observe.memory.clear()
        (zygote,) = children(os.getpid())
        meter = Meter(zygote)
        before = meter.cpu() + time.process_time()
        for _ in range(REPEATS):
            observe.begin()
            started = time.perf_counter()
            engine.run(program, Limits())
            totals.append(1000 * (time.perf_counter() - started))
        cpu = 1000 * (meter.cpu() + time.process_time() - before) / REPEATS
        batches = json.loads(engine.run(calls, Limits())[-1].returned or "[NaN]")
    torch.set_num_threads(1)
    natively(CELLS)
    cells_cpu = time.process_time()
    cells = 1000 * statistics.median(natively(CELLS) for _ in range(REPEATS))
    cells_cpu = 1000 * (time.process_time() - cells_cpu) / REPEATS
    total, least = statistics.median(totals), min(totals)
    call = 1000 * statistics.median(batches)
    print(f"{engine.name}, median of {REPEATS} runs of {len(CELLS)} cells")
    print(f"  zygote, once             {1000 * warm:9.1f} ms")
    for part in ("student", "judge"):
        print(f"  {part:7} fork             {observe.median(f'{part} fork'):9.1f} ms")
        steps = [f"{part} {step}" for step in sandbox]
        print(f"  {part:7} sandbox          {observe.median(*steps):9.1f} ms")
    print(f"  both ready after         {observe.median('start'):9.1f} ms")
    for cell in CELLS:
        print(f"  cell {cell.id:19} {observe.median(f'cell {cell.id}'):9.1f} ms")
    print(f"  teardown                 {observe.median('teardown'):9.1f} ms")
    print(f"  the notebook             {total:9.1f} ms")
    print(f"  its cells without engine {cells:9.1f} ms")
    print(f"  overhead                 {total - cells:9.1f} ms, at least {least - cells:.1f}")
    print(f"  CPU time, all processes  {cpu:9.1f} ms")
    print(f"  CPU time of the cells    {cells_cpu:9.1f} ms")
    print(f"  one remote call          {call:9.3f} ms, at least {1000 * batches[0]:.3f}")
    print(f"  private memory           {statistics.median(observe.memory) / 2**20:9.1f} MiB")


if __name__ == "__main__":
    main()
