"""Whose a name is, decided from the instructor's notebook and never from a submission.

A name belongs to whoever binds it last before a grade cell: bound in a solution cell it is the
student's; bound in a locked or sealed grade cell, or by an import anywhere, it is the judge's.
What a solution cell changes in place counts as bound by it, unless it is a function or a class.
"""

from __future__ import annotations

import ast
import marshal
import symtable
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any, Final, final

from IPython.core.inputtransformer2 import TransformerManager

from autograder.sealed.model import Cell, Role
from autograder.sealed.parsing import parse

__all__ = ["CellNames", "Ownership", "cell_names", "ownership", "read_tables", "write_tables"]

_BODY_MAGICS: Final = frozenset({"time", "timeit", "capture", "prun"})
_MAGICS: Final = ("%", "!", "?")


@final
@dataclass(frozen=True, slots=True)
class CellNames:
    """Names at the top level of one cell.

    Args:
        binds: assigned, defined, imported, or declared `global` in a function and assigned.
        deletes: deleted.
        reads: read, in functions too.
        inner: those of `reads` that functions read, when they run.
        imports: name to `(module, attribute or None)`.
        classes: bound by a `class` statement.
        made: bound to what a name gave when called: `name = maker(...)`.
        defines: bound by a `def` or `class` statement.
        changes: changed in place: `name.append(...)`, `name[...] = ...`, `name.attribute = ...`.
        writes: whether its code may change tensors that it is given, gradients included.
    """

    binds: frozenset[str] = frozenset()
    deletes: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    inner: frozenset[str] = frozenset()
    imports: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    classes: frozenset[str] = frozenset()
    made: Mapping[str, str] = field(default_factory=dict)
    defines: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()
    writes: bool = False


@final
@dataclass(frozen=True, slots=True)
class Ownership:
    """What names mean while one cell runs in the judge.

    Args:
        student: resolved in the student process.
        judge: the judge's own; never resolved in the student process.
        imports: names that the notebook imports, which the judge imports itself.
        mirrored: names that student functions read; the student process hears of each binding.
        forward: names that later cells of the notebook read; sent when the cell has ended.
        genuine: names of the student's that the notebook defines as classes or as their instances.
        lent: imported by the student's own cells: the student's where the judge cannot import.
        modules: modules beside the notebook whose classes are the student's in this cell.
        methods: of objects of the submission that the cell may ask about values of its own: those
            that it asks of the reference solution. None: any, and they are noted.
        writes: whether the reference solution may change parameters of the test in place. If not,
            no submission may: zeroed parameters would make the test compare zeros with zeros.
    """

    student: frozenset[str] = frozenset()
    judge: frozenset[str] = frozenset()
    imports: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    mirrored: frozenset[str] = frozenset()
    forward: frozenset[str] = frozenset()
    genuine: frozenset[str] = frozenset()
    lent: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    methods: frozenset[str] | None = frozenset()
    writes: bool = False


def write_tables(tables: Mapping[str, Ownership]) -> bytes:
    """The tables of a notebook as bytes, once for a class: a frame takes forty times as long."""
    return marshal.dumps({cell: astuple(table) for cell, table in tables.items()})


def read_tables(data: bytes) -> dict[str, Ownership]:
    """Read what `write_tables` gave. Only for the judge, and only from the supervisor."""
    tables = marshal.loads(data)  # noqa: S302 - the supervisor wrote it
    return {cell: Ownership(*table) for cell, table in tables.items()}


def ownership(
    instructor: Sequence[Cell], modules: frozenset[str] = frozenset()
) -> dict[str, Ownership]:
    """The meaning of names for each locked and grade cell, by cell id.

    Args:
        instructor: the code cells of the instructor's notebook, in order.
        modules: modules and packages beside the instructor's notebook.
    """
    names = [cell_names(cell.source) for cell in instructor]
    inner = frozenset().union(
        *(
            own.inner
            for cell, own in zip(instructor, names, strict=True)
            if cell.role is Role.STUDENT
        )
    )
    # What tests write into would be a copy if it were the student's.
    kept = frozenset().union(
        *(
            own.changes
            for cell, own in zip(instructor, names, strict=True)
            if cell.role is Role.GRADE and not cell.open
        )
    )
    tables: dict[str, Ownership] = {}
    student: set[str] = set()
    judge: set[str] = set()
    imports: dict[str, tuple[str, str | None]] = {}
    genuine: set[str] = set()
    writers: set[str] = set()
    defined: set[str] = set()
    lent: set[str] = set()
    for index, (cell, own) in enumerate(zip(instructor, names, strict=True)):
        if cell.role is not Role.STUDENT:
            later = [
                following.reads
                for other, following in zip(
                    instructor[index + 1 :], names[index + 1 :], strict=True
                )
                if other.role is not Role.GRADE or other.open
            ]
            changed = own.binds | own.deletes
            beside = {
                name
                for name in lent
                if cell.borrows and imports[name][0].partition(".")[0] in modules
            }
            tables[cell.id] = Ownership(
                student=frozenset(student),
                judge=frozenset(judge),
                imports=dict(imports),
                mirrored=changed & (inner | student) if cell.role is Role.GRADE else frozenset(),
                forward=(own.binds & frozenset().union(*later))
                if cell.role is Role.GRADE
                else frozenset(),
                genuine=frozenset(genuine & student),
                lent=frozenset(lent),
                modules=frozenset(imports[name][0].partition(".")[0] for name in beside),
                methods=cell.methods,
                writes=bool(own.reads & writers),
            )
        in_judge = cell.role is not Role.STUDENT and not cell.open
        own_side, other_side = (judge, student) if in_judge else (student, judge)
        own_side |= own.binds
        other_side -= own.binds
        for name in own.binds:
            imports.pop(name, None)
        writes = own.writes and cell.role is Role.STUDENT
        writers = writers | own.binds if writes or own.reads & writers else writers - own.binds
        genuine -= own.binds
        genuine |= own.classes
        genuine |= {name for name, maker in own.made.items() if maker in genuine}
        defined = (defined - own.binds) | own.defines
        if cell.role is Role.STUDENT:
            taken = (own.changes & judge) - kept - defined - imports.keys()
            student |= taken
            judge -= taken
        imported = frozenset(own.imports)
        imports.update(own.imports)
        student -= imported
        judge |= imported
        lent -= own.binds
        if cell.role is Role.STUDENT:
            lent |= imported
    return tables


def cell_names(source: str) -> CellNames:
    """The names of one cell; none if it is not Python."""
    try:
        code = _transform(source)
        return _of_code(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # Python's parser calls what is nested too deeply for it a lack of memory.
        return CellNames()


def submitted_names(source: str) -> CellNames:
    """The names of a cell that a student wrote; none if it is not Python.

    Lines with magics are left out: IPython reads a cell again for each of them, and gives up with
    an error after five hundred.
    """
    lines = [line for line in source.split("\n") if not line.lstrip().startswith(_MAGICS)]
    try:
        return _of_code("\n".join(lines), depth=1)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return CellNames()


def _transform(source: str) -> str:
    """A cell as Python, with its magics as calls."""
    manager: Any = TransformerManager
    code: str = manager().transform_cell(source)
    return code


def _of_code(code: str, depth: int = 0) -> CellNames:
    tree = parse(code)
    top = symtable.symtable(code, "<cell>", "exec")
    binds: set[str] = set()
    reads: set[str] = set()
    inner: set[str] = set()
    for symbol in top.get_symbols():
        name = symbol.get_name()
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
            binds.add(name)
        if symbol.is_referenced():
            reads.add(name)
    for table in _nested(top):
        for symbol in table.get_symbols():
            if symbol.is_global():
                if symbol.is_referenced():
                    reads.add(symbol.get_name())
                    inner.add(symbol.get_name())
                if symbol.is_assigned() and symbol.is_declared_global():
                    binds.add(symbol.get_name())
    deletes = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Delete)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and type(node.ctx) is ast.Store
    }
    binds -= deletes - stored
    imports = _imports(tree)
    own = CellNames(
        frozenset(binds),
        frozenset(deletes),
        frozenset(reads),
        frozenset(inner),
        imports,
        frozenset(node.name for node in tree.body if isinstance(node, ast.ClassDef)),
        _made(tree),
        frozenset(node.name for node in tree.body if isinstance(node, _DEFINITIONS)),
        _changes(tree),
        _writes(tree),
    )
    if depth:
        return own
    return _joined([own, *(_of_code(body, 1) for body in _magic_bodies(tree))])


def _nested(table: symtable.SymbolTable) -> Iterable[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _nested(child)


def _imports(tree: ast.Module) -> dict[str, tuple[str, str | None]]:
    """Absolute imports at the top level, by the name they bind."""
    found: dict[str, tuple[str, str | None]] = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname is not None:
                    found[alias.asname] = (alias.name, None)
                else:
                    found[alias.name.partition(".")[0]] = (alias.name.partition(".")[0], None)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if alias.name != "*":
                    found[alias.asname or alias.name] = (node.module, alias.name)
    return found


def _made(tree: ast.Module) -> dict[str, str]:
    """Names at the top level that are bound to what a call of another name gives."""
    found: dict[str, str] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=maker))):
                found[name] = maker
    return found


_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MUTATORS: Final = frozenset(
    {
        *("add", "append", "appendleft", "clear", "difference_update", "discard", "extend"),
        *("extendleft", "fill", "insert", "intersection_update", "pop", "popitem", "popleft"),
        *("put", "remove", "resize", "reverse", "rotate", "setdefault", "sort", "subtract"),
        *("symmetric_difference_update", "update"),
    }
)
"""Methods by which containers change."""


def _changes(tree: ast.AST, local: frozenset[str] = frozenset()) -> frozenset[str]:
    """Names whose objects are changed in place: by items, attributes or a container's methods.

    Args:
        tree: a cell, or a function in it.
        local: names that mean something else there.
    """
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        inner = local
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inner |= _locals(node)
        elif (name := _changed(node)) is not None and name not in local:
            found.add(name)
        found |= _changes(node, inner)
    return frozenset(found)


def _changed(node: ast.AST) -> str | None:
    match node:
        case (
            ast.Attribute(value=part, ctx=ast.Store() | ast.Del())
            | ast.Subscript(value=part, ctx=ast.Store() | ast.Del())
        ):
            pass
        case ast.Call(func=ast.Attribute(value=part, attr=method)) if method in _MUTATORS:
            pass
        case _:
            return None
    while isinstance(part, ast.Attribute | ast.Subscript):
        part = part.value
    return part.id if isinstance(part, ast.Name) else None


def _locals(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> frozenset[str]:
    names: set[str] = set()
    shared: set[str] = set()
    for node in ast.walk(function):
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Global(names=declared):
                shared.update(declared)
    return frozenset(names - shared)


_WRITING: Final = frozenset(
    {
        *("backward", "data", "grad", "inference_mode", "load_state_dict", "no_grad"),
        *("requires_grad", "set_grad_enabled", "state_dict", "step", "zero_grad"),
    }
)


def _writes(tree: ast.Module) -> bool:
    """Whether code has what it takes to change a parameter or its gradient in place."""
    return any(
        node.attr in _WRITING or (node.attr.endswith("_") and not node.attr.startswith("_"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    )


def _magic_bodies(tree: ast.Module) -> Iterable[str]:
    """Python inside `%%time` and the like, as IPython's transformation left it."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="run_cell_magic" | "run_line_magic"),
                args=[ast.Constant(value=str() as magic), *rest],
            ) if magic in _BODY_MAGICS and rest and isinstance(rest[-1], ast.Constant):
                body = _transform(str(rest[-1].value))
                try:
                    parse(body)
                except (SyntaxError, ValueError):
                    continue
                yield body


def _joined(parts: Sequence[CellNames]) -> CellNames:
    imports: dict[str, tuple[str, str | None]] = {}
    for part in parts:
        imports.update(part.imports)
    return CellNames(
        frozenset().union(*(part.binds for part in parts)),
        frozenset().union(*(part.deletes for part in parts)),
        frozenset().union(*(part.reads for part in parts)),
        frozenset().union(*(part.inner for part in parts)),
        imports,
        frozenset().union(*(part.classes for part in parts)),
        {name: maker for part in parts for name, maker in part.made.items()},
        frozenset().union(*(part.defines for part in parts)),
        frozenset().union(*(part.changes for part in parts)),
        any(part.writes for part in parts),
    )
