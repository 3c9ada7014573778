"""Cells run with IPython's semantics, and their outputs are what a notebook would hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from autograder.sealed.reports import ClearOutput, Done, Output, UpdateDisplay, parse_report
from autograder.sealed.wire import WireError
from tests.sealed.pair import Pair, pair, plain, run, text_of


@pytest.fixture(scope="module")
def both() -> Iterator[Pair]:
    """One pair of processes for this module's cells, which do not depend on each other."""
    with pair() as made:
        yield made


def outputs(both: Pair, source: str, output_bytes: int = 1 << 20) -> tuple[Done, list[Any]]:
    """Run a cell in the student process."""
    return run(both.student, "cell", source, output_bytes)


def test_the_last_expression_is_the_result(both: Pair) -> None:
    done, (report,) = outputs(both, "a = 20\na + 1")
    assert (done.failure, done.returned) == (None, "21")
    assert report.output["output_type"] == "execute_result"
    assert report.output["data"] == {"text/plain": "21"}
    assert outputs(both, "a;")[0].returned is None
    assert outputs(both, "b = 3")[0].returned is None


def test_text_of_every_source_comes_in_order(both: Pair) -> None:
    source = (
        "import os, sys, subprocess\nprint('one')\nos.system('echo two')\nprint('three', end='')\n"
        "os.write(1, b'four\\n')\nsubprocess.run(['echo', 'five'])\n!echo six\nprint('seven')"
    )
    _, reports = outputs(both, source)
    assert text_of(reports) == "one\ntwo\nthreefour\nfive\nsix\nseven\n"


def test_stderr_is_kept_apart_and_costs_nothing(both: Pair) -> None:
    done, reports = outputs(both, "import sys, warnings\nwarnings.warn('careful')\nprint('x')")
    assert done.failure is None
    assert "careful" in text_of(reports, "stderr")
    assert text_of(reports) == "x\n"


def test_an_exception_has_the_traceback_that_ipython_shows(both: Pair) -> None:
    done, _ = outputs(both, "def f():\n    return 1 / 0\nf()")
    assert done.failure is not None
    assert (done.failure.ename, done.failure.evalue) == ("ZeroDivisionError", "division by zero")
    assert "----> 3 f()" in plain(done.failure)
    assert "----> 2     return 1 / 0" in plain(done.failure)


def test_a_syntax_error_is_a_failure(both: Pair) -> None:
    done, _ = outputs(both, "x = = 1")
    assert done.failure is not None
    assert done.failure.ename == "SyntaxError"


def test_an_exception_that_cannot_be_shown_is_a_failure(both: Pair) -> None:
    done, _ = outputs(
        both, "class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E"
    )
    assert done.failure is not None


OWN_TEXT = """
class Text(str):
    def __str__(self): return self
class Shown:
    def _repr_html_(self): return Text("<b>shown</b>")
    def __repr__(self): return Text("shown")
class Refused(Exception):
    def __str__(self): return Text("refused")
"""


def test_text_of_a_class_of_its_own_is_shown_as_text(both: Pair) -> None:
    done, (report,) = outputs(both, f"{OWN_TEXT}\nShown()")
    assert (done.failure, done.returned) == (None, "shown")
    assert report.output["data"]["text/html"] == "<b>shown</b>"
    failure = outputs(both, f"{OWN_TEXT}\nraise Refused")[0].failure
    assert failure is not None
    assert (failure.ename, failure.evalue) == ("Refused", "refused")


@pytest.mark.parametrize(
    "source", ["import sys; sys.exit(0)", "raise SystemExit", "raise KeyboardInterrupt"]
)
def test_leaving_is_a_failure_and_the_process_stays(both: Pair, source: str) -> None:
    assert outputs(both, source)[0].failure is not None
    assert outputs(both, "1")[0].returned == "1"


def test_exit_and_quit_do_nothing(both: Pair) -> None:
    assert outputs(both, "exit()")[0].failure is None
    assert outputs(both, "quit")[0].failure is None
    assert outputs(both, "1")[0].returned == "1"


def test_input_is_refused_with_the_remedy(both: Pair) -> None:
    for source in ("input('name?')", "import getpass; getpass.getpass()"):
        done, _ = outputs(both, source)
        assert done.failure is not None
        assert done.failure.ename == "StdinNotImplementedError"
        assert "variable" in done.failure.evalue


def test_magics(both: Pair) -> None:
    assert outputs(both, "%%time\nmagic = 3")[0].failure is None
    assert outputs(both, "magic")[0].returned == "3"
    _, reports = outputs(both, "%%bash\necho from bash")
    assert text_of(reports) == "from bash\n"
    assert outputs(both, "files = !echo a b\nfiles[0]")[0].returned == "'a b'"
    assert "per loop" in text_of(outputs(both, "%timeit -n1 -r1 1 + 1")[1])


def test_await_at_the_top_level(both: Pair) -> None:
    assert outputs(both, "import asyncio\nawait asyncio.sleep(0, 5)")[0].returned == "5"


def test_rich_display_with_updates_and_clearing(both: Pair) -> None:
    source = (
        "from IPython.display import HTML, clear_output, display\n"
        "handle = display(HTML('<b>1</b>'), display_id='x')\n"
        "handle.update(HTML('<b>2</b>'))\nclear_output(wait=True)"
    )
    _, (shown, updated, cleared) = outputs(both, source)
    assert isinstance(shown, Output)
    assert shown.display_id == "x"
    assert shown.output["data"]["text/html"] == "<b>1</b>"
    assert isinstance(updated, UpdateDisplay)
    assert (updated.display_id, updated.data["text/html"]) == ("x", "<b>2</b>")
    assert cleared == ClearOutput(wait=True)


def test_a_figure_is_shown_inline(both: Pair) -> None:
    _, reports = outputs(
        both, "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); None"
    )
    images = [item for item in reports if "image/png" in item.output.get("data", {})]
    assert len(images) == 1
    assert images[0].output["data"]["image/png"].startswith("iVBOR")


def test_a_flood_is_cut_and_said_to_be(both: Pair) -> None:
    done, reports = outputs(both, "for i in range(10_000): print('x' * 100)", 5_000)
    assert done.failure is None
    assert len(text_of(reports)) <= 5_000
    assert "more output than is kept" in text_of(reports, "stderr")


def test_a_forked_child_prints_into_the_cell(both: Pair) -> None:
    source = (
        "import os\npid = os.fork()\nif not pid:\n    print('child', flush=True)\n    os._exit(0)\n"
        "ended = os.waitpid(pid, 0)\nprint('parent')"
    )
    assert text_of(outputs(both, source)[1]) == "child\nparent\n"


def test_the_history_is_in_and_out(both: Pair) -> None:
    outputs(both, "1234")
    assert outputs(both, "_ + 1")[0].returned == "1235"
    assert "1234" in (outputs(both, "In[-3]")[0].returned or "")


def test_pickle_finds_the_notebooks_classes(both: Pair) -> None:
    source = "import pickle\nclass Point: pass\ntype(pickle.loads(pickle.dumps(Point()))) is Point"
    assert outputs(both, source)[0].returned == "True"


REPORTS: list[Any] = [
    None,
    5,
    {},
    {"op": "nope"},
    {"op": "output"},
    {"op": "output", "output": {"output_type": "stream", "name": "stdin", "text": ""}},
    {"op": "output", "output": {"output_type": "stream", "name": "stdout", "text": 5}},
    {"op": "output", "output": {"output_type": "display_data", "data": {"x": "y"}}},
    {"op": "output", "output": {"output_type": "display_data", "data": {"text/plain": 5}}},
    {"op": "output", "output": {"output_type": "display_data", "data": [], "metadata": {}}},
    {"op": "output", "output": {"output_type": "error", "ename": 1, "evalue": ""}},
    {"op": "done", "failure": 5},
    {"op": "done", "failure": None, "returned": 5},
    {"op": "clear_output", "wait": 1},
    {"op": "update_display", "display_id": 5, "data": {}},
]


@pytest.mark.parametrize("report", REPORTS, ids=repr)
def test_a_report_that_is_none_is_refused(report: Any) -> None:
    with pytest.raises(WireError):
        parse_report(report)


def test_a_report_is_rebuilt_field_by_field() -> None:
    report = parse_report(
        {
            "op": "output",
            "output": {
                "output_type": "execute_result",
                "data": {"text/plain": "\ud800", "application/json": {"a": [1, float("nan")]}},
                "metadata": {"m": (1,)},
                "execution_count": "many",
                "extra": "dropped",
            },
        }
    )
    assert report == Output(
        {
            "output_type": "execute_result",
            "data": {"text/plain": "?", "application/json": {"a": [1, None]}},
            "metadata": {"m": [1]},
            "execution_count": None,
        }
    )
