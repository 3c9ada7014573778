from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from autograder.audit.memory import Memory, remembering
from autograder.sealed.model import Cell, CellResult, CellStatus, Failure, Limits, Program, Role

PROGRAM = Program("n", (Cell("a", Role.GRADE, "assert f(1)"),), files={"data.csv": b"1,2"})


class Counting:
    """An engine that counts how often it is asked."""

    name = "counting"

    def __init__(self) -> None:
        self.runs = 0

    def run(self, program: Program, limits: Limits) -> tuple[CellResult, ...]:
        self.runs += 1
        failure = Failure("AssertionError", f"run {self.runs}", ("trace",))
        result = CellResult(
            "a",
            CellStatus.ERROR,
            outputs=({"output_type": "error"},),
            failure=failure,
            returned="3",
            exposed=True,
            asked=frozenset({"mean"}),
            cpu_seconds=0.5,
            peak_bytes=7,
        )
        return (result,)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def test_a_stopped_audit_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "memory.jsonl"
    engine = Counting()
    with remembering(lambda: engine, Memory(path, "1.0"))() as first:
        before = first.run(PROGRAM, Limits())
    path.write_text(path.read_text() + '["cut short')
    with remembering(lambda: engine, Memory(path, "1.0"))() as again:
        after = again.run(PROGRAM, Limits())
    assert engine.runs == 1
    assert after == tuple(
        replace(result, outputs=(), failure=Failure("AssertionError", "run 1")) for result in before
    )


def test_whatever_a_run_depends_on_is_part_of_its_key(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.jsonl", "1.0")
    keys = {
        memory.key("sealed", PROGRAM, Limits()),
        memory.key("kernel", PROGRAM, Limits()),
        memory.key("sealed", PROGRAM, Limits(processes=3)),
        memory.key("sealed", replace(PROGRAM, files={"data.csv": b"1,3"}), Limits()),
        memory.key("sealed", replace(PROGRAM, judge_files={"data.csv": b"1,2"}), Limits()),
        memory.key("sealed", replace(PROGRAM, instructor=PROGRAM.cells), Limits()),
        memory.key("sealed", replace(PROGRAM, cells=()), Limits()),
        Memory(tmp_path / "memory.jsonl", "1.1").key("sealed", PROGRAM, Limits()),
    }
    assert len(keys) == 8


def test_a_finished_audit_leaves_nothing_behind(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.jsonl", "1.0")
    memory.put("key", ())
    memory.forget()
    memory.forget()
    assert list(tmp_path.iterdir()) == []
