from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import NotebookError
from autograder.notebooks import (
    NotebookLimits,
    SubmittedNotebook,
    dump_notebook,
    read_notebook,
    unique_cell_ids,
)


def nb(*cells: object, nbformat: object = 4) -> bytes:
    return json.dumps({"nbformat": nbformat, "cells": cells}).encode()


def code(source: object, **extra: object) -> dict[str, object]:
    return {"cell_type": "code", "source": source} | extra


def test_source_may_be_text_or_lines() -> None:
    parsed = read_notebook(nb(code("a = 1\nb"), code(["a = 1\n", "b"])), "x.ipynb")
    assert [cell.source for cell in parsed.cells] == ["a = 1\nb", "a = 1\nb"]


def test_old_notebooks_are_read() -> None:
    data = json.dumps(
        {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"]}]}]}
    ).encode()
    assert [cell.source for cell in read_notebook(data, "x").cells] == ["x = 1"]


def test_byte_order_mark_is_no_error() -> None:
    assert read_notebook(b"\xef\xbb\xbf" + nb(code("1")), "x").cells[0].source == "1"


def test_lone_surrogates_become_writable_text() -> None:
    source = read_notebook(
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "\\ud800a"}]}', "x"
    )
    assert source.cells[0].source.encode("utf-8")
    assert source.cells[0].source.endswith("a")


def test_surrogate_pairs_are_kept() -> None:
    data = b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "\\ud83d\\ude00"}]}'
    assert read_notebook(data, "x").cells[0].source == "\N{GRINNING FACE}"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xff\xfe{", "UTF-8"),
        (b"{'nbformat': 4}", "not JSON (line 1"),
        (b"PK\x03\x04", "not JSON"),
        (b"[1, 2]", "not a notebook"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"nbformat": ' + b"9" * 5_000 + b"}", "number that is too long"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 2, "cells": []}', "nbformat is 2"),
        (b'{"cells": []}', "nbformat is None"),
        (nb(5), "cell 1: it is not a cell"),
        (nb(code("1"), {"cell_type": "evil"}), "cell 2: its type is 'evil'"),
        (nb(code({"a": 1})), "cell 1: its source is not text"),
        (nb(code([1, 2])), "cell 1: its source is not text"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(data: bytes, problem: str) -> None:
    with pytest.raises(NotebookError) as caught:
        read_notebook(data, "homework.ipynb")
    assert problem in str(caught.value)
    assert str(caught.value).startswith("homework.ipynb")
    assert caught.value.remedy


def test_bounds_are_kept() -> None:
    limits = NotebookLimits(file_bytes=1_000, cells=2, source_chars=20)
    with pytest.raises(NotebookError, match="1,000 allowed"):
        read_notebook(b" " * 1_001, "x", limits)
    with pytest.raises(NotebookError, match="5 lists and objects, more than the 4 allowed"):
        read_notebook(b"[[],[],{},[]]", "x", NotebookLimits(parts=4))
    with pytest.raises(NotebookError, match="3 cells"):
        read_notebook(nb(*[code("1")] * 3), "x", limits)
    with pytest.raises(NotebookError, match="cell 1: it has 21 characters"):
        read_notebook(nb(code("1" * 21)), "x", limits)


def test_only_known_fields_come_through() -> None:
    cell = code(
        "1",
        id="ok-id",
        metadata={"tags": ["skip-execution"], "nbgrader": {"grade_id": "q1", "points": 1e9}},
        outputs=[{"output_type": "error"}],
        attachments={"a.png": {"image/png": "aGk=", "text/html": "<script>"}, "b": 5},
    )
    parsed = read_notebook(nb(cell), "x").cells[0]
    assert (parsed.cell_id, parsed.grade_id) == ("ok-id", "q1")
    assert parsed.attachments == {"a.png": {"image/png": "aGk="}}
    assert not hasattr(parsed, "metadata")


@pytest.mark.parametrize("bad", ["", "a b", "x" * 65, "é", 7, None, ["a"]])
def test_invalid_cell_ids_are_dropped(bad: object) -> None:
    assert read_notebook(nb(code("1", id=bad)), "x").cells[0].cell_id is None


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "cell_type",
                    "source",
                    "metadata",
                    "nbgrader",
                    "grade_id",
                    "id",
                    "attachments",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def reads_or_explains(data: bytes) -> None:
    parsed: SubmittedNotebook | NotebookError
    try:
        parsed = read_notebook(data, "x.ipynb")
    except NotebookError as error:
        parsed = error
    if isinstance(parsed, NotebookError):
        assert parsed.problem
        assert parsed.remedy
    else:
        for cell in parsed.cells:
            assert cell.cell_type in {"code", "markdown", "raw"}
            assert isinstance(cell.source.encode("utf-8"), bytes)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_notebook_or_a_reason(data: bytes) -> None:
    reads_or_explains(data)


@given(json_values)
def test_any_json_gives_a_notebook_or_a_reason(value: Any) -> None:
    reads_or_explains(json.dumps(value).encode())


@given(
    st.lists(
        st.fixed_dictionaries(
            {"cell_type": st.sampled_from(["code", "markdown", "raw", "heading"])},
            optional={
                "source": json_values,
                "metadata": json_values,
                "id": json_values,
                "attachments": json_values,
            },
        ),
        max_size=5,
    )
)
def test_any_cells_give_a_notebook_or_a_reason(cells: list[Any]) -> None:
    reads_or_explains(nb(*cells))


@given(st.lists(st.none() | st.text(max_size=80), max_size=20))
def test_cell_ids_are_valid_and_unique(names: list[str | None]) -> None:
    ids = unique_cell_ids(names)
    assert len(set(ids)) == len(ids) == len(names)
    assert all(0 < len(cell_id) <= 64 for cell_id in ids)
    assert all(c.isascii() and (c.isalnum() or c in "-_") for cell_id in ids for c in cell_id)


def test_notebooks_are_written_so_that_a_diff_can_be_read() -> None:
    text = dump_notebook(
        {"nbformat": 4, "cells": [{"source": "a\nb", "cell_type": "code"}]}
    ).decode()
    assert '"a\\n",\n' in text
    assert text.index("cell_type") < text.index("source")
    assert text.endswith("}\n")
