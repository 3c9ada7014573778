from __future__ import annotations

import re

import pytest
import torch

from autograder import checks
from tests.sealed.pair import GRADE, LOCKED, STUDENT, notebook, plain

SETUP = """
import torch
import torch.nn.functional as F
from torch import nn
from autograder import checks
library = checks.forbidden(
    "F.softmax", "nn.MultiheadAttention", "F.scaled_dot_product_attention", "torch.optim.Adam",
    "F.layer_norm", "torch.logsumexp",
)
"""
WRONG = {
    "the function": "def mine(x): return F.softmax(x, -1)",
    "another name": "soft = F.softmax\ndef mine(x): return soft(x, -1)",
    "a method": "def mine(x): return x.softmax(-1)",
    "a function of torch": "def mine(x): return torch.softmax(x, -1)",
    "a module": "layer = nn.Softmax(-1)\ndef mine(x): return layer(x)",
    "the operation": "def mine(x): return torch.ops.aten.softmax.int(x, -1)",
    "an inner operation": "def mine(x): return torch.ops.aten._softmax(x, -1, False)",
    "a text": "name = 'soft' + 'max'\ndef mine(x): return getattr(F, name)(x, -1)",
    "an import inside": "def mine(x):\n    from torch.nn.functional import softmax as s\n"
    "    return s(x, -1)",
    "a helper": "def helper(x): return F.softmax(x, -1)\ndef mine(x): return helper(x)",
    "attention": "def mine(x): return F.scaled_dot_product_attention(x, x, x)",
    "multi-head attention": "m = nn.MultiheadAttention(4, 2)\ndef mine(x): return m(x, x, x)[0]",
    "a subclass": "class Own(nn.MultiheadAttention):\n    pass\n"
    "def mine(x): return Own(4, 2)(x, x, x)[0]",
    "an optimizer": "def mine(x):\n    w = nn.Parameter(torch.ones(2)); w.grad = torch.ones(2)\n"
    "    torch.optim.Adam([w]).step()\n    return w.detach()",
    "a function of an optimizer": "from torch.optim.adam import adam as step\n"
    "def mine(x):\n    w, g, m, v, n = (torch.ones(2) for _ in range(5))\n"
    "    step([w], [g], [m], [v], [], [torch.tensor(1.0)], amsgrad=False, beta1=.9, beta2=.9,"
    " lr=.1, weight_decay=0, eps=1e-8, maximize=False)\n    return w",
    "layer norm": "def mine(x): return nn.LayerNorm(4)(x)",
    "not yet reached": "def mine(x):\n    if x.numel() > 1000: return F.softmax(x, -1)\n"
    "    return x.exp() / x.exp().sum(-1, keepdim=True)",
    "exec": "def mine(x):\n    exec('y = x')\n    return x",
    "the watch put off": "import sys\nsys.setprofile(None)\ndef mine(x): return x",
    "the check replaced": "import autograder.checks as c\ndef mine(x): return x",
}
RIGHT = {
    "by hand": "def mine(x):\n    e = (x - x.amax(-1, keepdim=True)).exp()\n"
    "    return e / e.sum(-1, keepdim=True)",
    "with docstring": "def mine(x):\n    'Like F.softmax, but mine.'\n    return x.exp()",
    "compared elsewhere": "def mine(x): return x.exp()\nF.softmax(torch.ones(3), -1)\n"
    "def compare(x): return F.softmax(x, -1)",
    "a variable of the same name": "e = F.softmax(torch.ones(3), -1)\n"
    "def mine(x):\n    e = x.exp()\n    return e / e.sum(-1, keepdim=True)",
    "a name that is alike": "def softmax(x): return x.exp()\ndef mine(x): return softmax(x)",
    "other modules": "layer = nn.Linear(4, 4)\ndef mine(x): return layer(x).relu().eval_ if 0 else"
    " layer.eval()(x)",
    "another optimizer": "def mine(x):\n    w = nn.Parameter(torch.ones(2))\n"
    "    w.grad = torch.ones(2)\n    torch.optim.SGD([w], lr=.1).step()\n    return w.detach()",
    "magics": "%matplotlib inline\ndef mine(x): return x.exp()",
    "gradients": "def mine(x):\n    x = x.clone().requires_grad_()\n"
    "    F.cross_entropy(x[0], torch.tensor([0])).backward() if 0 else x.exp().sum().backward()\n"
    "    return x.grad",
}
TEST = """
x = torch.randn(1, 3, 4)
with library.watch("mine"):
    mine(x)
"""


def sealed(*solutions: str) -> list[str]:
    """How the test ends for each, in one notebook; empty where it passes."""
    cells, honest = [(LOCKED, SETUP)], [(LOCKED, SETUP)]
    for index, solution in enumerate(solutions):
        own, test = (
            re.sub(r"\b(mine|helper)\b", rf"\g<1>_{index}", text) for text in (solution, TEST)
        )
        cells += [(STUDENT, own), (GRADE, test)]
        honest += [(STUDENT, f"def mine_{index}(x): return x"), (GRADE, test)]
    results = notebook(*cells, instructor=honest)
    assert all(done.failure is None for done, _ in results[1::2])
    failures = [done.failure for done, _ in results[2::2]]
    return ["" if failure is None else f"{failure.ename}: {failure.evalue}" for failure in failures]


def in_one_process(solution: str) -> str:
    namespace = {"__name__": "__main__"}
    exec(SETUP, namespace)
    exec("\n".join(line for line in solution.splitlines() if line[0] != "%"), namespace)
    try:
        exec(TEST, namespace)
    except AssertionError as error:
        return f"AssertionError: {error}"
    return ""


READ = ("not yet reached", "exec")
DISTURBED = ("the watch put off", "the check replaced")


@pytest.mark.parametrize("name", [name for name in WRONG if name not in READ + DISTURBED])
def test_a_forbidden_call_is_seen_in_one_process(name: str) -> None:
    assert "AssertionError" in in_one_process(WRONG[name])


@pytest.mark.parametrize("name", RIGHT)
def test_other_calls_pass_in_one_process(name: str) -> None:
    assert in_one_process(RIGHT[name]) == ""


def test_forbidden_calls_are_seen_in_the_student_process() -> None:
    names = [name for name in WRONG if name not in DISTURBED]
    results = dict(zip(names, sealed(*(WRONG[name] for name in names)), strict=True))
    assert [name for name, text in results.items() if "AssertionError" not in text] == []
    assert "F.softmax is used in mine_16, line 2" in results["not yet reached"]
    assert "exec is used in mine_17, line 2" in results["exec"]


def test_other_calls_pass_in_the_student_process() -> None:
    assert sealed(*RIGHT.values()) == [""] * len(RIGHT)


@pytest.mark.parametrize("name", DISTURBED)
def test_a_notebook_that_would_disturb_the_watch_fails(name: str) -> None:
    assert "It would disturb the tests" in sealed(WRONG[name])[0]


def test_the_message_names_what_was_called_and_where() -> None:
    solution = (
        "def helper(x):\n    y = x + 1\n    return y.softmax(-1)\ndef mine(x): return helper(x)"
    )
    expected = "line 3. This exercise asks you to write it yourself."
    assert in_one_process(solution).endswith(f"F.softmax was called in helper, {expected}")
    assert sealed(solution)[0].endswith(f"F.softmax was called in helper_0, {expected}")


def test_the_tests_own_calls_do_not_count_where_student_code_has_its_own_process() -> None:
    test = TEST + "    F.softmax(x, -1)\n"
    cells = [(LOCKED, SETUP), (STUDENT, RIGHT["by hand"]), (GRADE, test)]
    failure = notebook(*cells)[2][0].failure
    assert failure is None, plain(failure)


def test_a_student_sees_what_is_forbidden() -> None:
    library = checks.forbidden("F.softmax", "torch.optim.Adam")
    assert library._repr_markdown_().endswith("`F.softmax`, `torch.optim.Adam`")


@pytest.mark.parametrize("name", ["F.softmaxx", "nowhere.function", "torch.pi", "softmax"])
def test_an_unknown_name_is_the_authors_mistake(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"no function or class {name!r}")):
        checks.forbidden(name)


def test_a_wrong_value_is_told_before_a_call() -> None:
    def wrong() -> None:
        torch.nn.functional.softmax(torch.ones(2), -1)
        raise KeyError

    with pytest.raises(KeyError), checks.forbidden("F.softmax").watch():
        wrong()
