"""Tables that an LMS exported, which are filled in and given back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from autograder.errors import OperatorError
from autograder.export.text import csv_text

__all__ = ["Table", "read_table"]

_MAX_BYTES = 64_000_000
_MAX_COLUMNS = 4_000
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


@final
@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header.

    Args:
        name: the file it came from, for messages.
        header: names of the columns.
        rows: as many values each as there are columns.
        encoding: of the file, byte order mark included.
        delimiter: between values.
        newline: between rows.
        quote_all: whether all values are quoted.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\r\n"
    quote_all: bool = False

    def column(self, *names: str) -> int | None:
        """The first column that has one of these names, capitals aside."""
        wanted = {name.casefold() for name in names}
        found = (i for i, name in enumerate(self.header) if name.strip().casefold() in wanted)
        return next(found, None)

    def to_bytes(self, rows: Iterable[Sequence[str]]) -> bytes:
        """The table with other rows, in the form in which it came."""
        text = csv_text(
            [self.header, *rows],
            delimiter=self.delimiter,
            newline=self.newline,
            quote_all=self.quote_all,
        )
        if self.encoding == "utf-16":
            # Python's "utf-16" would follow this machine's byte order.
            return b"\xff\xfe" + text.encode("utf-16-le", "replace")
        return text.encode(self.encoding, "replace")


def read_table(path: Path) -> Table:
    """Read a file of comma, semicolon or tab separated values, as an LMS writes them.

    Raises:
        OperatorError: it cannot be read, or is no such table.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise OperatorError(f"{path} cannot be read: {error.strerror}") from error
    return parse_table(path.name, data)


def parse_table(name: str, data: bytes) -> Table:
    """`read_table` for bytes at hand.

    Raises:
        OperatorError: they are no such table.
    """
    if len(data) > _MAX_BYTES:
        raise OperatorError(f"{name} is larger than {_MAX_BYTES:,} bytes: is it the right file?")
    if data.startswith(b"PK"):
        raise OperatorError(f"{name} is an Excel workbook or a zip. Save the table as CSV (UTF-8)")
    encoding = next((coding for mark, coding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise OperatorError(
            f"{name} is not {encoding.removesuffix('-sig').upper()} (byte {error.start}). "
            "Use the file as the LMS gave it, or save it as CSV (UTF-8)"
        ) from error
    first = text.split("\n", 1)[0]
    delimiter = max("\t;,", key=first.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise OperatorError(f"{name} is not a table of separated values ({error})") from error
    if not table or len(table[0]) < 2:
        raise OperatorError(f"{name} has no header with the names of its columns")
    header = tuple(table[0])
    if len(header) > _MAX_COLUMNS:
        raise OperatorError(f"{name} has more than {_MAX_COLUMNS:,} columns")
    rows = []
    for line, row in enumerate(table[1:], start=2):
        if len(row) > len(header) and any(row[len(header) :]):
            raise OperatorError(f"{name}, row {line}: more values than the header has columns")
        if row:
            rows.append(tuple(row[: len(header)]) + ("",) * (len(header) - len(row)))
    return Table(
        name=name,
        header=header,
        rows=tuple(rows),
        encoding=encoding,
        delimiter=delimiter,
        newline="\r\n" if first.endswith("\r") else "\n",
        quote_all=first.startswith('"') and first.rstrip("\r").count('"') == 2 * len(header),
    )
