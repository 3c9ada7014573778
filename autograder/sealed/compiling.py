"""The instructor's cells as code for the judge: compiled once for a class, and not in each judge.

Code comes from the supervisor, which compiles only cells that were restored from `source/`, and
goes to judges alone. A zygote that had it would hand hidden tests on to every student process.
"""

from __future__ import annotations

import ast
import functools
import inspect
import marshal
from collections.abc import Collection
from dataclasses import dataclass
from types import CodeType
from typing import Final, Self, final

from autograder.sealed.exposure import Exposure, leading_blank_lines
from autograder.sealed.parsing import parse

__all__ = ["CellCode", "TypeQuestions", "compiled", "transformers"]

_PROMPTS: Final = ("...", ">>>", "In [")
"""What IPython takes away at the start of lines although Python could read it."""


@final
class TypeQuestions(ast.NodeTransformer):
    """Lets `type(x)` answer for objects of the submission.

    `type` itself must stay the class that it is, for `isinstance(x, type)` and metaclasses.
    """

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Replace `type(x)`, and nothing else."""
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="type"), args=[ast.expr()], keywords=[]):
                name = ast.copy_location(ast.Name("__type_of__", ast.Load()), node.func)
                return ast.copy_location(ast.Call(name, node.args, []), node)
        return node


def transformers(
    source: str, hidden: Collection[int], exposure: Exposure
) -> list[ast.NodeTransformer]:
    """What changes the code of a judge's cell; each pass takes longer than most requests."""
    return [*([TypeQuestions()] if "type" in source else []), *([exposure] if hidden else [])]


@final
@dataclass(frozen=True, slots=True)
class CellCode:
    """A cell as IPython would have compiled it.

    Args:
        filename: of its code.
        text: the Python that it was made of.
        statements: to be executed in this order.
    """

    filename: str
    text: str
    statements: tuple[CodeType, ...]

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `compiled` gave. Only for the judge, and only from the supervisor."""
        return cls(*marshal.loads(data))  # noqa: S302 - the supervisor wrote it


@functools.lru_cache(maxsize=1024)
def compiled(source: str, hidden: frozenset[int], number: int) -> bytes | None:
    """The code of an instructor's cell for `CellCode.from_bytes`.

    Args:
        source: its text, with IPython syntax.
        hidden: numbers of the lines that students do not get to see.
        number: its place in the notebook.

    Returns:
        None for what only a running IPython can read or report: magics, prompts, single lines
        that may be commands, `await` outside of functions, mistakes.
    """
    lines = source.split("\n")[leading_blank_lines(source) :]
    text = "\n".join(lines)
    text += "" if text.endswith("\n") else "\n"
    if len(text.splitlines()) < 2 or any(line.lstrip().startswith(_PROMPTS) for line in lines[:2]):
        return None
    filename = f"<ipython-input-{number}>"
    exposure = Exposure()
    exposure.begin(source, sorted(hidden))
    try:
        tree = parse(text)
        for transformer in transformers(source, hidden, exposure):
            tree = transformer.visit(tree)
        statements = tuple(_statements(ast.fix_missing_locations(tree), filename))
    except (SyntaxError, ValueError, RecursionError, MemoryError, AttributeError):
        return None
    if any(code.co_flags & inspect.CO_COROUTINE for code in statements):
        return None
    return marshal.dumps((filename, text, statements))


def _statements(tree: ast.Module, filename: str) -> list[CodeType]:
    """One code object a statement, the last one showing its value, as IPython does."""
    found = []
    for node in tree.body:
        shows = node is tree.body[-1] and isinstance(node, ast.Expr)
        part: ast.Interactive | ast.Module = (
            ast.Interactive([node]) if shows else ast.Module([node], [])
        )
        found.append(
            compile(
                part,
                filename,
                "single" if shows else "exec",
                flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
                dont_inherit=True,
                # A grader under `python -O` must not take the assertions out of tests.
                optimize=0,
            )
        )
    return found
