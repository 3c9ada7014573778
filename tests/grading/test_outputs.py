from __future__ import annotations

from typing import Any

import pytest

from autograder.grading.outputs import result_of_cell
from autograder.sealed.model import CellStatus


def cell(*outputs: dict[str, Any], count: int | None = 1) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": count, "outputs": list(outputs)}


STDERR = {"output_type": "stream", "name": "stderr", "text": "UserWarning"}
SHOWN = {"output_type": "execute_result", "data": {"text/plain": ["0", ".5"]}}


def error(ename: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": ename, "evalue": "no", "traceback": []}


@pytest.mark.parametrize(
    ("executed", "status"),
    [
        (cell(), CellStatus.OK),
        (cell(STDERR), CellStatus.OK),
        (cell(error("AssertionError")), CellStatus.ERROR),
        (cell(SHOWN, STDERR, error("AssertionError")), CellStatus.ERROR),
        (cell(error("CellTimeoutError")), CellStatus.TIMEOUT),
        (cell(error("MemoryError")), CellStatus.MEMORY),
        (cell(count=None), CellStatus.NOT_RUN),
        (cell(SHOWN, count=None), CellStatus.NOT_RUN),
        ({"cell_type": "code"}, CellStatus.NOT_RUN),
    ],
)
def test_how_a_cell_ended(executed: dict[str, Any], status: CellStatus) -> None:
    assert result_of_cell(executed).status is status


def test_the_last_value_is_partial_credit() -> None:
    assert result_of_cell(cell(SHOWN)).returned == "0.5"
    assert result_of_cell(cell(STDERR)).returned is None
