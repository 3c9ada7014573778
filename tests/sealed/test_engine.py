from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import autograder.sealed
from autograder.sealed import EngineError, Level, SealedEngine
from autograder.sealed.model import Cell, Engine, Limits, Program, Role
from autograder.sealed.probe import probe

pytestmark = pytest.mark.skipif(
    probe().level is not Level.FULL, reason="this machine does not reach the full level"
)

LIMITS = Limits()
PROGRAM = Program(
    "n",
    (
        Cell("a", Role.STUDENT, "import random, torch\nprint(random.random(), torch.rand(1))"),
        Cell("b", Role.STUDENT, "print(hash('text'))"),
        Cell("c", Role.GRADE, "assert 1 + 1 == 2"),
    ),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[SealedEngine]:
    with SealedEngine() as sealed:
        yield sealed


def run(engine: Engine, program: Program = PROGRAM) -> list[tuple[str, str]]:
    return [
        (str(result.status), "".join(output.get("text", "") for output in result.outputs))
        for result in engine.run(program, LIMITS)
    ]


def descendants(process: int) -> set[int]:
    found = [process]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += [int(name) for name in (task / "children").read_text().split()]
    return set(found[1:])


def test_the_public_names_are_these() -> None:
    assert autograder.sealed.__all__ == [
        "Diagnosis",
        "EngineError",
        "Level",
        "SealedEngine",
        "diagnose",
    ]


def test_the_name_tells_the_level(engine: SealedEngine) -> None:
    assert engine.name == "sealed-full"


def test_unsafe_shows_in_the_name() -> None:
    assert SealedEngine(unsafe=True).name == "sealed-full --unsafe"
    assert SealedEngine(unsafe=True, at_most=Level.UNSAFE).name == "sealed-unsafe --unsafe"


def test_without_any_sandbox_grading_gives_the_same(engine: SealedEngine) -> None:
    with SealedEngine(unsafe=True, at_most=Level.UNSAFE) as unsafe:
        assert run(unsafe) == run(engine)


def test_a_level_below_the_required_one_is_refused() -> None:
    with pytest.raises(EngineError, match=r"(reduced|unsafe) here, and full is required"):
        SealedEngine(at_most=Level.REDUCED)


def test_the_same_program_gives_the_same_every_time(engine: SealedEngine) -> None:
    first = run(engine)
    assert [status for status, _ in first] == ["ok", "ok", "ok"]
    assert run(engine) == first
    with SealedEngine() as other:
        assert run(other) == first


def test_engines_work_side_by_side_in_threads(engine: SealedEngine) -> None:
    def grade(_number: int) -> list[list[tuple[str, str]]]:
        assert threading.current_thread() is not threading.main_thread()
        with SealedEngine() as own:
            return [run(own) for _ in range(3)]

    expected = run(engine)
    with ThreadPoolExecutor(2) as pool:
        for results in pool.map(grade, range(2)):
            assert results == [expected] * 3


def test_threads_may_share_an_engine(engine: SealedEngine) -> None:
    expected = run(engine)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: run(engine), range(4))) == [expected] * 4


def test_many_programs_leave_no_process_and_no_descriptor(engine: SealedEngine) -> None:
    bad = Program(
        "bad",
        (
            Cell("a", Role.STUDENT, "import subprocess; subprocess.Popen(['sleep', '600'])"),
            Cell("b", Role.STUDENT, "import os; os._exit(1)"),
            Cell("c", Role.GRADE, "assert True"),
        ),
    )
    run(engine, bad)
    processes = descendants(os.getpid())
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run(engine, bad)
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
    run(engine)
    left = descendants(os.getpid()) - processes
    assert all(Path(f"/proc/{process}/stat").read_text().split()[2] == "Z" for process in left)


def test_a_daemon_does_not_outlive_its_notebook(engine: SealedEngine) -> None:
    marker = f"61{os.getpid()}"
    daemon = f"""
import os, subprocess
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv("/bin/sleep", ["sleep", "{marker}"])
    os._exit(0)
os.wait()
"""
    program = Program("n", (Cell("a", Role.STUDENT, daemon), Cell("b", Role.GRADE, "assert True")))
    assert [status for status, _ in run(engine, program)] == ["ok", "ok"]
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not any(marker.encode() in command for command in commands)


def test_readable_paths_are_in_sight_and_cannot_be_changed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for parent in (tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    (tmp_path / "train.csv").write_text("1,2")
    source = f"""
path = {str(tmp_path / "train.csv")!r}
print(open(path).read())
try:
    open(path, "w")
    print("wrote")
except OSError:
    pass
"""
    program = Program("n", (Cell("a", Role.STUDENT, source),))
    with SealedEngine(readable=[tmp_path]) as engine:
        assert run(engine, program) == [("ok", "1,2\n")]


def test_a_closed_engine_starts_again_when_asked() -> None:
    engine = SealedEngine()
    try:
        assert run(engine)[2][0] == "ok"
        engine.close()
        assert run(engine)[2][0] == "ok"
    finally:
        engine.close()


def reduced() -> SealedEngine:
    try:
        return SealedEngine(required=Level.REDUCED, at_most=Level.REDUCED)
    except EngineError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def reduced_engine() -> Iterator[SealedEngine]:
    with reduced() as sealed:
        yield sealed


def test_without_namespaces_grading_gives_the_same(
    engine: SealedEngine, reduced_engine: SealedEngine
) -> None:
    assert reduced_engine.name == "sealed-reduced"
    assert run(reduced_engine) == run(engine)


def test_without_namespaces_nothing_outside_is_read_written_reached_or_signalled(
    reduced_engine: SealedEngine,
) -> None:
    source = f"""
import os, socket
for path in ("/etc/passwd", "/proc/1/status", {str(Path(__file__))!r}):
    try:
        open(path)
        print("read", path)
    except OSError:
        pass
for path in ("/tmp", "/dev/shm", "/home", "/proc"):
    try:
        os.listdir(path)
        print("listed", path)
    except OSError:
        pass
    try:
        open(path + "/mine", "w")
        print("wrote", path)
    except OSError:
        pass
for process in (os.getppid(), {os.getpid()}, 1):
    try:
        os.kill(process, 0)
        print("signalled", process)
    except OSError:
        pass
for family in (socket.AF_INET, socket.AF_UNIX):
    try:
        socket.socket(family).connect("/run/x" if family == socket.AF_UNIX else ("127.0.0.1", 9))
        print("connected", family)
    except PermissionError:
        pass
print(os.getuid() != 0)
"""
    program = Program("n", (Cell("a", Role.STUDENT, source),))
    assert run(reduced_engine, program) == [("ok", "True\n")]


def test_without_namespaces_a_daemon_and_its_files_go_when_the_notebook_does(
    reduced_engine: SealedEngine,
) -> None:
    source = """
import os, time
print(os.getcwd(), flush=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
os.wait()
"""
    program = Program("n", (Cell("a", Role.STUDENT, source),))
    before = descendants(os.getpid())
    ((status, folder),) = run(reduced_engine, program)
    assert status == "ok"
    assert not Path(folder.strip()).parent.exists()
    assert descendants(os.getpid()) <= before


def test_without_namespaces_the_disk_is_watched(reduced_engine: SealedEngine) -> None:
    source = """
import time
for number in range(40):
    open(str(number), "wb").write(bytes(1 << 20))
time.sleep(20)
"""
    cells = (Cell("a", Role.STUDENT, source), Cell("b", Role.GRADE, "assert True"))
    results = reduced_engine.run(Program("n", cells), Limits(disk_bytes=8 << 20))
    assert [str(result.status) for result in results] == ["crashed", "ok"]
