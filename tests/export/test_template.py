from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import OperatorError
from autograder.export.template import parse_table, read_table

BLACKBOARD = '"Last Name"\t"Username"\r\n"李"\t"li"\r\n'.encode("utf-16-le")


@pytest.mark.parametrize(
    "data",
    [
        b"Student,ID\nAda,1\n",
        b"Student;ID\r\nAda;1\r\n",
        "\ufeffStudent,ID\r\n李明,1\r\n".encode(),
        b"\xff\xfe" + BLACKBOARD,
        b'Student,ID\n"Byron, Ada\nthe second",1\n',
    ],
)
def test_a_table_comes_back_as_it_came(data: bytes) -> None:
    table = parse_table("grades.csv", data)
    assert table.to_bytes(table.rows) == data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no header"),
        (b"Student\nAda\n", "no header"),
        (b"PK\x03\x04", "Excel workbook"),
        (b"Student,ID\nAda,1,2\n", "row 2: more values than the header has columns"),
        ("Student,ID\n李,1\n".encode("gbk"), "is not UTF-8"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "not a table"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(OperatorError, match=message):
        parse_table("grades.csv", data)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"none\.csv cannot be read"):
        read_table(tmp_path / "none.csv")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        table = parse_table("x", data)
    except OperatorError:
        return
    assert all(len(row) == len(table.header) for row in table.rows)


FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)


@given(st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=5))
def test_values_survive(rows: list[tuple[str, str]]) -> None:
    table = parse_table("x", b"a,b\r\n")
    again = parse_table("x", table.to_bytes(rows))
    assert list(again.rows) == [tuple(row) for row in rows]
    assert list(csv.reader(io.StringIO(table.to_bytes(rows).decode(), newline="")))[1:] == [
        list(row) for row in rows
    ]
