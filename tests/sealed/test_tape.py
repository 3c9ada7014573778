from __future__ import annotations

import pytest
import torch

from autograder.mistakes import same
from autograder.sealed.link import Answer
from autograder.sealed.model import Reply
from autograder.sealed.tape import Tape
from autograder.sealed.values import Codec
from autograder.sealed.wire import decode, encode

CODEC = Codec()


def heard(value: object) -> tuple[Reply, ...]:
    """What is measured of an answer that has gone over the wire."""
    tape = Tape()
    tape.hear(Answer(ok=True, payload=decode(encode(CODEC.encode(value))), extras=None))
    return tape.replies()


def known_again(one: object, other: object) -> bool:
    (first,), (second,) = heard(one), heard(other)
    return same(first, second)


X = torch.linspace(-1, 2, 35, dtype=torch.float64).reshape(5, 7).exp()


def test_rounding_does_not_matter_and_everything_else_does() -> None:
    assert known_again(X, X * (1 + 1e-12))
    assert known_again(X.float(), X.float() * (1 + 1e-6))
    assert not known_again(X, X * (1 + 1e-5))
    assert not known_again(X, X.flip(0))
    assert not known_again(X, X.reshape(7, 5))
    assert not known_again(X, X.float())
    assert not known_again(X, (X, X))
    assert not known_again(X > 1, X > 2)
    assert not known_again([1.5, 2.5], [2.5, 1.5])


def test_numbers_that_are_not_finite_have_their_places() -> None:
    first, second = X.clone(), X.clone()
    first[0, 1] = second[1, 0] = torch.nan
    assert known_again(first, first.clone())
    assert not known_again(first, second)
    first[0, 1], second[0, 1], second[1, 0] = torch.inf, -torch.inf, X[1, 0]
    assert not known_again(first, second)


@pytest.mark.parametrize("value", [None, "text", 3, [1, "a"]])
def test_an_answer_without_fractions_is_none(value: object) -> None:
    assert heard(value) == ()


def test_only_numbers_that_nobody_gets_by_accident_are_telling() -> None:
    def telling(value: object) -> int:
        (reply,) = heard(value)
        return sum(array.telling for array in reply.arrays)

    assert telling(X) == 35
    assert telling(torch.tensor([0.0, 1.0, -1.0, 0.5, torch.nan])) == 0
    assert telling(torch.zeros(40, dtype=torch.bool)) == 0
    assert telling(torch.ones(5, 8, dtype=torch.bool).tril()) == 10


def test_too_much_is_nothing() -> None:
    tape = Tape()
    for _ in range(2_001):
        tape.hear(Answer(ok=True, payload=0.5, extras=None))
    assert tape.replies() == ()


def test_a_huge_number_and_a_malformed_answer_are_nothing() -> None:
    for payload in (1e200, ("T", "float64", [3], bytearray(8), None)):
        tape = Tape()
        tape.hear(Answer(ok=True, payload=payload, extras=None))
        assert tape.replies() == ()
