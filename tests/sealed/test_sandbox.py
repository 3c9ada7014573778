from __future__ import annotations

import errno
import os
import shutil
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.sealed import seccomp
from autograder.sealed.engine import SealedEngine
from autograder.sealed.levels import Level
from autograder.sealed.model import Cell, CellResult, CellStatus, Limits, Program, Role
from autograder.sealed.probe import probe
from autograder.sealed.scratch import is_inside, pack, remove, unpack, used_bytes

LIMITS = Limits(cell_cpu_seconds=20, cell_wall_seconds=60, disk_bytes=8 << 20, processes=32)

needs_full = pytest.mark.skipif(
    probe().level is not Level.FULL, reason="this machine does not reach the full level"
)


@pytest.fixture(scope="module")
def engine() -> Iterator[SealedEngine]:
    with SealedEngine() as sealed:
        yield sealed


def student(engine: SealedEngine, source: str, limits: Limits = LIMITS) -> CellResult:
    program = Program("n", (Cell("cell", Role.STUDENT, source),), files={"data/x.csv": b"1,2\n"})
    return engine.run(program, limits)[0]


def printed(engine: SealedEngine, source: str, limits: Limits = LIMITS) -> str:
    result = student(engine, source, limits)
    assert result.status is CellStatus.OK, result
    return "".join(output.get("text", "") for output in result.outputs)


@needs_full
def test_the_file_system_holds_nothing_of_the_machine(engine: SealedEngine) -> None:
    source = """
import os
for path in ("/etc/shadow", "/etc/hostname", "/root/.ssh", "/var", "/boot", "/run", "/sys", "/mnt"):
    print(path, os.path.exists(path))
"""
    assert "True" not in printed(engine, source)


@needs_full
def test_beside_the_package_nothing_of_the_course_is_in_sight(engine: SealedEngine) -> None:
    course = Path(autograder.__file__).resolve().parents[1]
    if course.name in {"site-packages", "dist-packages"}:
        pytest.skip("the package is installed")
    expected = {"autograder"}
    if Path(sys.prefix).is_relative_to(course):
        expected.add(Path(sys.prefix).relative_to(course).parts[0])
    seen = printed(engine, f"import os; print(*os.listdir({str(course)!r}))")
    assert set(seen.split()) == expected


@needs_full
def test_nothing_can_be_written_outside_of_the_scratch_space(engine: SealedEngine) -> None:
    source = """
import os, autograder, numpy
folders = ["/", "/usr", "/etc", "/dev", "/proc", "/notebook", os.path.dirname(numpy.__file__)]
for folder in folders + list(autograder.__path__):
    try:
        open(os.path.join(folder, "mine"), "w")
        print("wrote", folder)
    except OSError:
        pass
for folder in (os.getcwd(), "/tmp", "/dev/shm"):
    open(os.path.join(folder, "mine"), "w").write("x")
"""
    assert printed(engine, source) == ""


@needs_full
def test_a_notebook_finds_its_files_and_is_at_home_there(engine: SealedEngine) -> None:
    source = "import os; print(open('data/x.csv').read(), os.getcwd() == os.environ['HOME'])"
    assert printed(engine, source) == "1,2\n True\n"


@needs_full
def test_modules_beside_the_notebook_can_be_imported(engine: SealedEngine) -> None:
    program = Program(
        "n",
        (
            Cell("a", Role.STUDENT, "import helper\nassert helper.owner == 'student'"),
            Cell("b", Role.GRADE, "import helper\nassert helper.owner == 'instructor'"),
        ),
        files={"helper.py": b"owner = 'student'"},
        judge_files={"helper.py": b"owner = 'instructor'"},
    )
    assert [result.status for result in engine.run(program, LIMITS)] == [CellStatus.OK] * 2


@needs_full
def test_one_notebook_finds_nothing_that_another_left(engine: SealedEngine) -> None:
    leave = "for f in ('x', '/tmp/x', '/dev/shm/x'): open(f, 'w').write('answer')"
    look = "import os; print([os.path.exists(f) for f in ('x', '/tmp/x', '/dev/shm/x')])"
    printed(engine, leave)
    assert printed(engine, look) == "[False, False, False]\n"


@needs_full
def test_no_other_process_is_in_sight(engine: SealedEngine) -> None:
    source = "import os; print([name for name in os.listdir('/proc') if name.isdigit()])"
    assert printed(engine, source) == "['1']\n"


@needs_full
def test_there_is_no_privilege_and_none_to_gain(engine: SealedEngine) -> None:
    status = printed(
        engine, "import os; print(os.getuid()); print(open('/proc/self/status').read())"
    )
    lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert status.startswith("1000\n")
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(lines[name], 16) == 0, name
    assert lines["NoNewPrivs"] == "1"
    assert lines["Seccomp"] == "2"


@needs_full
@pytest.mark.parametrize(
    "call",
    [
        "ptrace",
        "process_vm_readv",
        "pidfd_getfd",
        "keyctl",
        "mount",
        "unshare",
        "setns",
        "bpf",
        "io_uring_setup",
        "perf_event_open",
        "userfaultfd",
        "memfd_create",
        "shmget",
        "mq_open",
        "open_by_handle_at",
        "setpriority",
        "sched_setaffinity",
    ],
)
def test_dangerous_system_calls_are_refused_with_an_error(engine: SealedEngine, call: str) -> None:
    column = 0 if os.uname().machine == "x86_64" else 1
    number = seccomp.REFUSED[call][column]
    source = f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall({number}, 0, 0, 0, 0, 0), ctypes.get_errno())
"""
    assert printed(engine, source) == f"-1 {errno.EPERM}\n"


@needs_full
def test_a_new_user_namespace_cannot_be_cloned_either(engine: SealedEngine) -> None:
    number = 56 if os.uname().machine == "x86_64" else 220
    source = f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall({number}, 0x10000000 | 17, 0, 0, 0, 0), ctypes.get_errno())
"""
    assert printed(engine, source) == f"-1 {errno.EPERM}\n"


@needs_full
def test_there_is_no_network(engine: SealedEngine) -> None:
    source = """
import socket
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET):
    try:
        socket.socket(family, socket.SOCK_RAW if family == socket.AF_PACKET else socket.SOCK_DGRAM)
        print("open", family)
    except OSError:
        pass
print(socket.socketpair()[0].family.name)
"""
    assert printed(engine, source) == "AF_UNIX\n"


@needs_full
def test_abstract_sockets_outside_cannot_be_reached(engine: SealedEngine) -> None:
    with socket.socket(socket.AF_UNIX) as outside:
        outside.bind(f"\0autograder-test-{os.getpid()}")
        outside.listen()
        source = f"""
import socket
try:
    socket.socket(socket.AF_UNIX).connect("\\0autograder-test-{os.getpid()}")
    print("connected")
except OSError as error:
    print("refused")
"""
        assert printed(engine, source) == "refused\n"


@needs_full
def test_no_descriptor_of_the_grader_is_left_open(engine: SealedEngine) -> None:
    source = """
import os
for name in os.listdir("/proc/self/fd"):
    try:
        print(os.readlink(f"/proc/self/fd/{name}"))
    except OSError:
        pass
"""
    allowed = ("socket:", "/dev/null", "/proc/", "/tmp/", "/notebook/", "pipe:", "anon_inode:")
    targets = printed(engine, source).splitlines()
    for target in targets:
        assert target.startswith(allowed), target
    # One to the supervisor and one to the judge.
    assert sum(target.startswith("socket:") for target in targets) == 2


@needs_full
def test_the_environment_is_an_allow_list(
    engine: SealedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    with SealedEngine() as fresh:
        names = printed(fresh, "import os; print(*sorted(os.environ))").split()
    assert set(names) <= {
        "EMAIL",
        "HOME",
        "LANG",
        "MALLOC_ARENA_MAX",
        "MKL_NUM_THREADS",
        "MPLBACKEND",
        "NBGRADER_EXECUTION",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "PATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
        "TERM",
    }


@needs_full
def test_git_has_an_author(engine: SealedEngine) -> None:
    if shutil.which("git") is None:
        pytest.skip("no git on this machine")
    commands = "git init -q . && touch a && git add a && git commit -qm x && git log --format=%s"
    assert printed(engine, f"import os; os.system({commands!r})").split() == ["x"]


def test_folders_without_end_and_without_rights_are_removed(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    (top / "link").symlink_to(outside)
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(top)
        for _ in range(3000):
            Path("d").mkdir()
            os.chdir("d")
        Path("shut").mkdir(0)
    finally:
        os.fchdir(before)
        os.close(before)
    remove(top)
    assert not top.exists()
    assert (outside / "kept").exists()


@needs_full
def test_a_full_disk_is_the_notebooks_problem_only(engine: SealedEngine) -> None:
    source = """
import errno
for place in ("big", "/tmp/big", "/dev/shm/big"):
    try:
        open(place, "wb").write(bytes(16 << 20))
        print("wrote")
    except OSError as error:
        print(errno.errorcode[error.errno])
"""
    assert set(printed(engine, source).split()) <= {"ENOSPC", "EFBIG"}
    assert printed(engine, "print(1)") == "1\n"


@needs_full
def test_many_small_files_run_into_a_limit(engine: SealedEngine) -> None:
    source = """
import errno
try:
    for number in range(100_000):
        open(str(number), "w").close()
except OSError as error:
    print(errno.errorcode[error.errno])
"""
    assert printed(engine, source) == "ENOSPC\n"


@needs_full
def test_a_fork_bomb_runs_into_a_limit(engine: SealedEngine) -> None:
    source = """
import os, time
count = 0
try:
    while count < 1000:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        count += 1
except BlockingIOError:
    print(count < 40)
"""
    assert printed(engine, source) == "True\n"


@needs_full
def test_shells_and_workers_of_a_data_loader_run(engine: SealedEngine) -> None:
    source = """
import subprocess, torch
from torch.utils.data import DataLoader, TensorDataset
print(subprocess.run("echo hello | tr a-z A-Z", shell=True, capture_output=True, text=True).stdout)
loader = DataLoader(TensorDataset(torch.arange(8)), batch_size=4, num_workers=2)
print(sum(int(batch.sum()) for (batch,) in loader))
"""
    assert printed(engine, source).split() == ["HELLO", "28"]


@pytest.mark.parametrize("name", ["../up", "/etc/x", "a/../../b", "", ".", "a\0b", "x" * 300])
def test_names_that_lead_outside_are_left_out(name: str, tmp_path: Path) -> None:
    assert not is_inside(name)
    folder = tmp_path / "home"
    folder.mkdir()
    with pack({name: b"1", "kept.txt": b"2"}) as carrier:
        unpack(carrier.fileno(), folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["home", "kept.txt"]


def test_a_name_that_is_file_and_folder_at_once_costs_only_itself(tmp_path: Path) -> None:
    with pack({"a": b"1", "a/b": b"2", "c": b"3"}) as carrier:
        unpack(carrier.fileno(), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"1", "c": b"3"}


def test_used_bytes_counts_files_and_does_not_follow_links(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "file").write_bytes(bytes(100_000))
    (tmp_path / "in" / "link").symlink_to("/usr")
    assert 100_000 <= used_bytes(tmp_path) < 200_000


ALLOWED = 0x7FFF0000
KILLED = 0x80000000


def decide(machine: str, arch: int, number: int, argument: int = 0, *, connect: bool = True) -> int:
    """Run the filter as the kernel would."""
    code = seccomp.compile_filter(machine, connect=connect)
    steps = list(struct.iter_unpack("=HBBI", code))
    data = struct.pack("=IIQQ", number, arch, 0, argument)
    accumulator = at = 0
    while True:
        operation, if_true, if_false, value = steps[at]
        at += 1
        match operation:
            case 0x20:
                (accumulator,) = struct.unpack_from("=I", data, value)
            case 0x15:
                at += if_true if accumulator == value else if_false
            case 0x25:
                at += if_true if accumulator > value else if_false
            case 0x45:
                at += if_true if accumulator & value else if_false
            case 0x06:
                return int(value)


@pytest.mark.parametrize(("machine", "arch"), [("x86_64", 0xC000003E), ("aarch64", 0xC00000B7)])
def test_the_filter_decides_alike_on_both_machines(machine: str, arch: int) -> None:
    x86 = machine == "x86_64"
    refused = 0x00050000
    read, socket_, clone, prlimit, connect = (
        (0, 41, 56, 302, 42) if x86 else (63, 198, 220, 261, 203)
    )
    assert decide(machine, arch, read) == ALLOWED
    assert decide(machine, 0x40000003, read) == KILLED
    assert decide(machine, arch, socket_, socket.AF_UNIX) == ALLOWED
    assert decide(machine, arch, socket_, socket.AF_INET) == refused | errno.EACCES
    assert decide(machine, arch, clone, 17) == ALLOWED
    assert decide(machine, arch, clone, 17 | 0x10000000) == refused | errno.EPERM
    assert decide(machine, arch, 435) == refused | errno.ENOSYS
    assert decide(machine, arch, 500) == refused | errno.ENOSYS
    assert decide(machine, arch, 0x40000000 | read) == refused | errno.ENOSYS
    assert decide(machine, arch, prlimit, 0) == ALLOWED
    assert decide(machine, arch, prlimit, 77) == refused | errno.EPERM
    assert decide(machine, arch, connect) == ALLOWED
    assert decide(machine, arch, connect, connect=False) == refused | errno.EPERM
    fchmod, fchown = (91, 93) if x86 else (52, 55)
    assert decide(machine, arch, fchmod) == decide(machine, arch, fchown) == ALLOWED
    assert decide(machine, arch, fchmod, connect=False) == refused
    assert decide(machine, arch, fchown, connect=False) == refused | errno.EPERM
    for name, numbers in seccomp.REFUSED.items():
        number = numbers[0 if x86 else 1]
        if number is not None:
            assert decide(machine, arch, number) == refused | errno.EPERM, name
