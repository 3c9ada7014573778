from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import NotebookError
from autograder.formatting import format_notebook, main
from tests.builders import SQUARE, Cell, notebook, plain_cell


def formatted(cells: list[Cell], **extra: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(format_notebook(notebook(cells, **extra)))
    return document


def ids(cells: list[Cell]) -> list[str]:
    return [cell["id"] for cell in formatted(cells)["cells"]]


def test_outputs_and_counts_are_dropped() -> None:
    cell = plain_cell("1", cell_id="one") | {
        "execution_count": 7,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}],
        "metadata": {"execution": {"iopub.status.busy": "2024"}, "scrolled": True, "tags": ["a"]},
    }
    assert formatted([cell])["cells"] == [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "one",
            "metadata": {"tags": ["a"]},
            "outputs": [],
            "source": ["1"],
        }
    ]


def test_one_line_of_source_is_one_line_of_the_file() -> None:
    text = format_notebook(notebook([plain_cell("a = 1\r\nb = '注意'", cell_id="one")])).decode()
    assert '\n    "a = 1\\n",\n    "b = \'注意\'"\n' in text
    assert text.endswith("}\n")
    keys = [line.strip().split(":")[0] for line in text.splitlines() if line.startswith(' "')]
    assert keys == sorted(keys) == ['"cells"', '"metadata"', '"nbformat"', '"nbformat_minor"']


def test_graded_cells_are_called_by_their_grade_id() -> None:
    cells = [
        plain_cell(
            cell["source"],
            cell_id="0a1b2c3d",
            cell_type=cell["cell_type"],
            nbgrader=cell["metadata"]["nbgrader"],
        )
        for cell in SQUARE
    ]
    assert ids(cells) == ["helpers", "square", "square-values", "cube", "cube-values", "why"]


def test_a_plain_cell_does_not_take_the_id_of_a_graded_one() -> None:
    assert ids([plain_cell("x", cell_id="cube"), SQUARE[3]]) == ["cube-2", "cube"]


def test_ids_that_a_program_made_up_are_replaced_and_others_kept() -> None:
    cells = [
        plain_cell("# Softmax: *stable*", cell_id="0a1b2c3d", cell_type="markdown"),
        plain_cell(
            "# 注意力", cell_id="b6f3a9c2-1111-2222-3333-444455556666", cell_type="markdown"
        ),
        plain_cell("text", cell_id="deadbeef", cell_type="markdown"),
        plain_cell("x", cell_id="cell-12"),
        plain_cell("x", cell_id="plot"),
        plain_cell("x", cell_id="not an id"),
    ]
    assert ids(cells) == ["softmax-stable", "text", "text-2", "code", "plot", "code-2"]


def test_what_differs_between_machines_is_dropped_from_the_notebook() -> None:
    metadata = {
        "celltoolbar": "Create Assignment",
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "version": "3.11.2", "file_extension": ".py"},
        "widgets": {"state": {}},
    }
    assert formatted([], metadata=metadata)["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


CELLS = st.lists(
    st.builds(
        lambda source, cell_id, cell_type: plain_cell(source, cell_id=cell_id, cell_type=cell_type),
        st.text(max_size=30) | st.text(alphabet="# \nab1-", max_size=30),
        st.text(alphabet="abc-1 ", max_size=4) | st.sampled_from(["0a1b2c3d", "x" * 60, "text"]),
        st.sampled_from(["code", "markdown", "raw"]),
    ),
    max_size=6,
)


@given(CELLS)
def test_formatting_twice_is_formatting_once(cells: list[Cell]) -> None:
    once = format_notebook(notebook(cells))
    assert format_notebook(once) == once
    found = [cell["id"] for cell in json.loads(once)["cells"]]
    assert len(set(found)) == len(cells)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"[]", "no nbformat 4 notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "no nbformat 4 notebook"),
        (b'{"nbformat": 4, "cells": [1]}', "cell 1: it is no cell"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 1}]}', "source is not text"),
    ],
)
def test_what_is_no_notebook_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(NotebookError, match=message):
        format_notebook(data)


def test_the_command_formats_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a" / "a.ipynb"
    path.parent.mkdir()
    path.write_bytes(notebook(SQUARE))
    hidden = tmp_path / ".ipynb_checkpoints" / "a.ipynb"
    hidden.parent.mkdir()
    hidden.write_bytes(b"not looked at")
    assert main(["--check", str(tmp_path)]) == 1
    assert f"{path}: not formatted" in capsys.readouterr().err
    assert path.read_bytes() == notebook(SQUARE)
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path), str(path)]) == 0
    (tmp_path / "bad.ipynb").write_bytes(b"{")
    assert main([str(tmp_path)]) == 1
    assert "bad.ipynb: it cannot be read" in capsys.readouterr().err
