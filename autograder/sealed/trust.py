"""What an open cell relies on in the student's process, compared with the judge's own.

An open cell runs where student code could change the functions that it checks with. Both processes
describe these: what the cell names, what tests usually check with, and what stands between a cell
and its result. The judge's description comes from modules that no student code has touched.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import importlib
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any, Final

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["Foundations", "chains", "differences", "foundations"]

Foundations = dict[str, str]
"""Descriptions by dotted name."""

_CHECKS: Final = {
    "numpy.testing": ("assert_allclose", "assert_almost_equal", "assert_array_equal"),
    "torch.testing": ("assert_close",),
    "unittest": ("TestCase",),
}
_BUILTINS: Final = tuple(
    name for name, value in vars(builtins).items() if not name.startswith("_") and callable(value)
)
_SHELL: Final = ("run_cell", "run_code", "run_ast_nodes", "showtraceback", "transform_ast")
_DEPTH: Final = 3
_OWN: Final = ("IPython.", "autograder.sealed.", "builtins", "matplotlib_inline.")


def chains(source: str) -> list[str]:
    """The dotted names that a cell's code uses."""
    try:
        code: str = TransformerManager().transform_cell(source)
        tree = ast.parse(code)
    except SyntaxError:
        return []
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute))
    return sorted({name for node in nodes if (name := _dotted(node))})


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=inner, attr=name):
            prefix = _dotted(inner)
            return f"{prefix}.{name}" if prefix else ""
    return ""


def foundations(names: list[str], lookup: Callable[[str], object], shell: Any) -> Foundations:
    """Describe what a cell relies on in this process.

    Args:
        names: from `chains`.
        lookup: gives what the first part of a name stands for; raises `KeyError` if nothing.
        shell: IPython's.
    """
    found: Foundations = {}
    for name in names:
        first, *rest = name.split(".")
        try:
            value = lookup(first)
        except KeyError:
            continue
        found[name] = _described(_walk(value, rest))
    for name in _BUILTINS:
        found[f"builtins.{name}"] = _described(vars(builtins).get(name))
    for module, attributes in _CHECKS.items():
        whole = importlib.import_module(module)
        for attribute in attributes:
            found[f"{module}.{attribute}"] = _described(_walk(whole, [attribute]))
    for name in _SHELL:
        own = name in vars(shell)
        found[f"the shell's {name}"] = "replaced" if own else _described(_of(type(shell), name))
    found["trace functions"] = f"{sys.gettrace()} {sys.getprofile()}"
    found["exception handlers"] = str(len(shell.custom_exceptions))
    found["transformers of cells"] = " ".join(_added_to(shell))
    return found


def _added_to(shell: Any) -> list[str]:
    """What changes cells before they run, and neither IPython nor this package put there."""
    manager = shell.input_transformer_manager
    hooks = [
        *map(type, shell.ast_transformers),
        *manager.cleanup_transforms,
        *map(type, manager.line_transforms),
        *manager.token_transformers,
        *shell.input_transformers_post,
        *(
            hook
            for event in ("pre_execute", "pre_run_cell")
            for hook in shell.events.callbacks[event]
        ),
    ]
    return [
        str(getattr(hook, "__qualname__", type(hook).__qualname__))
        for hook in hooks
        if not str(getattr(hook, "__module__", None)).startswith(_OWN)
    ]


def _walk(value: object, path: list[str]) -> object:
    for part in path:
        if isinstance(value, types.ModuleType):
            value = vars(value).get(part)
        elif isinstance(value, type):
            value = _of(value, part)
        else:
            return None
    return value


def _of(kind: type, name: str) -> object:
    """A class attribute as it is written, without running anything."""
    for owner in type.__dict__["__mro__"].__get__(kind):
        if name in vars(owner):
            return vars(owner)[name]
    return None


def _described(value: object, depth: int = 0) -> str:
    """Functions by their code, classes by their functions; of anything else its type."""
    kind = type(value)
    if kind in (staticmethod, classmethod):
        return _described(value.__func__, depth)  # type: ignore[attr-defined]  # just checked
    if isinstance(value, types.FunctionType):
        cells = value.__closure__ or ()
        inner = [_content(cell) for cell in cells] if depth < _DEPTH else []
        parts = [_described(item, depth + 1) for item in inner]
        return f"function {_digest(value.__code__)} {' '.join(parts)}".strip()
    if isinstance(value, types.ModuleType):
        return f"module {value.__name__}"
    if isinstance(value, type):
        name = f"class {value.__module__}.{value.__qualname__}"
        if depth >= 1:
            return name
        own = {key: item for key, item in sorted(vars(value).items()) if callable(item)}
        text = " ".join(f"{key} {_described(item, depth + 1)}" for key, item in own.items())
        return f"{name} {hashlib.sha256(text.encode()).hexdigest()}"
    if isinstance(value, types.BuiltinFunctionType | types.MethodDescriptorType):
        return f"built-in {value.__qualname__}"
    return f"an object of {kind.__module__}.{kind.__qualname__}"


def _content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _digest(code: types.CodeType) -> str:
    constants = [
        _digest(item) if isinstance(item, types.CodeType) else repr(item) if _is_plain(item) else ""
        for item in code.co_consts
    ]
    text = repr((code.co_code, code.co_names, code.co_varnames, code.co_freevars, constants))
    return hashlib.sha256(text.encode()).hexdigest()


def _is_plain(value: object) -> bool:
    # Sets are written in an order of their own.
    return not isinstance(value, frozenset)


def differences(own: Mapping[str, str], theirs: Mapping[str, object]) -> list[str]:
    """The names whose descriptions differ."""
    return sorted(name for name, text in own.items() if theirs.get(name) != text)
