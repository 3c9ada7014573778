"""What real test cells do with student objects, a small notebook for each way of doing it.

Every pattern stands for a row of the table in the design: the test cell must give the right
answer all points and the wrong answer none, with stock nbgrader and with our engines alike.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade

from autograder.assignment import Assignment, load_assignment
from autograder.course import Course
from autograder.grading.grade import Submission, grade
from autograder.grading.kernel import KernelEngine
from autograder.grading.policy import Policy
from autograder.grading.sealing import seal
from autograder.sealed.model import Engine, Limits

HELPERS = dedent("""
    def check_increasing(values):
        assert all(a < b for a, b in zip(values, values[1:])), "not increasing"
""")
LIMITS = Limits(cell_cpu_seconds=20, cell_wall_seconds=60)
ANSWER = "{'a': (1, 2.5), 'b': [np.float64(0.1), None, True]}"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Pattern:
    """One way in which a test cell touches student code.

    Args:
        right: an answer that earns all points.
        wrong: one that earns none.
        test: the test cell.
        locked: a locked cell before the answer.
        plain: an instructor's cell without nbgrader metadata before the answer.
        first: a test cell before the answer, which always passes.
        before: a test cell between answer and test, which both answers pass.
        may_open: cannot work across a process boundary, so that the cell may be an open one.
        needs: a package that the test uses and the project does not declare.
    """

    right: str
    wrong: str
    test: str
    locked: str = ""
    plain: str = ""
    first: str = ""
    before: str = ""
    may_open: bool = False
    needs: str = ""


PATTERNS = {
    "compares-values": Pattern(
        right="total = 7",
        wrong="total = 8",
        test="assert total == 7\nassert total < 7.5 and not total >= 8",
    ),
    "calls-a-function-and-checks-its-value": Pattern(
        right="def area(w, h):\n    return w * h",
        wrong="def area(w, h):\n    return w + h",
        test="assert area(3, 4) == 12\nassert area(h=2, w=0.5) == 1.0",
    ),
    "reads-a-variable": Pattern(
        right='capital = {"France": "Paris"}',
        wrong='capital = {"France": "Lyon"}',
        test='assert capital["France"] == "Paris"',
    ),
    "reads-an-attribute": Pattern(
        right="import numpy as np\ngrid = np.zeros((2, 3), dtype=np.float32)",
        wrong="import numpy as np\ngrid = np.zeros((2, 3))",
        test='assert grid.shape == (2, 3)\nassert grid.dtype == "float32"\nassert grid.T.ndim == 2',
    ),
    "calls-a-method": Pattern(
        right="class Stack(list):\n    def push(self, x):\n        self.append(x)\nstack = Stack()",
        wrong="class Stack(list):\n    def push(self, x):\n        pass\nstack = Stack()",
        test="stack.push(3)\nstack.push(4)\nassert stack.pop() == 4",
    ),
    "len-sum-sorted-zip": Pattern(
        right="odd = [5, 1, 3]",
        wrong="odd = [5, 1, 4]",
        test=(
            "assert len(odd) == 3 and sum(odd) == 9\nassert sorted(odd) == [1, 3, 5]\n"
            "assert [a + b for a, b in zip(odd, (1, 1, 1))] == [6, 2, 4]"
        ),
    ),
    "index-and-slice": Pattern(
        right="import numpy as np\ntable = np.arange(12).reshape(3, 4)",
        wrong="import numpy as np\ntable = np.arange(12).reshape(4, 3)",
        test="assert table[1, 2] == 6\nassert list(table[:, -1]) == [3, 7, 11]",
    ),
    "names-of-ungraded-instructor-cells": Pattern(
        locked="def nearly(a, b):\n    return abs(a - b) < 1e-9",
        plain="import math\nRADIUS = 2.0",
        right="def circumference(radius):\n    return 2 * math.pi * radius",
        wrong="def circumference(radius):\n    return math.pi * radius",
        test="assert nearly(circumference(RADIUS), 4 * math.pi)",
    ),
    "isinstance-with-a-library-type": Pattern(
        right="import numpy as np\nweights = np.ones(3)",
        wrong="weights = [1.0, 1.0, 1.0]",
        test="import numpy as np\nassert isinstance(weights, np.ndarray) and weights.sum() == 3",
    ),
    "numpy-function-on-a-student-value": Pattern(
        right="import numpy as np\ndef softmax(x):\n    return np.exp(x) / np.exp(x).sum()",
        wrong="import numpy as np\ndef softmax(x):\n    return np.exp(x) / 10",
        test=(
            "import numpy as np\nout = softmax(np.array([1.0, 2.0, 3.0]))\n"
            "assert np.allclose(np.sum(out), 1)\nassert np.argmax(out) == 2"
        ),
    ),
    "helper-module-called-by-the-test": Pattern(
        right="steps = [1, 4, 9]",
        wrong="steps = [1, 9, 4]",
        test="from pattern_helpers import check_increasing\ncheck_increasing(steps)",
    ),
    "arithmetic": Pattern(
        right=(
            "class Money:\n    def __init__(self, cents):\n        self.cents = cents\n"
            "    def __add__(self, other):\n        return Money(self.cents + other.cents)\n"
            "price = 2.5"
        ),
        wrong=(
            "class Money:\n    def __init__(self, cents):\n        self.cents = cents\n"
            "    def __add__(self, other):\n        return self\n"
            "price = 2.5"
        ),
        test="assert price * 4 - 1 == 9\nassert (Money(2) + Money(3)).cents == 5",
    ),
    "instantiates-a-class": Pattern(
        right=(
            "class Account:\n    def __init__(self, owner, balance=0):\n"
            "        self.owner, self.balance = owner, balance\n"
            "    def deposit(self, amount):\n        self.balance += amount"
        ),
        wrong=(
            "class Account:\n    def __init__(self, owner, balance=0):\n"
            "        self.owner, self.balance = owner, balance\n"
            "    def deposit(self, amount):\n        self.balance = amount"
        ),
        test=(
            'account = Account("Ann", balance=10)\naccount.deposit(5)\n'
            'assert account.balance == 15 and account.owner == "Ann"'
        ),
    ),
    "hash-of-a-value-s-text": Pattern(
        right='import numpy as np\nanswer = {"a": (1, 2.5), "b": [np.float64(0.1), None, True]}',
        wrong='import numpy as np\nanswer = {"a": (1, 2.5), "b": [0.1, None, True]}',
        test=(
            "import hashlib\n"
            f"assert hashlib.sha256(str(answer).encode()).hexdigest() == '{digest(ANSWER)}'"
        ),
    ),
    "names-from-an-earlier-test-cell": Pattern(
        right="def twice(x):\n    return 2 * x",
        wrong="def twice(x):\n    return x",
        before="cases = {1: 2, 5: 10}\nassert callable(twice)",
        test="for given, expected in cases.items():\n    assert twice(given) == expected",
    ),
    "numpy-testing-and-unittest": Pattern(
        right="import numpy as np\nmean = np.array([1.5, 2.5])",
        wrong="import numpy as np\nmean = np.array([1.5, 2.6])",
        test=(
            "import numpy as np, unittest\ncase = unittest.TestCase()\n"
            "case.assertEqual(len(mean), 2)\ncase.assertAlmostEqual(mean[0], 1.5)\n"
            "np.testing.assert_allclose(mean, [1.5, 2.5])"
        ),
    ),
    "f-string-and-format": Pattern(
        right="ratio = 2 / 3",
        wrong="ratio = 3 / 4",
        test='assert f"{ratio:.3f}" == "0.667"\nassert "{:>6.2f}".format(ratio) == "  0.67"',
    ),
    "test-under-main": Pattern(
        right="def cube(x):\n    return x**3",
        wrong="def cube(x):\n    return x**2",
        test='if __name__ == "__main__":\n    assert cube(3) == 27',
    ),
    "names-that-later-cells-read": Pattern(
        first="measured = [4, 8, 15]\noffset = 1",
        right="shifted = [value + offset for value in measured]",
        wrong="shifted = [value - offset for value in measured]",
        test="assert shifted == [5, 9, 16]",
        may_open=True,
    ),
    "iterates": Pattern(
        right="words = ('red', 'green')\nlengths = {w: len(w) for w in words}",
        wrong="words = ('red', 'green')\nlengths = {w: 1 for w in words}",
        test="for word in words:\n    assert lengths[word] == len(word)",
    ),
    "is-None-is-True": Pattern(
        right="def find(x, xs):\n    return True if x in xs else None",
        wrong="def find(x, xs):\n    return 1 if x in xs else 0",
        test="assert find(1, [1]) is True\nassert find(2, [1]) is None",
    ),
    "in-a-container": Pattern(
        right="primes = {2, 3, 5}",
        wrong="primes = {1, 2, 3, 5}",
        test="assert 5 in primes\nassert 1 not in primes",
    ),
    "gradients-and-parameters": Pattern(
        right=(
            "import torch\nclass Line(torch.nn.Module):\n    def __init__(self):\n"
            "        super().__init__()\n        self.slope = torch.nn.Parameter(torch.ones(1))\n"
            "    def forward(self, x):\n        return self.slope * x"
        ),
        wrong=(
            "import torch\nclass Line(torch.nn.Module):\n    def __init__(self):\n"
            "        super().__init__()\n        self.slope = torch.nn.Parameter(torch.ones(1))\n"
            "    def forward(self, x):\n        return self.slope.detach() * x + 0 * self.slope"
        ),
        test=(
            "import torch\nline = Line()\nline(torch.tensor([1.0, 2.0])).sum().backward()\n"
            "assert [p.grad.item() for p in line.parameters()] == [3.0]"
        ),
    ),
    "pandas-objects": Pattern(
        right="import pandas as pd\nframe = pd.DataFrame({'a': [1, 2], 'b': [3.0, 4.0]})",
        wrong="import pandas as pd\nframe = pd.DataFrame({'a': [1, 2], 'b': [3.0, 5.0]})",
        test=(
            "import pandas as pd\nassert isinstance(frame, pd.DataFrame)\n"
            "assert frame['b'].mean() == 3.5\nassert frame.loc[1, 'a'] == 2\n"
            "assert list(frame.columns) == ['a', 'b']\n"
            "pd.testing.assert_series_equal(frame['a'], pd.Series([1, 2], name='a'))"
        ),
        needs="pandas",
    ),
    "function-passed-to-a-helper": Pattern(
        locked="def slope(f, x, h=1e-4):\n    return (f(x + h) - f(x - h)) / (2 * h)",
        right="def parabola(x):\n    return x**2",
        wrong="def parabola(x):\n    return x**3",
        test=(
            "assert abs(slope(parabola, 3.0) - 6) < 1e-6\n"
            "assert list(map(parabola, [1, 2])) == [1, 4]\n"
            "assert max([-3, 2], key=parabola) == -3"
        ),
    ),
    "try-and-except-around-student-code": Pattern(
        right="def root(x):\n    if x < 0:\n        raise ValueError('minus')\n    return x**0.5",
        wrong="def root(x):\n    return abs(x)**0.5",
        test=(
            "try:\n    root(-1)\nexcept ValueError as error:\n    assert 'minus' in str(error)\n"
            "else:\n    raise AssertionError('no error')"
        ),
    ),
    "deletes-a-name-to-see-who-uses-it": Pattern(
        right="def side(x):\n    return x * x\ndef cubed(x):\n    return side(x) * x",
        wrong="def side(x):\n    return x * x\ndef cubed(x):\n    return x * x * x",
        test=(
            "kept = side\ndel side\ntry:\n    cubed(2)\nexcept NameError:\n    pass\n"
            "else:\n    raise AssertionError('cubed does not use side')\nfinally:\n    side = kept"
        ),
        may_open=True,
    ),
    "source-and-signature": Pattern(
        right="def power(base, exponent=2):\n    return base**exponent",
        wrong="def power(base, e=2):\n    return pow(base, e)",
        test=(
            "import inspect\nnames = list(inspect.signature(power).parameters)\n"
            "assert names == ['base', 'exponent']\n"
            "assert 'pow(' not in inspect.getsource(power)"
        ),
    ),
    "exact-type": Pattern(
        right="import numpy as np\ncount = 3\nvector = np.array([1, 2], dtype=np.int64)",
        wrong="import numpy as np\ncount = 3.0\nvector = np.array([1, 2], dtype=np.int64)",
        test=(
            "assert type(count) is int\nassert type(vector).__name__ == 'ndarray'\n"
            "assert str(type(count)) == \"<class 'int'>\"\n"
            "assert type(vector[0]).__name__ == 'int64'"
        ),
    ),
    "isinstance-with-a-student-class": Pattern(
        right="class Shape:\n    pass\nclass Square(Shape):\n    pass",
        wrong="class Shape:\n    pass\nclass Square:\n    pass",
        test="assert isinstance(Square(), Shape)\nassert issubclass(Square, Shape)",
    ),
    "hasattr-getattr-callable": Pattern(
        right="class Robot:\n    legs = 2\n    def walk(self):\n        return 'step'",
        wrong="class Robot:\n    legs = 2\n    def run(self):\n        return 'step'",
        test=(
            "robot = Robot()\nassert getattr(robot, 'legs') == 2\nassert hasattr(robot, 'walk')\n"
            "assert callable(robot.walk) and 'walk' in dir(robot)\n"
            "assert getattr(robot, 'wings', None) is None"
        ),
    ),
    "calls-a-returned-callable": Pattern(
        right="def adder(n):\n    return lambda x: x + n",
        wrong="def adder(n):\n    return lambda x: x - n",
        test="assert adder(3)(4) == 7",
    ),
    "argument-changed-in-place": Pattern(
        right="def double_all(values):\n    for i in range(len(values)):\n        values[i] *= 2",
        wrong="def double_all(values):\n    return [2 * value for value in values]",
        test="numbers = [1, 2]\ndouble_all(numbers)\nassert numbers == [2, 4]",
        may_open=True,
    ),
    "matplotlib-axes": Pattern(
        right=(
            "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n"
            "ax.plot([0, 1], [0, 2])\nax.set_xlabel('time')"
        ),
        wrong=(
            "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n"
            "ax.plot([0, 1], [0, 2])\nax.set_ylabel('time')"
        ),
        test=(
            "assert ax.get_xlabel() == 'time'\nassert len(ax.lines) == 1\n"
            "assert list(ax.lines[0].get_ydata()) == [0, 2]"
        ),
    ),
    "file-written-by-the-student": Pattern(
        right="with open('report.txt', 'w') as f:\n    f.write('done\\n')",
        wrong="with open('report.txt', 'w') as f:\n    f.write('todo\\n')",
        test="with open('report.txt') as f:\n    assert f.read() == 'done\\n'",
        may_open=True,
    ),
    "captured-output": Pattern(
        right="def greet(name):\n    print('Hello', name)",
        wrong="def greet(name):\n    return 'Hello ' + name",
        test=(
            "import io\nfrom contextlib import redirect_stdout\nbuffer = io.StringIO()\n"
            "with redirect_stdout(buffer):\n    greet('Ann')\n"
            "assert buffer.getvalue() == 'Hello Ann\\n'"
        ),
    ),
    "seeds-a-generator": Pattern(
        right="import numpy as np\ndef noise(n):\n    return np.random.normal(size=n)",
        wrong="import numpy as np\ndef noise(n):\n    return np.random.uniform(size=n)",
        test=(
            "import numpy as np\nnp.random.seed(5)\ngot = noise(4)\nnp.random.seed(5)\n"
            "assert np.array_equal(got, np.random.normal(size=4))"
        ),
    ),
    "sets-an-attribute": Pattern(
        right=(
            "class Dial:\n    def __init__(self):\n        self.level = 0\n"
            "    def shown(self):\n        return self.level * 10"
        ),
        wrong=(
            "class Dial:\n    def __init__(self):\n        self.level = 0\n"
            "    def shown(self):\n        return 30"
        ),
        test="dial = Dial()\ndial.level = 4\nassert dial.shown() == 40",
        may_open=True,
    ),
    "defines-a-global-that-a-function-reads": Pattern(
        right="def taxed(price):\n    return price * (1 + RATE)",
        wrong="def taxed(price):\n    return price * 1.5",
        test="RATE = 0.25\nassert taxed(8) == 10\nRATE = 0\nassert taxed(8) == 8",
        may_open=True,
    ),
    "globals-and-exec": Pattern(
        right="seconds = 60 * 60",
        wrong="minutes = 60",
        test="assert 'seconds' in globals()\nexec('assert seconds == 3600')",
        may_open=True,
    ),
    "passes-a-callable": Pattern(
        right="def apply_twice(f, x):\n    return f(f(x))",
        wrong="def apply_twice(f, x):\n    return f(x)",
        test="assert apply_twice(lambda x: x + 3, 1) == 7",
    ),
    "replaces-input": Pattern(
        right="def ask():\n    return int(input('How many? ')) + 1",
        wrong="def ask():\n    return 42",
        test=(
            "from unittest.mock import patch\nwith patch('builtins.input', return_value='6'):\n"
            "    assert ask() == 7"
        ),
        may_open=True,
    ),
    "magic-in-the-test": Pattern(
        right="def quick():\n    return 1",
        wrong="def quick():\n    return 2",
        test="%time assert True\nlines = !echo one\nassert quick() == len(lines)",
    ),
    "generator-protocol": Pattern(
        right="def countdown(n):\n    while n:\n        yield n\n        n -= 1",
        wrong="def countdown(n):\n    yield from range(n)",
        test=(
            "g = countdown(2)\nassert next(g) == 2\nassert list(g) == [1]\n"
            "assert next(g, 'end') == 'end'"
        ),
    ),
    "is-between-objects": Pattern(
        right="class Node:\n    next = None\ndef link(a, b):\n    a.next = b\n    return a",
        wrong="class Node:\n    next = None\ndef link(a, b):\n    a.next = Node()\n    return a",
        test=(
            "one, two = Node(), Node()\nassert link(one, two).next is two\n"
            "assert link(two, one) is two"
        ),
        may_open=True,
    ),
    "subclasses-a-student-class": Pattern(
        right="class Base:\n    def run(self):\n        return self.step() + 1",
        wrong="class Base:\n    def run(self):\n        return 1",
        test="class Mine(Base):\n    def step(self):\n        return 4\nassert Mine().run() == 5",
        may_open=True,
    ),
}


def _cell(source: str, grade_id: str, **nbgrader: Any) -> Any:
    metadata = {
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
        "cell_type": "code",
        "grade_id": grade_id,
    }
    return new_code_cell(source, metadata={"nbgrader": metadata | nbgrader})


def _cells(name: str, pattern: Pattern, answer: str) -> Iterator[Any]:
    def test(source: str, grade_id: str, points: int) -> Any:
        return _cell(source, grade_id, grade=True, locked=True, points=points)

    if pattern.plain:
        yield new_code_cell(pattern.plain)
    if pattern.locked:
        yield _cell(pattern.locked, f"{name}-locked", locked=True)
    if pattern.first:
        yield test(pattern.first, f"{name}-first", 1)
    yield _cell(answer, f"{name}-answer", solution=True)
    if pattern.before:
        yield test(pattern.before, f"{name}-before", 1)
    yield test(pattern.test, name, 2)


def _notebook(names: Iterable[str], answer: Callable[[Pattern], str]) -> Any:
    cells = [
        cell for name in names for cell in _cells(name, PATTERNS[name], answer(PATTERNS[name]))
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _assignment(folder: Path, names: Iterable[str]) -> Assignment:
    source = folder / "source" / "patterns"
    source.mkdir(parents=True)
    nbformat.write(_notebook(names, lambda pattern: pattern.right), source / "patterns.ipynb")
    (source / "pattern_helpers.py").write_text(HELPERS)
    (folder / "nbgrader_config.py").write_text("c = get_config()\n")
    return load_assignment(Course.open(folder), "patterns")


def _right(pattern: Pattern) -> str:
    return pattern.right


def _wrong(pattern: Pattern) -> str:
    return pattern.wrong


ANSWERS = {"right": _right, "wrong": _wrong}
USABLE = [
    name
    for name, pattern in PATTERNS.items()
    if not pattern.needs or importlib.util.find_spec(pattern.needs)
]


@dataclass(frozen=True)
class Graded:
    """Points by pattern and answer, and the patterns whose test cell is an open one."""

    points: Mapping[tuple[str, str], float]
    opened: frozenset[str] = frozenset()
    messages: Mapping[tuple[str, str], str] = field(default_factory=dict)


def _by_stock(folder: Path) -> Graded:
    (folder / "pattern_helpers.py").write_text(HELPERS)
    points = {}
    for kind, answer in ANSWERS.items():
        notebook = _notebook(USABLE, answer)
        executed, _ = Execute().preprocess(notebook, {"metadata": {"path": str(folder)}})
        for cell in executed.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in PATTERNS:
                points[grade_id, kind] = determine_grade(cell)[0]
    return Graded(points)


def _by_engine(engine: Engine, folder: Path, groups: Iterable[Sequence[str]]) -> Graded:
    """Grade the patterns in one notebook a group."""
    points: dict[tuple[str, str], float] = {}
    messages: dict[tuple[str, str], str] = {}
    opened: set[str] = set()
    for number, names in enumerate(groups):
        assignment = seal(_assignment(folder / str(number), names), engine, LIMITS)
        (notebook,) = assignment.notebooks.values()
        opened |= {
            cell.grade_id
            for cell in notebook.cells
            if cell.grade_id in PATTERNS and (notebook.name, cell.cell_id) in assignment.open_cells
        }
        for kind, answer in ANSWERS.items():
            text = nbformat.writes(_notebook(names, answer))
            submission = Submission({"patterns": text.encode()})
            verdict = grade(assignment, submission, Policy(limits=LIMITS), engine)
            for cell in verdict.cells:
                points[cell.grade_id, kind] = cell.points
                messages[cell.grade_id, kind] = cell.message
    return Graded(points, frozenset(opened), messages)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    return _by_stock(tmp_path_factory.mktemp("stock"))


@pytest.fixture(scope="module", params=["kernel", "sealed"])
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "kernel":
        with KernelEngine() as kernel:
            return _by_engine(kernel, folder, [USABLE])
    engine: Engine = request.getfixturevalue("engine")
    return _by_engine(engine, folder, [[name] for name in USABLE])


@pytest.mark.parametrize("name", USABLE)
def test_the_pattern_tells_right_from_wrong_under_stock_nbgrader(name: str, stock: Graded) -> None:
    assert (stock.points[name, "right"], stock.points[name, "wrong"]) == (2, 0)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("name", USABLE)
def test_marks_are_those_of_stock_nbgrader(
    name: str, answer: str, stock: Graded, graded: Graded
) -> None:
    key = name, answer
    assert graded.points[key] == stock.points[key], graded.messages[key]


@pytest.mark.parametrize("name", [name for name in USABLE if not PATTERNS[name].may_open])
def test_the_test_cell_runs_outside_the_student_process(name: str, graded: Graded) -> None:
    assert name not in graded.opened
