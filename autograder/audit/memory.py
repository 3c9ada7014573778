"""An engine that remembers, so that an audit which was stopped goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self, final

from autograder.grading.pool import EngineFactory
from autograder.sealed.model import Cell, CellResult, CellStatus, Engine, Failure, Limits, Program

__all__ = ["Memory", "remembering"]


@final
class Memory:
    """Results of programs on disk, one a line.

    Outputs are not kept. A line that was cut short is left out.

    Args:
        path: the file; made with its folder when there is something to write.
        salt: what else the results depend on, such as the version of this package.
    """

    def __init__(self, path: Path, salt: str) -> None:
        self._path = path
        self._salt = salt
        self._lock = threading.Lock()
        self._known: dict[str, list[dict[str, Any]]] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    key, results = json.loads(line)
                except ValueError:
                    continue
                self._known[key] = results

    def key(self, engine: str, program: Program, limits: Limits) -> str:
        """What a run of a program is known by: everything that it depends on."""
        state = hashlib.sha256()
        parts = [
            self._salt,
            engine,
            program.name,
            asdict(limits),
            _cells(program.cells),
            _cells(program.instructor),
        ]
        state.update(json.dumps(parts, default=sorted).encode())
        for files in (program.files, program.judge_files):
            for path, data in sorted(files.items()):
                state.update(json.dumps([path, len(data)]).encode() + data)
        return state.hexdigest()

    def get(self, key: str) -> tuple[CellResult, ...] | None:
        """The results of a run, if there was one."""
        known = self._known.get(key)
        return None if known is None else tuple(map(_read, known))

    def put(self, key: str, results: Sequence[CellResult]) -> None:
        """Remember a run."""
        with self._lock:
            self._known[key] = [_plain(result) for result in results]
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, self._known[key]]) + "\n")

    def forget(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)


def remembering(factory: EngineFactory, memory: Memory) -> EngineFactory:
    """Makes engines that look into a memory first."""
    return lambda: _Remembering(factory(), memory)


@final
class _Remembering:
    """An engine with a memory."""

    def __init__(self, engine: Engine, memory: Memory) -> None:
        self._engine = engine
        self._memory = memory

    @property
    def name(self) -> str:
        """Of the engine itself."""
        return self._engine.name

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        """Run a program, unless that has been done; the results are then without outputs."""
        key = self._memory.key(self.name, program, limits)
        known = self._memory.get(key)
        if known is not None:
            return known
        results = self._engine.run(program, limits)
        self._memory.put(key, results)
        return results

    def __enter__(self) -> Self:
        self._engine.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.__exit__(kind, error, trace)


def _cells(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    return [asdict(cell) for cell in cells]


def _plain(result: CellResult) -> dict[str, Any]:
    failure = result.failure
    return {
        "id": result.id,
        "status": str(result.status),
        "failure": None if failure is None else [failure.ename, failure.evalue],
        "returned": result.returned,
        "exposed": result.exposed,
        "asked": sorted(result.asked),
        "cpu_seconds": result.cpu_seconds,
        "peak_bytes": result.peak_bytes,
    }


def _read(plain: dict[str, Any]) -> CellResult:
    failure = plain["failure"]
    return CellResult(
        id=plain["id"],
        status=CellStatus(plain["status"]),
        failure=None if failure is None else Failure(*failure),
        returned=plain["returned"],
        exposed=plain["exposed"],
        asked=frozenset(plain["asked"]),
        cpu_seconds=plain["cpu_seconds"],
        peak_bytes=plain["peak_bytes"],
    )
