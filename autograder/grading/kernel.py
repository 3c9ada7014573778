"""An engine that runs a notebook in one ordinary Jupyter kernel, as nbgrader does.

It isolates nothing: student code runs with the rights of whoever grades.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, final

from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.sealed.model import (
    Cell,
    CellResult,
    CellStatus,
    Failure,
    Limits,
    Program,
)

__all__ = ["KernelEngine"]


@final
class KernelEngine:
    """Runs programs in ordinary kernels, one kernel a program.

    Args:
        folder: where they run; in a new folder with the program's files by default.
    """

    name = "kernel (not isolated)"

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        """Run every cell of `program` in a fresh kernel."""
        try:
            if self._folder is not None:
                return _run(program.cells, str(self._folder), limits)
            with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
                for path, data in program.files.items():
                    target = Path(folder, path)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(data)
                return _run(program.cells, folder, limits)
        finally:
            if threading.current_thread() is not threading.main_thread():
                # nbclient makes a loop for each thread and leaves it open when the thread ends.
                ensure_event_loop().close()


def _run(cells: tuple[Cell, ...], folder: str, limits: Limits) -> tuple[CellResult, ...]:
    notebook = new_notebook(cells=[new_code_cell(cell.source) for cell in cells])
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        # The kernel warns about its own transport, which is none of the reader's business.
        extra_arguments=["--log-level=ERROR"],
        timeout=limits.cell_cpu_seconds,
        startup_timeout=120,
        interrupt_on_timeout=True,
        allow_errors=True,
        raise_on_iopub_timeout=False,
        error_on_timeout={"ename": "KeyboardInterrupt", "evalue": "", "traceback": []},
        resources={"metadata": {"path": folder}},
    )
    environment = {**os.environ, "NBGRADER_EXECUTION": "autograde"}
    results: list[CellResult] = []
    with client.setup_kernel(env=environment):
        for index, node in enumerate(notebook.cells):
            start = time.perf_counter()
            try:
                client.execute_cell(node, index)
                status = None
            except DeadKernelError:
                status = CellStatus.CRASHED
            seconds = time.perf_counter() - start
            results.append(_result(cells[index].id, node, status, seconds))
            if status is not None:
                break
    results += [CellResult(cell.id, CellStatus.NOT_RUN) for cell in cells[len(results) :]]
    return tuple(results)


def _result(
    cell_id: str, node: NotebookNode, status: CellStatus | None, seconds: float
) -> CellResult:
    outputs = [dict(output) for output in node.get("outputs", [])]
    failure = next(
        (_failure(output) for output in outputs if output["output_type"] == "error"), None
    )
    if status is None:
        if failure is None:
            status = CellStatus.OK
        elif failure.ename == "KeyboardInterrupt":
            status = CellStatus.TIMEOUT
        elif failure.ename == "MemoryError":
            status = CellStatus.MEMORY
        else:
            status = CellStatus.ERROR
    returned = next(
        (
            str(output["data"].get("text/plain"))
            for output in outputs
            if output["output_type"] == "execute_result"
        ),
        None,
    )
    return CellResult(
        id=cell_id,
        status=status,
        outputs=tuple(outputs),
        failure=failure,
        returned=returned,
        wall_seconds=seconds,
    )


def _failure(output: Mapping[str, Any]) -> Failure:
    return Failure(output["ename"], output["evalue"], tuple(output["traceback"]))
