"""Mutants of a reference solution: each changes one place of one solution cell."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

from autograder.assignment import Assignment, CellKind
from autograder.audit.operators import OPERATORS
from autograder.errors import AutograderError
from autograder.markers import Marker, Markers

__all__ = ["Equivalent", "GeneratedMutant", "mutants_of", "read_equivalents"]


@final
@dataclass(frozen=True, slots=True)
class GeneratedMutant:
    """A solution cell with one change.

    Args:
        cell: `grade_id` of the solution cell.
        operator: the kind of mistake.
        number: of its line in the cell, from 1.
        line: that line of the reference solution, stripped.
        becomes: the same line of the mutant, stripped.
        source: the whole cell.
    """

    cell: str
    operator: str
    number: int
    line: str
    becomes: str
    source: str

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return f"{self.cell}:{self.number} {self.operator}: {self.becomes}"


@final
@dataclass(frozen=True, slots=True)
class Equivalent:
    """A mutant that is a right solution after all, by a person's judgement.

    Args:
        cell: `grade_id` of the solution cell.
        operator: the kind of change.
        line: the line of the reference solution, stripped.
        becomes: the line of the mutant, stripped.
        reason: why no test can or should tell them apart.
    """

    cell: str
    operator: str
    line: str
    becomes: str
    reason: str

    def matches(self, mutant: GeneratedMutant) -> bool:
        """Whether it is about this mutant."""
        return (self.cell, self.operator, self.line, self.becomes) == (
            mutant.cell,
            mutant.operator,
            mutant.line,
            mutant.becomes,
        )


_KEYS: Final = ("cell", "operator", "line", "becomes", "reason")


def read_equivalents(path: Path) -> tuple[Equivalent, ...]:
    """The list of a file `equivalent.toml`; empty if there is none.

    Each entry is a table `[[equivalent]]` with `cell`, `operator`, `line`, `becomes` and `reason`.

    Raises:
        AutograderError: the file is malformed.
    """
    if not path.is_file():
        return ()
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AutograderError(f"{path}: {error}. Put the file right") from error
    entries = []
    for number, entry in enumerate(document.get("equivalent", []), start=1):
        wrong = [key for key in _KEYS if not isinstance(entry.get(key), str) or not entry[key]]
        if wrong or entry.keys() - set(_KEYS):
            raise AutograderError(
                f"{path}: entry {number} must have the texts {', '.join(_KEYS)} and nothing else"
            )
        entries.append(Equivalent(**entry))
    return tuple(entries)


def mutants_of(assignment: Assignment, markers: Markers) -> list[GeneratedMutant]:
    """Every mutant of an assignment's code, in a fixed order.

    Only what students write is changed: the regions between the delimiters of a solution, or
    the whole cell where there are none. Text in strings, annotations and what is raised stay.

    Args:
        assignment: the assignment.
        markers: its delimiters.
    """
    return [
        mutant
        for notebook in assignment.notebooks.values()
        for cell in notebook.cells
        if cell.kind is CellKind.SOLUTION and cell.cell_type == "code" and cell.grade_id
        for mutant in _mutants(cell.grade_id, cell.reference, markers.solution)
    ]


def _mutants(grade_id: str, source: str, delimiters: Marker) -> Iterator[GeneratedMutant]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    lines = source.split("\n")
    own = _solution_lines(lines, delimiters)
    text = _Text(source)
    seen = {ast.dump(tree)}
    for node in _changeable(tree):
        for operator in OPERATORS:
            for change in operator(node, text):
                line = getattr(change.node, "lineno", 0)
                if line not in own:
                    continue
                mutated = text.replaced(change.node, change.text)
                shape = _dump(mutated)
                if shape is None or shape in seen:
                    continue
                seen.add(shape)
                yield GeneratedMutant(
                    grade_id,
                    change.operator,
                    line,
                    lines[line - 1].strip(),
                    _changed(lines, mutated.split("\n"), line),
                    mutated,
                )


def _changed(before: Sequence[str], after: Sequence[str], line: int) -> str:
    """The mutant's lines in the place of one line, joined."""
    extra = len(after) - len(before)
    last = max(line, line + extra)
    joined = " ".join(part.strip() for part in after[line - 1 : last])
    if joined == before[line - 1].strip():
        # The change is in a later line of the same expression.
        pairs = zip(before, after, strict=False)
        joined = next((new.strip() for old, new in pairs if old != new), joined)
    return joined


def _dump(source: str) -> str | None:
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:
        return None


def _solution_lines(lines: Sequence[str], delimiters: Marker) -> set[int]:
    """Numbers of the lines that students write."""
    inside, found = False, set()
    for number, line in enumerate(lines, start=1):
        if delimiters.begin in line:
            inside = True
        elif delimiters.end in line:
            inside = False
        elif inside:
            found.add(number)
    return found or set(range(1, len(lines) + 1))


def _changeable(tree: ast.Module) -> Iterator[ast.AST]:
    """Nodes in the order of the source, without text, annotations and what is raised."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Raise() | ast.Assert() | ast.JoinedStr() | ast.Import() | ast.ImportFrom():
                continue
        yield node
        children = []
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list", "type_params"}:
                continue
            items = value if isinstance(value, list) else [value]
            children += [item for item in items if isinstance(item, ast.AST)]
        waiting += reversed(children)


@final
class _Text:
    """The source of nodes, by the byte positions that syntax trees have."""

    def __init__(self, source: str) -> None:
        self._data = source.encode()
        self._starts = [0]
        for line in source.split("\n"):
            self._starts.append(self._starts[-1] + len(line.encode()) + 1)

    def __call__(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self._data[start:end].decode()

    def replaced(self, node: ast.AST, text: str) -> str:
        """The whole source with another text for a node."""
        start, end = self._span(node)
        return (self._data[:start] + text.encode() + self._data[end:]).decode()

    def _span(self, node: Any) -> tuple[int, int]:
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )
