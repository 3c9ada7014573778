"""Mutations of trees of plain data: a notebook's JSON, or a message.

Bytes that are changed at random seldom get past the first reader. These changes keep the grammar
and break the meaning, so that what lies behind the grammar is reached too.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any, Final

from autograder.sealed.packing import WireError, decode, encode
from tests.fuzz.targets import LIMITS, frame

__all__ = ["mutate_json", "mutate_message"]

_HEADER: Final = 16
_ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 4, 1 << 31, 1 << 63, -(1 << 63), 10**400, 0.0, -0.0, 1e308,
    float("nan"), float("inf"), "", "a", "\0", "\ud800", "\u202e", "é", "e\u0301", "code",
    "markdown", "x" * 300, [], {}, [[]], [""], {"": ""}, {"a": None},
)  # fmt: skip
_ONLY_MESSAGES: Final[tuple[Any, ...]] = (
    (), b"", b"\0" * 8, bytearray(), bytearray(8), bytearray(1 << 15), 1j, complex("nan"),
    ("t", []), ("E",), "<f8", "|V0", "float32",
)  # fmt: skip


def mutate_json(data: bytes, seed: int) -> bytes | None:
    """Another notebook near the one in `data`; None if that is not JSON."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return None
    mutated = _mutate(tree, random.Random(seed), _ODD)
    return json.dumps(mutated).encode()


def mutate_message(data: bytes, seed: int) -> bytes | None:
    """The body of another message near the one whose body is `data`; None if that is none."""
    try:
        tree = decode(frame(data), LIMITS)
        return encode(_mutate(tree, random.Random(seed), (*_ODD, *_ONLY_MESSAGES)))[_HEADER:]
    except (WireError, TypeError, RecursionError):
        return None


def _mutate(tree: Any, chance: random.Random, odd: tuple[Any, ...]) -> Any:
    places = list(_places(tree, ()))
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        path = chance.choice(places)
        tree = _changed(tree, path, chance.choice(_changes(chance, odd, tree, places)))
    return tree


def _changes(
    chance: random.Random, odd: tuple[Any, ...], tree: Any, places: list[tuple[Any, ...]]
) -> list[Callable[[Any], Any]]:
    def replace(_value: Any) -> Any:
        return copy.deepcopy(chance.choice(odd))

    def splice(value: Any) -> Any:
        return copy.deepcopy(_at(tree, chance.choice(places), value))

    def alter(value: Any) -> Any:
        return _altered(value, chance, odd)

    return [replace, splice, alter, alter]


def _altered(value: Any, chance: random.Random, odd: tuple[Any, ...]) -> Any:
    """Near the value, and of its type."""
    match value:
        case bool():
            return not value
        case int():
            return value + chance.choice((-1, 1, -(1 << 31), 1 << 32))
        case float():
            return value * chance.choice((-1.0, 2.0, 1e300))
        case str() | bytes() | bytearray():
            at = chance.randint(0, len(value))
            head: Any = value[:at]
            return head + chance.choice((value, value[:1], value[:0])) + value[at + 1 :]
        case list() | tuple():
            items = list(value)
            at = chance.randint(0, len(items))
            extra = items[at : at + 1] or [copy.deepcopy(chance.choice(odd))]
            items[at : at + 1] = chance.choice(([], extra * 2, extra[::-1]))
            return type(value)(items)
        case dict() if value:
            keys = list(value)
            changed = dict(value)
            item = changed.pop(chance.choice(keys))
            if chance.random() < 0.5:
                changed[chance.choice(("nbgrader", "id", "", chance.choice(keys)))] = item
            return changed
    return copy.deepcopy(chance.choice(odd))


def _places(value: Any, path: tuple[Any, ...]) -> Any:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _places(item, (*path, index))


def _at(tree: Any, path: tuple[Any, ...], otherwise: Any) -> Any:
    for step in path:
        try:
            tree = tree[step]
        except (LookupError, TypeError):
            return otherwise
    return tree


def _changed(tree: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    """The tree with what lies at `path` changed; the tree itself if nothing lies there."""
    if not path:
        return change(tree)
    step, *rest = path
    try:
        item = _changed(tree[step], tuple(rest), change)
    except (LookupError, TypeError):
        return tree
    if isinstance(tree, dict):
        return tree | {step: item}
    if isinstance(tree, list | tuple):
        return type(tree)([*tree[:step], item, *tree[step + 1 :]])
    return tree
