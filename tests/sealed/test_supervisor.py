from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.sealed.collector import CellOutputs, Displays
from autograder.sealed.engine import SealedEngine
from autograder.sealed.levels import Level, Mechanisms
from autograder.sealed.model import Cell, CellResult, CellStatus, Limits, Program, Role
from autograder.sealed.nursery import NurseryLost
from autograder.sealed.probe import probe
from autograder.sealed.reports import ClearOutput, Output, UpdateDisplay
from autograder.sealed.supervisor import _Run

needs_full = pytest.mark.skipif(
    probe().level is not Level.FULL, reason="this machine does not reach the full level"
)

LIMITS = Limits(cell_cpu_seconds=20, cell_wall_seconds=60)


@pytest.fixture(scope="module")
def engine() -> Iterator[SealedEngine]:
    with SealedEngine() as sealed:
        yield sealed


def student(source: str) -> Cell:
    return Cell(f"student-{abs(hash(source))}", Role.STUDENT, source)


def locked(source: str) -> Cell:
    return Cell(f"locked-{abs(hash(source))}", Role.LOCKED, source)


def grade(source: str) -> Cell:
    return Cell(f"grade-{abs(hash(source))}", Role.GRADE, source)


def run(engine: SealedEngine, *cells: Cell, limits: Limits = LIMITS) -> list[CellResult]:
    return list(engine.run(Program("n", cells, instructor=cells), limits))


def statuses(results: list[CellResult]) -> list[str]:
    return [str(result.status) for result in results]


def text(result: CellResult) -> str:
    return "".join(output.get("text", "") for output in result.outputs)


@needs_full
def test_cells_run_in_order_and_give_one_result_each(engine: SealedEngine) -> None:
    results = run(
        engine,
        locked("import math"),
        student("def area(r):\n    return math.pi * r * r\nprint(area(1) > 3)"),
        student("1 / 0"),
        grade("assert math.floor(math.pi) == 3"),
        grade("assert math.floor(math.pi) == 4"),
    )
    assert statuses(results) == ["ok", "ok", "error", "ok", "error"]
    assert text(results[1]) == "True\n"
    assert results[2].failure is not None
    assert results[2].failure.ename == "ZeroDivisionError"


@needs_full
def test_a_cell_that_computes_too_long_costs_itself_and_no_other(engine: SealedEngine) -> None:
    results = run(
        engine,
        student("kept = 1"),
        student("print('before', flush=True)\nwhile True:\n    pass"),
        student("print(kept)"),
        grade("assert True"),
        limits=Limits(cell_cpu_seconds=0.5),
    )
    assert statuses(results) == ["ok", "timeout", "ok", "ok"]
    assert text(results[1]) == "before\n"
    assert text(results[2]) == "1\n"
    assert 0.5 <= results[1].cpu_seconds < 2


@needs_full
def test_waiting_is_not_computing(engine: SealedEngine) -> None:
    source = "import time\ntime.sleep(0.6)\nprint('awake')"
    results = run(engine, student(source), limits=Limits(cell_cpu_seconds=0.3))
    assert statuses(results) == ["ok"]
    assert results[0].wall_seconds > 0.5


@needs_full
def test_a_sleeping_cell_ends_at_the_wall_limit(engine: SealedEngine) -> None:
    results = run(
        engine,
        student("import time\ntime.sleep(600)"),
        student("print(1)"),
        limits=Limits(cell_wall_seconds=0.5),
    )
    assert statuses(results) == ["timeout", "ok"]
    assert results[0].cpu_seconds < 0.3


@needs_full
@pytest.mark.parametrize(
    "source",
    [
        "import os\nif os.fork() == 0:\n    while True:\n        pass\nos.wait()",
        """
import os, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        sum(range(10**6))
        os._exit(0)
""",
        "import subprocess\nsubprocess.run('while :; do :; done', shell=True)",
        """
import threading, time
threading.Thread(target=lambda: [None for _ in iter(int, 1)]).start()
time.sleep(600)
""",
    ],
    ids=["fork", "unwaited", "shell", "thread"],
)
def test_cpu_time_counts_whoever_uses_it(engine: SealedEngine, source: str) -> None:
    limits = Limits(cell_cpu_seconds=0.5, cell_wall_seconds=20)
    results = run(engine, student(source), student("print(1)"), limits=limits)
    assert statuses(results) == ["timeout", "ok"]
    assert results[0].wall_seconds < 10


@needs_full
def test_the_budget_of_the_notebook_ends_it(engine: SealedEngine) -> None:
    busy = "import time\nstart = time.process_time()\nwhile time.process_time() - start < 0.4: pass"
    results = run(
        engine,
        student(busy),
        student(busy + "\n"),
        grade("assert True"),
        limits=Limits(cell_cpu_seconds=30, notebook_cpu_seconds=0.6),
    )
    assert statuses(results) == ["ok", "timeout", "not_run"]


@needs_full
def test_too_much_memory_costs_the_cell(engine: SealedEngine) -> None:
    results = run(
        engine,
        student("kept = 1"),
        student("ballast = bytearray(1 << 30)"),
        student("import torch\nballast = torch.ones(1 << 28)"),
        student("import numpy\nballast = numpy.ones(1 << 27)"),
        student("print(kept)"),
        limits=Limits(memory_bytes=256 << 20),
    )
    assert statuses(results) == ["ok", "memory", "memory", "memory", "ok"]


@needs_full
def test_memory_of_many_processes_counts_together(engine: SealedEngine) -> None:
    source = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        ballast = bytearray(os.urandom(1 << 20) * 60)
        time.sleep(60)
        os._exit(0)
time.sleep(60)
"""
    limits = Limits(memory_bytes=256 << 20, cell_wall_seconds=30)
    results = run(engine, student(source), student("print(1)"), limits=limits)
    assert statuses(results) == ["memory", "ok"]


@needs_full
def test_a_tree_that_shares_its_memory_is_not_counted_twice(engine: SealedEngine) -> None:
    source = """
import os, time
ballast = bytearray(os.urandom(1 << 20) * 100)
workers = []
for _ in range(6):
    worker = os.fork()
    if worker == 0:
        time.sleep(0.5)
        os._exit(0)
    workers.append(worker)
for worker in workers:
    os.waitpid(worker, 0)
print("done")
"""
    results = run(engine, student(source), limits=Limits(memory_bytes=256 << 20))
    assert statuses(results) == ["ok"]
    assert text(results[0]) == "done\n"


@needs_full
def test_a_process_that_dies_costs_the_cell_that_killed_it(engine: SealedEngine) -> None:
    results = run(
        engine,
        student("kept = 1"),
        student("import os\nprint('last words', flush=True)\nos._exit(0)"),
        student("import ctypes\nctypes.string_at(0)"),
        student("import os\nos.abort()"),
        student("print(kept)"),
        grade("assert True"),
    )
    assert statuses(results) == ["ok", "crashed", "crashed", "crashed", "ok", "ok"]
    assert "last words" in text(results[1])


@needs_full
def test_closing_every_descriptor_costs_the_cell_only(engine: SealedEngine) -> None:
    results = run(
        engine,
        student("import os\nos.closerange(0, 1000)"),
        student("print(1)"),
        grade("assert True"),
    )
    assert statuses(results)[0] in {"crashed", "error"}
    assert statuses(results)[1:] == ["ok", "ok"]


@needs_full
def test_noise_on_every_descriptor_costs_the_cell_only(engine: SealedEngine) -> None:
    noise = """
import os
for number in range(3, 64):
    try:
        os.write(number, os.urandom(100_000))
    except OSError:
        pass
"""
    results = run(engine, student(noise), student("print(1)"), grade("assert 1 == 1"))
    assert statuses(results)[0] == "crashed"
    assert statuses(results)[1:] == ["ok", "ok"]


@needs_full
def test_a_judge_that_never_ends_is_replaced_and_keeps_what_it_had(engine: SealedEngine) -> None:
    results = run(
        engine,
        locked("helper = 41"),
        grade("bound = helper + 1\nassert bound == 42"),
        grade("while True:\n    pass"),
        grade("assert bound == 42"),
        limits=Limits(cell_cpu_seconds=0.5),
    )
    assert statuses(results) == ["ok", "ok", "timeout", "ok"]


@needs_full
def test_a_flood_of_output_is_cut_and_said_to_be(engine: SealedEngine) -> None:
    results = run(
        engine,
        student("for _ in range(100_000):\n    print('x' * 100)"),
        student("print(1)"),
        limits=Limits(output_bytes=10_000),
    )
    assert statuses(results) == ["ok", "ok"]
    assert len(text(results[0])) < 10_200
    assert "dropped" in text(results[0])
    assert text(results[1]) == "1\n"


@needs_full
def test_an_error_is_kept_after_a_flood(engine: SealedEngine) -> None:
    source = "for _ in range(100_000):\n    print('x' * 100)\nraise ValueError('the reason')"
    result = run(engine, student(source), limits=Limits(output_bytes=10_000))[0]
    assert result.status is CellStatus.ERROR
    assert result.failure is not None
    assert result.failure.evalue == "the reason"


@needs_full
def test_whatever_stops_a_cell_is_an_error_in_its_outputs(engine: SealedEngine) -> None:
    results = run(
        engine,
        student("1 / 0"),
        student("import os\nos._exit(1)"),
        grade("assert False"),
        grade("while True:\n    pass"),
        grade("assert True"),
        limits=Limits(cell_cpu_seconds=5, notebook_cpu_seconds=0.5),
    )
    assert statuses(results) == ["error", "crashed", "error", "timeout", "not_run"]
    for result in results:
        (error,) = result.outputs
        assert error["output_type"] == "error"
        assert result.failure is not None
        assert error["ename"] == result.failure.ename
        assert error["traceback"]


@needs_full
def test_names_of_cells_before_a_crash_are_there_again_and_print_once(
    engine: SealedEngine,
) -> None:
    results = run(
        engine,
        student("print('once')\nvalues = [1]"),
        student("values.append(2)"),
        student("import os\nos._exit(1)"),
        student("values.append(3)\nprint(values)"),
    )
    assert statuses(results) == ["ok", "ok", "crashed", "ok"]
    assert text(results[0]) == "once\n"
    assert text(results[3]) == "[1, 2, 3]\n"


@needs_full
def test_student_code_that_dies_in_a_grade_cell_costs_that_cell_only(engine: SealedEngine) -> None:
    functions = """
def boom():
    import os
    os._exit(0)
def spin():
    while True:
        pass
def eat():
    return len(bytearray(1 << 30))
def fine():
    return 1
"""
    results = run(
        engine,
        student(functions),
        grade("boom()"),
        grade("spin()"),
        grade("try:\n    spin()\nexcept BaseException:\n    pass"),
        grade("while True:\n    try:\n        boom()\n    except BaseException:\n        pass"),
        grade("eat()"),
        grade("assert fine() == 1"),
        limits=Limits(cell_cpu_seconds=0.5, memory_bytes=512 << 20),
    )
    assert statuses(results) == ["ok", "crashed", "timeout", "timeout", "crashed", "memory", "ok"]


@needs_full
def test_objects_that_a_grade_cell_keeps_are_there_after_a_crash(engine: SealedEngine) -> None:
    results = run(
        engine,
        student("class Thing:\n    value = 1\n    def die(self):\n        import os; os._exit(1)"),
        grade("thing = Thing()\nnumber = 5"),
        grade("thing.die()"),
        grade("assert thing.value == 1 and number == 5"),
    )
    assert statuses(results) == ["ok", "ok", "crashed", "ok"]


@needs_full
def test_a_cell_of_the_student_never_runs_in_the_judge(engine: SealedEngine) -> None:
    results = run(
        engine,
        student("import builtins\nbuiltins.planted = True"),
        grade("import builtins\nassert not hasattr(builtins, 'planted')"),
    )
    assert statuses(results) == ["ok", "ok"]


@needs_full
def test_the_judge_sees_its_files_and_the_student_does_not(engine: SealedEngine) -> None:
    look = "import os\nassert os.listdir('.') == [{0!r}], os.listdir('.')"
    program = Program(
        "n",
        (
            Cell("a", Role.STUDENT, look.format("mine.txt")),
            Cell("b", Role.GRADE, look.format("answers.txt")),
        ),
        files={"mine.txt": b""},
        judge_files={"answers.txt": b"42"},
    )
    assert [str(result.status) for result in engine.run(program, LIMITS)] == ["ok", "ok"]


class Lost:
    """A nursery that is gone by the time that a program ends."""

    def end_all(self) -> None:
        raise NurseryLost("gone")


def test_a_lost_nursery_leaves_no_file_open() -> None:
    nothing = Mechanisms(namespaces=False, landlock=False, seccomp=False)
    lost: Any = Lost()
    run = _Run(lost, Program("n", ()), Limits(), nothing, lambda *_: None)
    with pytest.raises(NurseryLost), run:
        pass
    assert run._files.closed
    assert run._judge_files.closed


def stream(content: str, name: str = "stdout") -> Output:
    return Output({"output_type": "stream", "name": name, "text": content})


def display(content: str, display_id: str | None = None) -> Output:
    data = {"text/plain": content}
    return Output({"output_type": "display_data", "data": data, "metadata": {}}, display_id)


def kept(outputs: CellOutputs) -> list[Any]:
    return [output.get("text") or output["data"]["text/plain"] for output in outputs.result()]


def test_pieces_of_one_stream_become_one_output() -> None:
    outputs = CellOutputs(Displays(), 1000)
    for report in (stream("a"), stream("b"), stream("c", "stderr"), stream("d")):
        outputs.take(report)
    assert kept(outputs) == ["ab", "c", "d"]


def test_an_update_reaches_displays_of_earlier_cells() -> None:
    displays = Displays()
    first, second = CellOutputs(displays, 1000), CellOutputs(displays, 1000)
    first.take(display("10 %", "bar"))
    second.take(UpdateDisplay("bar", {"text/plain": "100 %"}))
    assert kept(first) == ["100 %"]


def written(*cells: CellOutputs) -> int:
    return sum(len(json.dumps(cell.result())) for cell in cells)


def test_updates_of_many_displays_fill_no_notebook() -> None:
    displays = Displays()
    first, second = CellOutputs(displays, 100_000), CellOutputs(displays, 100_000)
    for _ in range(500):
        first.take(display("", "bar"))
    second.take(UpdateDisplay("bar", {"text/plain": "x" * 50_000}))
    assert written(first, second) < 200_000


def test_metadata_of_an_update_counts() -> None:
    outputs = CellOutputs(Displays(), 1000)
    outputs.take(display("shown", "bar"))
    outputs.take(UpdateDisplay("bar", {"text/plain": "new"}, {"note": "x" * 5000}))
    assert kept(outputs)[0] == "shown"
    assert written(outputs) < 1000


def test_names_of_displays_count() -> None:
    outputs = CellOutputs(Displays(), 1000)
    for number in range(3):
        outputs.take(display("shown", f"{number:1000}"))
    assert kept(outputs)[:-1] == []


def test_displays_that_were_cleared_are_let_go() -> None:
    displays = Displays()
    outputs = CellOutputs(displays, 1000)
    for _ in range(3):
        outputs.take(display("x" * 500, "bar"))
        outputs.take(ClearOutput(wait=False))
    assert displays.count("bar") == 0
    outputs.take(display("kept", "bar"))
    outputs.take(UpdateDisplay("bar", {"text/plain": "new"}))
    assert kept(outputs) == ["new"]


def test_one_cell_keeps_one_error() -> None:
    outputs = CellOutputs(Displays(), 1000)
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["x" * 900]}
    for _ in range(10):
        outputs.take(Output(dict(error)))
    assert len(outputs.result()) == 1


def test_clearing_with_wait_waits_for_the_next_output() -> None:
    outputs = CellOutputs(Displays(), 1000)
    outputs.take(stream("old"))
    outputs.take(ClearOutput(wait=True))
    assert kept(outputs) == ["old"]
    outputs.take(stream("new"))
    assert kept(outputs) == ["new"]
    outputs.take(ClearOutput(wait=False))
    assert kept(outputs) == []


def test_a_progress_bar_that_clears_itself_does_not_use_up_the_room() -> None:
    outputs = CellOutputs(Displays(), 1000)
    for step in range(100):
        outputs.take(ClearOutput(wait=True))
        outputs.take(stream(f"step {step} " + "." * 100))
    assert kept(outputs) == ["step 99 " + "." * 100]


FORKING = """
import os, time
def square(x):
    if os.fork() == 0:
        return -1
    time.sleep(0.05)
    return x * x
"""


@needs_full
def test_a_forked_child_answers_nobody(engine: SealedEngine) -> None:
    cells = [student(FORKING), *(grade(f"assert square({n}) == {n * n}") for n in range(3))]
    for _ in range(3):
        assert statuses(run(engine, *cells)) == ["ok", "ok", "ok", "ok"]


CHILD_THAT_STAYS = """
import os, time
if os.fork() == 0:
    while True:
        display('report')
        for descriptor in range(3, 50):
            try: os.write(descriptor, bytes(64))
            except OSError: pass
def square(x): return x * x
"""


@needs_full
def test_a_child_that_stays_for_hours_changes_no_verdict(engine: SealedEngine) -> None:
    cells = [student(CHILD_THAT_STAYS), *(grade(f"assert square({n}) == {n * n}") for n in (2, 3))]
    assert statuses(run(engine, *cells)) == ["ok", "ok", "ok"]


HONEST_CHILDREN = """
import multiprocessing, os, torch
from torch.utils.data import DataLoader
def work(number):
    print(f'worker {number}')
    return number
def child():
    print('child')
    display('shown by nobody')
with multiprocessing.get_context('fork').Pool(2) as pool:
    print(sorted(pool.map(work, range(2))))
process = multiprocessing.get_context('fork').Process(target=child)
process.start(); process.join()
class Rows(torch.utils.data.Dataset):
    def __len__(self): return 2
    def __getitem__(self, index): print('row'); return index
print([batch.tolist() for batch in DataLoader(Rows(), batch_size=2, num_workers=1)])
os.system('echo shell')
"""


@needs_full
def test_what_children_print_is_the_cells_output(engine: SealedEngine) -> None:
    (result,) = run(engine, student(HONEST_CHILDREN))
    assert result.status is CellStatus.OK
    printed = text(result)
    for expected in ("worker 0", "worker 1", "[0, 1]", "child", "row", "[[0, 1]]", "shell"):
        assert expected in printed


OPEN_TEST = """
import numpy as np, unittest
assert isinstance(limit, int) and len(str(limit)) == 1
np.testing.assert_allclose(limit, 3)
with unittest.mock.patch('builtins.input', lambda: '3'):
    assert ask() == 3
"""
OPEN_ANSWER = "import unittest.mock\nlimit = 3\ndef ask(): return int(input())"


def run_open(engine: SealedEngine, answer: str, test: str = OPEN_TEST) -> CellResult:
    """How an open cell ends on an answer, where the reference is `OPEN_ANSWER`."""
    own = (student(OPEN_ANSWER), Cell("open", Role.GRADE, test, open=True))
    theirs = (Cell("answer", Role.STUDENT, answer), own[1])
    return engine.run(Program("n", theirs, instructor=own), LIMITS)[-1]


@needs_full
def test_an_open_cell_runs_where_nothing_is_patched(engine: SealedEngine) -> None:
    result = run_open(engine, OPEN_ANSWER)
    assert result.status is CellStatus.OK, result.failure
    wrong = run_open(engine, OPEN_ANSWER.replace("3", "4"))
    assert wrong.failure is not None
    assert wrong.failure.ename == "AssertionError"


@needs_full
@pytest.mark.parametrize(
    "patch",
    [
        "import numpy as np\nnp.testing.assert_allclose = lambda *args: None",
        "import builtins\nbuiltins.isinstance = lambda *args: True",
        "import numpy.testing as t\ndef f(*a): pass\nt.assert_allclose.__code__ = f.__code__",
        "import unittest\nunittest.TestCase.assertEqual = lambda *args: None",
        "import ast\nget_ipython().ast_transformers.append(ast.NodeTransformer())",
        "get_ipython().set_custom_exc((AssertionError,), lambda *args, **kwargs: None)",
        "get_ipython().run_cell = lambda *args, **kwargs: None",
        "import sys\nsys.settrace(lambda *args: None)",
        "get_ipython().events.register('pre_run_cell', lambda *args: None)",
        "get_ipython().input_transformers_post.append(lambda lines: [])",
        "np = 5",
    ],
)
def test_an_open_cell_fails_where_what_it_relies_on_is_changed(
    engine: SealedEngine, patch: str
) -> None:
    result = run_open(engine, f"{OPEN_ANSWER.replace('3', '4')}\n{patch}")
    assert result.status is not CellStatus.OK


@needs_full
def test_what_is_changed_while_an_open_cell_runs_fails_it(engine: SealedEngine) -> None:
    answer = """
import unittest.mock, numpy
limit = 3
def ask():
    numpy.testing.assert_allclose = print
    return 3
"""
    result = run_open(engine, answer)
    assert result.failure is not None
    assert result.failure.ename == "TrustError"
    assert "numpy.testing.assert_allclose" in result.failure.evalue


@needs_full
def test_what_the_reference_changes_a_submission_may_change(engine: SealedEngine) -> None:
    answer = "import numpy as np\nnp.testing.assert_allclose = lambda *args: None"
    test = "import numpy as np\nnp.testing.assert_allclose(1, 2)"
    cells = (student(answer), Cell("open", Role.GRADE, test, open=True, methods=None))
    result = engine.run(Program("n", cells, instructor=cells), LIMITS)[-1]
    assert result.status is CellStatus.OK
    assert "=numpy.testing.assert_allclose" in result.asked


FORGED_REPORTS = """
import gc, threading, time
from autograder.sealed.wire import Channel
def forge():
    while True:
        for channel in gc.get_objects():
            if type(channel) is Channel:
                try: channel.send({"op": "done", "failure": None, "returned": None})
                except Exception: pass
        time.sleep(0.01)
threading.Thread(target=forge, daemon=True).start()
time.sleep(0.1)
"""


@needs_full
def test_a_report_that_was_sent_before_its_run_belongs_to_none(engine: SealedEngine) -> None:
    results = run(
        engine,
        student(FORGED_REPORTS),
        student("time.sleep(0.05)\nprint('done')"),
        student("1 / 0"),
    )
    assert statuses(results) == ["ok", "ok", "error"]
    assert text(results[1]) == "done\n"
