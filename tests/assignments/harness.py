"""Runs the code cells of a trusted notebook in a forked child, all in one namespace."""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
import traceback
import warnings
from collections.abc import Collection, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from nbformat import NotebookNode

__all__ = ["Outcome", "run"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one notebook.

    Args:
        passed: the auto-graded cells that passed.
        failures: the error by auto-graded cell, for those that failed.
        errors: the error by cell, for other cells that raised one.
        cpu_seconds: CPU time of all cells.
    """

    passed: frozenset[str]
    failures: Mapping[str, str]
    errors: Mapping[str, str]
    cpu_seconds: float


def run(
    notebook: NotebookNode,
    *,
    seed: int = 0,
    skip: Collection[str] = (),
    folder: Path | None = None,
) -> Outcome:
    """Run the notebook and say which grade cells passed.

    Args:
        notebook: with hidden tests; nothing in it is restricted, so it must be trusted.
        seed: of the global generators of random, numpy and torch.
        skip: ids of cells that are not run and do not appear in the outcome.
        folder: where it runs, for a notebook that reads files.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as report:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                with (
                    Path(os.devnull).open("w", encoding="utf-8") as nowhere,
                    redirect_stdout(nowhere),
                    redirect_stderr(nowhere),
                ):
                    if folder is not None:
                        os.chdir(folder)
                    _run_cells(notebook, seed, skip, report)
                code = 0
            finally:
                # The child must not return into the caller, whatever happened.
                if code:
                    traceback.print_exc()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        if status != 0:
            raise RuntimeError(f"the child that ran the notebook ended with status {status}")
        report.seek(0)
        data = json.load(report)
    return Outcome(frozenset(data["passed"]), data["failures"], data["errors"], data["cpu_seconds"])


def _run_cells(notebook: NotebookNode, seed: int, skip: Collection[str], report: IO[str]) -> None:
    plt.switch_backend("Agg")
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)
    warnings.simplefilter("ignore")
    passed: list[str] = []
    failures: dict[str, str] = {}
    errors: dict[str, str] = {}
    namespace: dict[str, Any] = {"__name__": "__main__"}
    start = time.process_time()
    for cell in notebook.cells:
        if cell.cell_type != "code" or cell.id in skip:
            continue
        error = _error_of(cell.source, cell.id, namespace)
        is_test = cell.metadata.get("nbgrader", {}).get("grade", False)
        if error is not None:
            (failures if is_test else errors)[cell.id] = error
        elif is_test:
            passed.append(cell.id)
    seconds = time.process_time() - start
    json.dump(
        {"passed": passed, "failures": failures, "errors": errors, "cpu_seconds": seconds}, report
    )
    report.flush()


def _error_of(source: str, name: str, namespace: dict[str, Any]) -> str | None:
    try:
        exec(compile(source, f"<{name}>", "exec"), namespace)
    except Exception as error:  # noqa: BLE001 student code may raise anything
        return f"{type(error).__name__}: {error}"
    return None
