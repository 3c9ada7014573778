"""Reads what student code says, beside watching what it does."""

from __future__ import annotations

import ast
import symtable
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, final

__all__ = ["find", "of_this_process"]

_HIDES_CALLS: Final = frozenset({"exec", "eval", "__import__", "compile"})
_REACHES_IN: Final = ("ctypes", "gc", "importlib", "torch._C", "sys.modules", "builtins")
_STOPS_THE_WATCH: Final = (
    *("autograder", "sys.setprofile", "threading.setprofile"),
    *("torch.autograd._disable_profiler_legacy", "torch.autograd._enable_profiler_legacy"),
    *("torch.autograd._disable_profiler", "torch.autograd.profiler_legacy"),
)


def of_this_process(names: Sequence[str]) -> tuple[str, ...]:
    """Sources of these names in the notebook that runs here; those that have none are left out."""
    main = sys.modules.get("__main__")
    history = vars(main).get("In") if main is not None else None
    cells = history if isinstance(history, list) else []
    wanted = set(names)
    return tuple(cell for cell in cells if isinstance(cell, str) and _defined(cell) & wanted)


def _defined(source: str) -> set[str]:
    tree = _parsed(source)
    return set() if tree is None else {name for node in tree.body for name in _bound(node)}


def find(
    cells: Sequence[str],
    written: Sequence[str],
    forbidden: Sequence[str],
    path: Callable[[str], str],
) -> str:
    """What is wrong with the source of some functions, in words; empty if nothing is.

    Args:
        cells: the submission's own.
        written: names of its functions and classes; what they use of the cells is read as well.
        forbidden: names as the author wrote them.
        path: the full name of a name.
    """
    submission = _Submission()
    for source in cells:
        tree = _parsed(source)
        if tree is not None:
            submission.add(tree)
    full = {path(name): name for name in forbidden}
    for name, node in submission.reachable(written):
        for said, line in submission.mentions(node):
            place = f"in {name}, line {line - node.lineno + 1}"
            if said in full:
                return f"{full[said]} is used {place}. This exercise asks you to write it yourself."
            if said in _HIDES_CALLS or _is_below(said, _REACHES_IN):
                return f"{said} is used {place}: tests cannot see what it does, so leave it out."
    for node in submission.everything:
        for said, _ in submission.mentions(node):
            if _is_below(said, _STOPS_THE_WATCH):
                return f"{said} is used in the notebook. It would disturb the tests: leave it out."
    return ""


def _is_below(name: str, parents: Sequence[str]) -> bool:
    return any(name == parent or name.startswith(f"{parent}.") for parent in parents)


@final
@dataclass(slots=True)
class _Submission:
    """The top level of all cells together."""

    everything: list[ast.stmt] = field(default_factory=list)
    defined: dict[str, list[ast.stmt]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def add(self, tree: ast.Module) -> None:
        for node in tree.body:
            self.everything.append(node)
            for name in _bound(node):
                self.defined.setdefault(name, []).append(node)
        for inner in ast.walk(tree):
            match inner:
                case ast.Import(names=names):
                    for alias in names:
                        whole = alias.name if alias.asname else alias.name.partition(".")[0]
                        self.aliases[alias.asname or whole] = whole
                case ast.ImportFrom(module=str() as module, names=names):
                    for alias in names:
                        self.aliases[alias.asname or alias.name] = f"{module}.{alias.name}"

    def reachable(self, names: Sequence[str]) -> Iterator[tuple[str, ast.stmt]]:
        """Definitions of these names, and of the names that they use."""
        waiting, known = list(names), set(names)
        while waiting:
            name = waiting.pop()
            for node in self.defined.get(name, []):
                yield name, node
                used = _used(node) - known
                known |= used
                waiting += sorted(used)

    def mentions(self, node: ast.AST) -> Iterator[tuple[str, int]]:
        """Full names of what is used from libraries, and the line."""
        for inner in ast.walk(node):
            match inner:
                case ast.Name() | ast.Attribute():
                    if (said := self._dotted(inner)) is not None:
                        yield said, inner.lineno
                case ast.Import(names=names):
                    yield from ((alias.name, inner.lineno) for alias in names)
                case ast.ImportFrom(module=str() as module, names=names):
                    yield from ((f"{module}.{alias.name}", inner.lineno) for alias in names)

    def _dotted(self, node: ast.AST) -> str | None:
        match node:
            case ast.Name(id=name):
                return self.aliases.get(name, _USUAL.get(name, name))
            case ast.Attribute(value=value, attr=attribute):
                before = self._dotted(value)
                return None if before is None else f"{before}.{attribute}"
        return None


_USUAL: Final = {"F": "torch.nn.functional", "nn": "torch.nn", "np": "numpy"}
"""Names that the notebook's own cells import."""


def _used(node: ast.stmt) -> set[str]:
    """Names of the notebook that a statement uses; a variable of a function is none of them."""
    try:
        top = symtable.symtable(ast.unparse(node), "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    names = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    waiting = list(top.get_children())
    while waiting:
        table = waiting.pop()
        names |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
        waiting += table.get_children()
    return names


def _bound(node: ast.stmt) -> set[str]:
    """Names that a statement binds at the top level."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.With():
            return {
                inner.id
                for inner in ast.walk(node)
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
            }
    return set()


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    try:
        from IPython.core.inputtransformer2 import TransformerManager

        transformer: Any = TransformerManager()
        plain: str = transformer.transform_cell(source)
        return ast.parse(plain)
    except (ImportError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
