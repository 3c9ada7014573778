"""Notices when a grade cell begins to do what its author hides from students."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Final, final

__all__ = ["NOTICE", "Exposure", "leading_blank_lines"]

NOTICE: Final = "__hidden_lines_run__"
"""The name of the function that marked code calls."""

_BLOCKS: Final = ("body", "orelse", "finalbody")


@final
class Exposure(ast.NodeTransformer):
    """Marks the hidden statements of a cell, so that the first of them to run is noticed."""

    def __init__(self) -> None:
        self.seen = False
        self._lines: frozenset[int] = frozenset()

    def begin(self, source: str, lines: Sequence[int]) -> None:
        """A cell starts.

        Args:
            source: its text, with IPython syntax.
            lines: numbers of its hidden lines, from 1. Where they cannot be found again in the
                Python that is made of the text, the whole cell counts as hidden.
        """
        shift = leading_blank_lines(source)
        self._lines = frozenset(line - shift for line in lines)
        self.seen = bool(lines) and _is_moved(source, shift)

    def notice(self) -> None:
        """Hidden code runs now."""
        self.seen = True

    def visit_Module(self, tree: ast.Module) -> ast.AST:
        """Mark what is hidden; without hidden lines nothing changes."""
        if self._lines:
            try:
                self._mark(tree)
            except Exception:
                # IPython would go on without this transformer.
                self.seen = True
                raise
        return tree

    def _mark(self, tree: ast.Module) -> None:
        for node in list(ast.walk(tree)):
            for name in _BLOCKS:
                block = getattr(node, name, None)
                if isinstance(block, list):
                    setattr(node, name, self._marked(block))

    def _marked(self, block: list[ast.stmt]) -> list[ast.stmt]:
        marked: list[ast.stmt] = []
        for index, statement in enumerate(block):
            text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            if self._is_hidden(statement) and not (index == 0 and text):
                call = ast.Expr(ast.Call(ast.Name(NOTICE, ast.Load()), [], []))
                marked.append(ast.fix_missing_locations(ast.copy_location(call, statement)))
            marked.append(statement)
        return marked

    def _is_hidden(self, statement: ast.stmt) -> bool:
        decorators = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(item.lineno for item in decorators)])
        last = statement.end_lineno or statement.lineno
        inner = [
            item.lineno
            for name in _BLOCKS
            for item in getattr(statement, name, [])[:1]
            if isinstance(item, ast.stmt)
        ]
        if inner:
            last = max(first, min(inner) - 1)
        return not self._lines.isdisjoint(range(first, last + 1))


def leading_blank_lines(source: str) -> int:
    """How many lines IPython takes away at the top of a cell."""
    lines = source.split("\n")
    return next((number for number, line in enumerate(lines) if line.strip()), 0)


def _is_moved(source: str, shift: int) -> bool:
    """Whether IPython's syntax moves lines: cell magics, and commands over several lines."""
    if source.lstrip().startswith("%%"):
        return True
    if "\\\n" not in source:
        return False
    # Takes a while to import, and the supervisor does without.
    from IPython.core.inputtransformer2 import TransformerManager

    code: str = TransformerManager().transform_cell(source)
    return len(code.rstrip("\n").split("\n")) != len(source.rstrip("\n").split("\n")) - shift
