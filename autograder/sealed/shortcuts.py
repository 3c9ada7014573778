"""Fewer requests for what a test does most: methods and parameters of `torch.nn.Module`.

A request costs each process a few tenths of a millisecond, and the walk over the parameters of a
small network is a dozen of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import GeneratorType
from typing import Any, Final

import torch

__all__ = ["AHEAD", "METHODS", "MODULE", "steps"]

AHEAD: Final = 64
"""How many items of a walk may come at once."""

MODULE: Final = "torch.nn.modules.module:Module"

METHODS: Final = frozenset(
    {
        *("buffers", "children", "double", "eval", "float", "half", "load_state_dict", "modules"),
        *("named_buffers", "named_children", "named_modules", "named_parameters", "parameters"),
        *("requires_grad_", "state_dict", "to", "train", "zero_grad"),
    }
)
"""Methods that nobody asks for but to call them: one request then gets and calls them."""

_WALKS: Final = frozenset(
    method.__code__
    for method in (
        torch.nn.Module.buffers,
        torch.nn.Module.children,
        torch.nn.Module.modules,
        torch.nn.Module.named_buffers,
        torch.nn.Module.named_children,
        torch.nn.Module.named_modules,
        torch.nn.Module.named_parameters,
        torch.nn.Module.parameters,
    )
)


def steps(walk: Iterator[Any]) -> tuple[list[Any], bool]:
    """The next item of an iterator, or the next ones of a library's walk over a module.

    Returns:
        The items, and whether the walk has ended behind them.
    """
    ahead = type(walk) is GeneratorType and walk.gi_code in _WALKS
    items: list[Any] = []
    while len(items) < (AHEAD if ahead else 1):
        try:
            items.append(next(walk))
        except StopIteration:
            return items, True
    return items, False
