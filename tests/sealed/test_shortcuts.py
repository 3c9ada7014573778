"""Fewer requests, and nothing else: what a test sees is what it would see without."""

from __future__ import annotations

import pytest

from autograder.sealed.shortcuts import METHODS, steps
from tests.sealed.pair import graded, passes, plain

MODEL = """
import torch
from torch import nn
class Model(nn.Module):
    def __init__(self, layers=3):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(2, 2) for _ in range(layers))
    def forward(self, x):
        return sum(layer(x) for layer in self.layers)
def first(walk): return next(walk)
"""


def test_a_walk_over_a_module_comes_in_order_and_ends() -> None:
    passes(
        MODEL,
        """
        for layers in (0, 1, 3, 40):
            model = Model(layers)
            names = [name for name, _ in model.named_parameters()]
            parts = ("weight", "bias")
            assert names == [f"layers.{i}.{part}" for i in range(layers) for part in parts]
            walk = model.parameters()
            assert len(list(walk)) == 2 * layers
            assert list(walk) == []
        """,
    )


def test_parameters_that_were_looked_ahead_are_the_models_own() -> None:
    passes(
        MODEL,
        """
        model = Model()
        for parameter in model.parameters():
            parameter.data.fill_(1)
        assert model(torch.ones(1, 2)).tolist() == [[9, 9]]
        """,
    )


def test_what_was_written_to_a_tensor_arrives_although_the_tensor_is_gone() -> None:
    passes(
        MODEL,
        """
        def fill(model):
            for parameter in list(model.parameters()):
                parameter.data.fill_(1)
        model = Model()
        fill(model)
        assert model(torch.ones(1, 2)).tolist() == [[9, 9]]
        """,
    )


def test_an_iterator_of_the_submission_is_asked_one_step_at_a_time() -> None:
    passes(
        """
        def lazily(log):
            for i in range(3):
                log(i)
                yield i
        class Again:
            def __init__(self): self.left = 0
            def __iter__(self): return self
            def __next__(self):
                self.left = (self.left + 1) % 3
                if not self.left: raise StopIteration
                return self.left
        """,
        """
        seen = []
        walk = lazily(seen.append)
        assert next(walk) == 0 and seen == [0]
        again = Again()
        assert list(again) == [1, 2] and list(again) == [1, 2]
        """,
    )


def test_a_walk_that_has_begun_cannot_be_passed_on() -> None:
    failure = graded(MODEL, "walk = Model().parameters()\nnext(walk)\nfirst(walk)")
    assert failure is not None
    assert "has begun" in failure.evalue
    passes(MODEL, "assert first(Model().parameters()).shape == (2, 2)")


def test_methods_of_a_module_take_and_give_what_they_should() -> None:
    passes(
        MODEL,
        """
        model = Model()
        assert model.train(False) is model and not model.training
        assert model.to(torch.float64)(torch.ones(1, 2).double()).dtype == torch.float64
        assert set(model.state_dict(prefix="x.")) == {"x." + name for name in model.state_dict()}
        try:
            model.load_state_dict({})
        except RuntimeError as error:
            assert "Missing key" in str(error)
        else:
            assert False
        """,
    )


@pytest.mark.parametrize("source", ["def to(self, x): return x + 1", "to = None"])
def test_a_method_that_the_submission_has_of_its_own_is_called(source: str) -> None:
    failure = graded(
        f"from torch import nn\nclass Model(nn.Module):\n    {source}",
        "assert Model().to(1) == 2",
        instructor="from torch import nn\nclass Model(nn.Module):\n    def to(self, x): return 2",
    )
    if "None" in source:
        assert failure is not None
        assert failure.ename == "TypeError", plain(failure)
    else:
        assert failure is None, plain(failure)


def test_only_a_librarys_walk_is_looked_ahead() -> None:
    walk = iter([1, 2])
    assert [steps(walk) for _ in range(3)] == [([1], False), ([2], False), ([], True)]
    assert "forward" not in METHODS
