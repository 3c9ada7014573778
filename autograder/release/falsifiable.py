"""Whether a test cell contains anything that could fail."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["test_fault"]

_HARMLESS_CALLS = {"display", "globals", "id", "len", "locals", "print", "range", "repr", "str"}


def test_fault(source: str) -> str | None:
    """Why a test cell is no test, in words, or None if it is one.

    A test can fail by an assertion that is no constant, a `raise`, a call of something that may
    check, or by showing a number as its last value (partial credit).

    Args:
        source: Python with IPython syntax.
    """
    try:
        transformer = TransformerManager()
        tree = ast.parse(transformer.transform_cell(source))
    except (SyntaxError, ValueError) as error:
        return f"it is no valid Python ({error})"
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Tuple) and node.test.elts:
            return (
                f"the assertion in line {node.lineno} is a tuple, which is always true: remove the "
                "parentheses"
            )
    if any(_can_fail(node) for node in _executed(tree)) or _shows_a_value(tree):
        return None
    return "it checks nothing, so it gives its points to everybody"


def _executed(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes that may run: bodies of functions count only if something refers to them."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            tested_elsewhere = node.name.startswith(("test", "Test"))
            if node.name not in used and not tested_elsewhere and not node.decorator_list:
                continue
        yield node
        waiting += ast.iter_child_nodes(node)


def _can_fail(node: ast.AST) -> bool:
    match node:
        case ast.Assert(test=test):
            return not (isinstance(test, ast.Constant) and bool(test.value))
        case ast.Raise():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name not in _HARMLESS_CALLS
        case ast.Call():
            return True
        case _:
            return False


def _shows_a_value(tree: ast.Module) -> bool:
    last = tree.body[-1] if tree.body else None
    return isinstance(last, ast.Expr) and not isinstance(last.value, ast.Constant | ast.Call)
