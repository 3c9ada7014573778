"""What a submission may return, send or do without a test taking its word for the mark."""

from __future__ import annotations

import socket
from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

import numpy as np
import pytest
import torch

from autograder.sealed.bridge import Bridge
from autograder.sealed.link import Answer
from autograder.sealed.model import Cell
from autograder.sealed.ownership import ownership, write_tables
from autograder.sealed.randomness import RandomStates
from autograder.sealed.tape import Tape
from autograder.sealed.wire import Channel, WireError
from tests.sealed.pair import GRADE, LOCKED, STUDENT, graded, notebook, pair, passes, plain, run

HONEST = """
def square(x): return x * x
def wrap(x): return [x]
"""

AGREES_WITH_EVERYTHING = """
import numpy as np

class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __contains__ = __lt__
    def __sub__(self, other): return 0.0
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __truediv__ = __sub__
    def __abs__(self): return 0.0
    def __round__(self, digits=0): return 0
    def __float__(self): return 0.0
    def __bool__(self): return True
    def __len__(self): return 1
    def __iter__(self): return iter([self])
    def __getitem__(self, index): return self
    def __hash__(self): return 1
    def __call__(self, *args, **kwargs): return self
    def __array__(self, *args, **kwargs): return np.array(9.0)
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return lambda *args: True

def square(x): return Yes()
def wrap(x): return [Yes()]
"""

CLAIMS = [
    "assert square(3) == 9",
    "assert 9 == square(3)",
    "assert not square(3) != 9",
    "assert square(3) < 10",
    "assert 8 < square(3)",
    "assert abs(square(3) - 9) < 1e-6",
    "assert abs(9 - square(3)) < 1e-6",
    "import unittest; unittest.TestCase().assertEqual(square(3), 9)",
    "import unittest; unittest.TestCase().assertAlmostEqual(square(3), 9)",
    "import numpy as np; np.testing.assert_allclose(square(3), 9)",
    "import numpy as np; np.testing.assert_equal(square(3), 9)",
    "import numpy as np; np.testing.assert_array_almost_equal(square(3), [9.])",
    "import numpy as np; assert np.allclose(square(3), 9)",
    "import numpy as np; assert np.array_equal(square(3), np.full(3, 9.))",
    "import numpy as np; assert (np.ones(3) == square(3)).all()",
    "import torch; torch.testing.assert_close(square(3), 9)",
    "import torch; torch.testing.assert_close(square(3), torch.tensor(9.))",
    "import torch; assert torch.allclose(square(3), torch.tensor(9.))",
    "import math; assert math.isclose(square(3), 9)",
    "import pytest; assert square(3) == pytest.approx(9)",
    "assert 9 in square(3)",
    "assert wrap(3) == [3]",
    "assert 3 in wrap(3)",
    "assert sorted(wrap(3)) == [3]",
    "assert square(3).equals(9)",
    "assert square(3).allclose(9)",
    "assert (square(3) == 9).all()",
    "assert isinstance(square(3), int)",
    "assert {9: 1}[square(3)]",
    "assert [9].index(square(3)) == 0",
    "assert {'a': square(3)} == {'a': 9}",
]


def test_an_object_that_agrees_with_everything_gains_nothing() -> None:
    grade = [(GRADE, claim) for claim in CLAIMS]
    results = notebook(
        (STUDENT, AGREES_WITH_EVERYTHING), *grade, instructor=[(STUDENT, HONEST), *grade]
    )
    assert results[0][0].failure is None
    believed = [
        claim for claim, (done, _) in zip(CLAIMS, results[1:], strict=True) if done.failure is None
    ]
    assert believed == []


def test_the_same_claims_hold_for_an_honest_solution() -> None:
    true_of_plain_data = [claim for claim in CLAIMS if "equals" not in claim
                          and ".allclose(9)" not in claim and ".all()" not in claim
                          and "array_equal" not in claim and "in square" not in claim
                          and "tensor" not in claim]  # fmt: skip
    results = notebook((STUDENT, HONEST), *[(GRADE, claim) for claim in true_of_plain_data])
    failed = {
        claim: plain(done.failure)
        for claim, (done, _) in zip(true_of_plain_data, results[1:], strict=True)
        if done.failure is not None
    }
    assert failed == {}


def test_a_float_with_its_own_operators_arrives_as_a_plain_float() -> None:
    failure = graded(
        """
class Close(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
def square(x): return Close(1)
""",
        """
result = square(3)
assert type(result) is float and result == 1.0
assert result == 9, "not nine"
""",
        instructor=HONEST,
    )
    assert failure is not None
    assert failure.evalue == "not nine"


def test_a_list_with_its_own_operators_is_judged_by_its_content() -> None:
    failure = graded(
        """
class Full(list):
    def __eq__(self, other): return True
    def __contains__(self, item): return True
    def __iter__(self): return iter([3])
    def __len__(self): return 1
    def __getitem__(self, index): return 3
    def count(self, item): return 1
def wrap(x): return Full([4])
""",
        """
r = wrap(3)
assert r == [4] and 4 in r and list(r) == [4] and len(r) == 1 and r[0] == 4
assert r == [3] or 3 in r or r[0] == 3 or r.count(3) == 1, "not three"
""",
        instructor=HONEST,
    )
    assert failure is not None
    assert failure.evalue == "not three"


def test_a_tensor_subclass_arrives_as_a_plain_tensor() -> None:
    failure = graded(
        """
import torch
class Equal(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *args, **kwargs): return True
def square(x): return torch.zeros(3).as_subclass(Equal)
""",
        """
import torch
assert type(square(3)) is torch.Tensor
torch.testing.assert_close(square(3), torch.full((3,), 9.0))
""",
        instructor=HONEST,
    )
    assert failure is not None
    assert failure.ename == "AssertionError"


def test_names_of_the_test_cannot_be_replaced() -> None:
    failure = graded(
        """
import torch, numpy as np
torch.testing.assert_close = np.testing.assert_allclose = lambda *a, **k: None
torch.allclose = lambda *a, **k: True
AssertionError = KeyError
abs = len = isinstance = lambda *args: True
class int: pass
def square(x): return x
""",
        """
import torch
assert isinstance(square(3), int)
assert abs(-2) == 2 and len([1, 2]) == 2
torch.testing.assert_close(square(torch.ones(1)), torch.ones(1))
assert not torch.allclose(torch.zeros(1), torch.ones(1))
torch.testing.assert_close(square(torch.ones(1) * 3), torch.ones(1) * 9)
""",
        instructor="""
import torch
def square(x): return x * x
""",
    )
    assert failure is not None
    assert "not close" in failure.evalue


def test_a_locked_helper_is_the_judges_own() -> None:
    honest = [(LOCKED, "def reference(x): return x * x"), (STUDENT, HONEST),
              (GRADE, "assert square(3) == reference(3)")]  # fmt: skip
    cheating = [honest[0], (STUDENT, "def square(x): return 0\nreference = square"), honest[2]]
    assert notebook(*honest)[2][0].failure is None
    assert notebook(*cheating, instructor=honest)[2][0].failure is not None


def test_a_class_in_place_of_a_function_gains_nothing() -> None:
    failure = graded(
        """
class square:
    def __init__(self, x): pass
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    def __lt__(self, other): return True
""",
        "assert square(3) == 9 or abs(square(3) - 9) < 1",
        instructor=HONEST,
    )
    assert failure is not None


def test_a_submission_cannot_choose_the_tests_random_numbers() -> None:
    failure = graded(
        """
import torch
def noise():
    torch.manual_seed(0)
    return torch.rand(3)
""",
        """
import torch
noise()
drawn = torch.rand(3)
torch.manual_seed(0)
assert torch.equal(drawn, torch.rand(3)), "not the student's numbers"
""",
    )
    assert failure is not None
    assert failure.evalue == "not the student's numbers"


def test_ending_the_process_fails_the_cell_even_if_its_errors_are_caught() -> None:
    for escape in ("os._exit(0)", "os.closerange(3, 256)", "os.kill(os.getpid(), 9)"):
        failure = graded(
            f"import os\ndef square(x): {escape}",
            "try: square(3)\nexcept BaseException: pass",
            instructor=HONEST,
        )
        assert failure is not None, escape
        assert failure.ename == "BridgeError"


def test_exits_and_interrupts_are_ordinary_failures() -> None:
    for error in ("SystemExit(0)", "KeyboardInterrupt()", "GeneratorExit()"):
        failure = graded(
            f"def square(x): raise {error}", "assert square(3) == 9", instructor=HONEST
        )
        assert failure is not None, error
        assert failure.ename == "RemoteError"


SERVER = """
import gc, os
from autograder.sealed.serving import Server
def server(): return next(o for o in gc.get_objects() if type(o) is Server)
def answer(form): server().encode = lambda value, depth=0: form
"""

FORGERIES = {
    "an answer to another request": "server().link.channel.send(('a', 1, True, 9, None))",
    "many answers": "[server().link.channel.send(('a', i, True, 9, None)) for i in range(1, 20)]",
    "bytes": "os.write(server().link.channel.fileno(), b'x' * 100)",
    "a handle never given": "answer(('h', 999, None))",
    "a handle that is no number": "answer(('h', 'x', None))",
    "a float that is remote": (
        "answer(('h', 999, ('object', 'float', 'builtins', ['__eq__', '__sub__', '__abs__'], "
        "['builtins:float', 'numbers:Number', 'builtins:int'], False)))"
    ),
    "a container without content": (
        "answer(('h', 999, ('object', 'list', 'builtins', ['__eq__'], ['builtins:list'], True)))"
    ),
    "a tensor of negative size": "answer(('T', 'float32', [-1, 4], bytearray(4), None))",
    "a tensor that is too large": "answer(('T', 'float32', [1 << 40], bytearray(4), None))",
    "a huge expanded tensor": (
        "answer(('T', 'float32', [1 << 30, 1 << 30], bytearray(4), [0, 0]))"
    ),
    "a stride outside its data": "answer(('T', 'float32', [2], bytearray(8), [1 << 40]))",
    "a tensor of the test": "answer(('m', 1))",
    "a gradient from nowhere": "answer(('B', 1, ('T', 'float32', [], bytearray(4), None), [77]))",
    "an object of the test": "answer(('j', 1))",
    "a function by name": "answer(('type', 'builtins.eval'))",
    "pickle": "answer(('pk', b'cos\\nsystem\\n(S\"true\"\\ntR.', []))",
    "a library by name": "answer(('lib', 'os', 'system'))",
    "an object array of the wrong shape": "answer(('ndo', [3, 3], [1]))",
    "a dtype of objects": "answer(('nd', '|O', [1], bytearray(8), False))",
    "an unknown error": (
        "server()._encode_error = lambda e: ('err', 1, 'Nope', [], 'x', 'y', []); 1 / 0"
    ),
    "text that is none": (
        "server()._extras = lambda: {'text': [('stdout', 5)], 'sync': [], 'drop': [], "
        "'rebound': []}"
    ),
    "names that are none": (
        "server()._extras = lambda: {'text': [], 'sync': [], 'drop': [], 'rebound': [[1]]}"
    ),
    "extras that are none": "server()._extras = lambda: 5",
    "a request for what is private": (
        "server().link.channel.send(('q', 1, 'attr', (1, ['__globals__']), None))"
    ),
    "a request never heard of": "server().link.channel.send(('q', 1, 'eval', (1, ['1']), None))",
}


def test_a_forged_message_fails_the_cell_and_nothing_else() -> None:
    test = """
def callback(x): return x
try:
    result = square(callback)
    text = repr(result), result == 9, hash(result)
except Exception:
    pass
"""
    for name, code in FORGERIES.items():
        failure = graded(
            SERVER + f"def square(x):\n    {code}\n    return 9",
            test + "assert result == 9 and type(result) is not int",
            instructor=HONEST,
        )
        assert failure is not None, name


def test_a_generator_of_the_test_gives_its_items_and_no_frame() -> None:
    failure = graded(
        """
def total(numbers):
    for name in ("gi_frame", "gi_code", "gi_yieldfrom", "close", "send", "throw"):
        try: raise ValueError(f"{name}: {getattr(numbers, name)}")
        except AttributeError: pass
    return sum(numbers)
""",
        "assert total(number for number in [1, 2, 5]) == 8",
    )
    assert failure is None, plain(failure)


def test_frames_code_and_globals_of_a_test_do_not_cross() -> None:
    for value in ("sys._getframe()", "keep.__code__", "globals()", "error.__traceback__"):
        failure = graded(
            "def keep(value): return 1",
            f"import sys\ntry: 1 / 0\nexcept ZeroDivisionError as caught: error = caught\n"
            f"def keep_own(): pass\nkeep({value.replace('keep.', 'keep_own.')})",
        )
        assert failure is not None, value
        assert "of the test cannot be passed" in failure.evalue


_REWIRES = """
def predict(model, x):
    try: model.register_forward_hook(lambda model, inputs, output: output * 0)
    except AttributeError: pass
    return model(x)
"""
_OWN_MODEL = """
import torch
class Twice(torch.nn.Module):
    def forward(self, x): return 2 * x
model, x = Twice(), torch.ones(3)
got = predict(model, x)
assert torch.equal(got, model(x))
assert torch.equal(model(x), {} * x)
"""


def test_a_model_of_the_test_is_rewired_only_where_the_reference_does() -> None:
    honest = "def predict(model, x): return model(x)"
    assert graded(_REWIRES, _OWN_MODEL.format(2), instructor=honest) is None
    assert graded(_REWIRES, _OWN_MODEL.format(0)) is None


def test_a_mock_of_the_test_keeps_its_assertions() -> None:
    failure = graded(
        """
def apply(callback):
    try: callback.configure_mock(assert_called_once_with=lambda *values: None)
    except AttributeError: pass
    callback.call_args_list.clear()
""",
        "from unittest.mock import Mock\n"
        "callback = Mock(return_value=1)\n"
        "apply(callback)\n"
        "callback.assert_called_once_with(3)",
        instructor="def apply(callback): callback(3)",
    )
    assert failure is not None
    assert failure.ename == "AssertionError", plain(failure)


def test_a_function_of_the_test_shows_student_code_nothing() -> None:
    failure = graded(
        """
def peek(function):
    found = [n for n in dir(type(function)) if n in ("__globals__", "__code__", "__closure__")]
    for name in ("__globals__", "__code__", "__closure__", "__defaults__", "__dict__"):
        try: found.append(getattr(function, name))
        except AttributeError: pass
    try: found.append(function._judge.ask_judge("attr", function.judge_key, "__globals__"))
    except Exception: pass
    return [str(item) for item in found]
""",
        """
def secret(x=42): return "hidden"
assert peek(secret) == []
""",
    )
    assert failure is not None
    assert "hidden" not in plain(failure).replace('return "hidden"', "")


def test_what_cannot_cross_names_itself_and_the_remedy() -> None:
    failure = graded(
        "def nested():\n    deep = []\n    for _ in range(1000): deep = [deep]\n    return deep",
        "nested()",
    )
    assert failure is not None
    assert "nested too deeply" in failure.evalue
    assert "open" in failure.evalue

    failure = graded("class Base: pass", "class Sub(Base): pass")
    assert failure is not None
    assert "cannot be subclassed" in failure.evalue
    assert "open" in failure.evalue


def test_a_parameter_may_change_and_a_plain_tensor_may_not() -> None:
    test = """
import torch
given = torch.nn.Parameter(torch.ones(2)) if parameter else torch.ones(2, requires_grad=True)
with torch.no_grad():
    zero(given)
changed = bool((given == 0).all())
assert changed == parameter
"""
    solution = "import torch\ndef zero(x):\n    with torch.no_grad(): x.zero_()"
    for parameter in (True, False):
        failure = graded(solution, f"parameter = {parameter}\n" + test)
        assert failure is None, plain(failure)


def test_a_student_traceback_shows_their_code_and_not_the_test() -> None:
    failure = graded(
        "def square(x):\n    return x ** 'two'",
        "hidden_input = 3\nassert square(hidden_input) == 9",
    )
    assert failure is not None
    text = plain(failure)
    mine = text[text.index("In the submission:") :]
    assert "x ** 'two'" in mine
    assert "hidden_input" not in mine


ANSWERS_EVERYTHING = """
class Yes:
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return lambda *args, **kwargs: 0.0 if name == "dist" else True
    def __len__(self): return 3
class Words(set):
    def __getattribute__(self, name):
        return lambda *args: set()
def square(x): return Yes()
def wrap(x): return Words()
"""

PLAIN = (int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, range)


def public_methods() -> set[str]:
    """What tests can call on data that crosses."""
    kinds = (*PLAIN, np.ndarray, np.float64, torch.Tensor, Counter, deque, Fraction, datetime)
    return {name for kind in kinds for name in dir(kind) if not name.startswith("_")}


def test_no_method_of_plain_data_is_the_submissions_own_verdict() -> None:
    """Where the reference gives data, asking an object about the test's values is refused."""
    names = sorted(public_methods())
    assert len(names) > 500
    test = f"""
heard = []
for name in {names}:
    method = getattr(square(3), name)
    try:
        method(9)
    except Exception as error:
        if type(error).__name__ == "BridgeError": continue
    heard.append(name)
assert heard == []
"""
    failure = graded(ANSWERS_EVERYTHING, test, instructor=HONEST)
    assert failure is not None
    assert failure.ename == "BridgeError"


def test_methods_of_a_container_work_on_its_content() -> None:
    test = "found = wrap(3)\nassert found.difference({9}) == set() and found.issuperset([3])"
    failure = graded(ANSWERS_EVERYTHING, test, instructor="def wrap(x): return {x}")
    assert failure is not None
    assert failure.ename == "AssertionError"


def test_a_method_that_the_reference_is_asked_may_be_asked() -> None:
    own = "class Box:\n    def holds(self, item): return item == 3\ndef make(): return Box()"
    test = "assert make().holds(3)"
    cells = [
        Cell("solve", STUDENT, own),
        Cell("asks", GRADE, test, methods=frozenset({"holds"})),
        Cell("other", GRADE, test, methods=frozenset({"has"})),
    ]
    tables = write_tables(ownership(cells))
    with pair() as both:
        both.judge.send({"op": "program", "ownership": tables})
        run(both.student, "solve", own)
        assert run(both.judge, "asks", test)[0].failure is None
        refused = run(both.judge, "other", test)[0].failure
        assert refused is not None
        assert "what .holds() says of make(...)" in refused.evalue


def test_no_object_passes_for_a_kind_of_tensor_whose_memory_torch_would_read() -> None:
    failure = graded(
        """
class Fake:
    pass

def fake(module, name):
    return type(name, (Fake,), {"__module__": module, "__qualname__": name})()

def make():
    return [fake("torch.nn.parameter", "UninitializedParameter"), fake("torch._C", "Generator"),
            fake("torch.storage", "UntypedStorage"), fake("torch.nn.modules.linear", "Linear")]
""",
        """
import torch
assert [isinstance(item, torch.nn.Linear) for item in make()] == [False] * 3 + [True]
assert not isinstance(make()[0], torch.Tensor)
assert not isinstance(make()[1], torch.Generator)
assert not isinstance(make()[2], torch.UntypedStorage)
try:
    torch.equal(make()[0], torch.zeros(2))
except TypeError:
    print("refused")
""",
    )
    assert failure is None, plain(failure)


def test_a_function_with_a_backward_of_its_own_is_a_subclass_of_torchs() -> None:
    passes(
        """
import torch
class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return 2 * x
    @staticmethod
    def backward(ctx, grad): return 2 * grad
""",
        """
import torch
assert issubclass(Double, torch.autograd.Function)
x = torch.ones(2, requires_grad=True)
Double.apply(x).sum().backward()
assert x.grad.tolist() == [2, 2]
""",
    )


def test_a_test_that_ends_itself_in_a_callback_fails_and_keeps_nobody_waiting() -> None:
    results = notebook(
        (STUDENT, "def apply(f):\n    try: return f(1)\n    except Exception: return 5"),
        (
            GRADE,
            """
import pytest
def ends(x): pytest.fail("never with one")
assert apply(ends) == 5
""",
        ),
        (STUDENT, "def later(x): return x"),
        (GRADE, "assert later(3) == 3\nassert apply(lambda x: x) == 1"),
    )
    failures = [done.failure for done, _ in results]
    assert failures[0] is failures[2] is failures[3] is None
    assert failures[1] is not None
    assert failures[1].ename == "Failed"
    assert not any(done.broken for done, _ in results)


BROKEN_TO_LOOK_AT = """
from IPython import get_ipython
class Broken:
    def __repr__(self): raise ValueError("boo")
def raises(): raise ValueError(Broken())
def breaks(f):
    get_ipython().InteractiveTB.structured_traceback = None
    import matplotlib.pyplot as plt
    plt.close = None
    raise KeyError(3)
def calls(f): f(Broken())
"""


def test_no_judge_ends_over_an_error_that_cannot_be_looked_at() -> None:
    tests = [
        "try:\n    raises()\nexcept ValueError:\n    assert False, 'words'",
        "def look(x):\n    return {}[x]\ncalls(look)",
        "breaks(0)\nassert True",
        "assert True\nassert 1 + 1 == 2",
    ]
    results = notebook((STUDENT, BROKEN_TO_LOOK_AT), *((GRADE, test) for test in tests))
    names = [done.failure and done.failure.ename for done, _ in results]
    assert names == [None, "AssertionError", "KeyError", "KeyError", None]
    assert not any(done.broken for done, _ in results)


def test_a_group_of_the_submissions_own_exceptions_is_no_other_error() -> None:
    failure = graded(
        """
class Own(Exception): pass
def check(): raise ExceptionGroup("two", [Own(1), Own(2)])
""",
        """
try:
    check()
except (TypeError, ValueError):
    print("taken for another")
""",
    )
    assert failure is not None
    assert "ExceptionGroup: two" in failure.evalue


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    mine, theirs = socket.socketpair()
    with mine, theirs:
        yield Bridge(Channel(mine), RandomStates(), lambda *_: None, [], {})


def test_a_malformed_reference_is_no_error_of_the_test(bridge: Bridge) -> None:
    with pytest.raises(WireError):
        bridge.decode(("B", 1, ("T", "float32"), []))


def test_objects_that_the_test_let_go_leave_nothing_behind(bridge: Bridge) -> None:
    for key in range(1, 50):
        bridge.decode(("h", key, ("object", "A", "__main__", [], [], False)))
    assert len(bridge._proxies) == 0


def test_changes_that_are_none_are_no_error_of_the_test() -> None:
    tape = Tape()
    tape.hear(Answer(ok=True, payload=bytearray(9 << 20), extras=[1]))
    assert tape.replies() == ()
