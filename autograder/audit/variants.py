"""Variants of an instructor's notebook: solutions that must fail, and others that must pass.

A variant is a Python file in percent format. Its first comment block says what it is; each `# %%`
line names the solution cell (by `grade_id`) whose whole source the lines after it replace::

    # mistake: The scores are not divided by the square root of the head size.
    # fails: sdpa-values sdpa-gradients
    # may fail: mha-values
    # %% sdpa
    def scaled_dot_product_attention(query, key, value): ...

A *mutant* has `mistake` and `fails`: the grade cells that must fail. `may fail` lists the cells
that depend on the broken one and are allowed to fail too; every other grade cell must pass. An
*alternative* has `style` instead, and every grade cell must pass. A value goes on in the next line
if that begins with `#` and two or more spaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import final

from autograder.errors import AutograderError

__all__ = ["Variant", "VariantError", "load_variants", "parse_variant", "read_variant"]

_FIELD = re.compile(r"# (mistake|style|fails|may fail):\s*(.*)")
_CONTINUED = re.compile(r"#\s{2,}(\S.*)")
_CELL = re.compile(r"# %%\s*(.*)")


class VariantError(AutograderError):
    """A variant file is malformed, or does not fit the notebook."""


@final
@dataclass(frozen=True, slots=True)
class Variant:
    """One wrong or one differently written solution.

    Args:
        name: the file's name without suffix.
        cells: new source by `grade_id` of the solution cell.
        mistake: for a mutant, what is wrong, in one sentence; None for an alternative.
        style: for an alternative, what is different about it; None for a mutant.
        fails: grade cells that must fail.
        may_fail: grade cells that may fail too, because they depend on the wrong one.
    """

    name: str
    cells: Mapping[str, str]
    mistake: str | None = None
    style: str | None = None
    fails: frozenset[str] = field(default_factory=frozenset)
    may_fail: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_mutant(self) -> bool:
        """Whether the solution is wrong."""
        return self.mistake is not None


def parse_variant(name: str, text: str) -> Variant:
    """Parse the text of a variant file.

    Args:
        name: becomes the variant's name and begins every message.
        text: percent format, as the module describes.

    Raises:
        VariantError: the text is not in that format.
    """
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if _CELL.fullmatch(line)]
    if not starts:
        raise VariantError(f"{name}: there is no cell. Begin one with a line like `# %% sdpa`.")
    header = _parse_header(name, lines[: starts[0]])
    cells: dict[str, str] = {}
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        match = _CELL.fullmatch(lines[start])
        grade_id = match.group(1).strip() if match else ""
        if not grade_id:
            raise VariantError(f"{name}, line {start + 1}: name the solution cell after `# %%`.")
        if grade_id in cells:
            raise VariantError(f"{name}, line {start + 1}: a second cell {grade_id!r}. Join them.")
        cells[grade_id] = "\n".join(lines[start + 1 : stop]).strip("\n")
    mistake, style = header.get("mistake"), header.get("style")
    fails = frozenset(header.get("fails", "").split())
    may_fail = frozenset(header.get("may fail", "").split())
    if bool(mistake) == bool(style):
        raise VariantError(f"{name}: give either `# mistake:` or `# style:`, in one sentence.")
    if mistake and not fails:
        raise VariantError(f"{name}: a mistake needs `# fails:` with the grade cells that find it.")
    if style and (fails or may_fail):
        raise VariantError(
            f"{name}: an alternative must pass; remove `# fails:` and `# may fail:`."
        )
    if both := fails & may_fail:
        raise VariantError(f"{name}: {', '.join(sorted(both))} cannot both fail and be allowed to.")
    return Variant(name, MappingProxyType(cells), mistake, style, fails, may_fail)


def read_variant(path: Path) -> Variant:
    """Parse one file.

    Raises:
        VariantError: the file is not in the format that the module describes.
    """
    return parse_variant(path.stem, path.read_text(encoding="utf-8"))


def load_variants(folder: Path) -> tuple[Variant, ...]:
    """Parse every `*.py` file directly in `folder`, in the order of their names.

    Raises:
        VariantError: a file is not in the format that the module describes.
    """
    return tuple(read_variant(path) for path in sorted(folder.glob("*.py")))


def _parse_header(name: str, lines: list[str]) -> dict[str, str]:
    header: dict[str, str] = {}
    last: str | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if match := _FIELD.fullmatch(line):
            last = match.group(1)
            if last in header:
                raise VariantError(f"{name}, line {number}: `# {last}:` is there twice.")
            header[last] = match.group(2).strip()
        elif last is not None and (match := _CONTINUED.fullmatch(line)):
            header[last] = f"{header[last]} {match.group(1).strip()}".strip()
        else:
            raise VariantError(
                f"{name}, line {number}: expected `# mistake:`, `# style:`, `# fails:` or "
                f"`# may fail:`, found {line!r}."
            )
    return header
