from __future__ import annotations

import io
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autograder.collect import CollectLimits, CollectReport, collect
from autograder.course import Course
from autograder.trail.log import trail_path
from tests.builders import SQUARE, make_course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_course(tmp_path_factory.mktemp("archives") / "course", square=SQUARE)


def packed(*members: tuple[str | zipfile.ZipInfo, bytes], deflate: bool = False) -> bytes:
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def collected(
    course: Course,
    data: bytes,
    *,
    limits: CollectLimits | None = None,
    encoding: str | None = None,
) -> tuple[CollectReport, dict[str, bytes]]:
    """Collect one archive into an empty course; the report and what appeared beside the trail."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "outer", "course")
        root.mkdir(parents=True)
        (root / "source").symlink_to(course.root / "source")
        source = Path(folder, "class.zip")
        source.write_bytes(data)
        opened = Course.open(root)
        report = collect(opened, [source], limits=limits, encoding=encoding)
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in Path(folder).rglob("*")
            if path.is_file() and path not in {source, trail_path(opened)}
        }
    return report, files


PLACE = "outer/course/submitted"


def test_an_archive_is_filed(course: Course) -> None:
    data = packed(("top/alice/square/square.ipynb", b"{}"), ("top/李明/square/square.ipynb", b"[]"))
    report, files = collected(course, data)
    assert report.doubtful == ()
    assert files == {
        f"{PLACE}/alice/square/square.ipynb": b"{}",
        f"{PLACE}/李明/square/square.ipynb": b"[]",
    }


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../evil.ipynb", "leads outside"),
        ("alice/../../square.ipynb", "leads outside"),
        ("alice\\..\\..\\square.ipynb", "leads outside"),
        ("/etc/square.ipynb", "absolute"),
        ("C:/square.ipynb", "absolute"),
        ("\\\\server\\share\\square.ipynb", "absolute"),
        ("alice//square.ipynb", "empty"),
        ("alice/a\x1bb/square.ipynb", "cannot be shown"),
        ("alice/gro\u202eypi.ipynb", "cannot be shown"),
        ("alice/" + "x" * 250 + ".ipynb", "too long"),
        ("/".join("abcdefghijklmnop") + "/square.ipynb", "deep"),
        ("alice/more.zip", "it is an archive"),
        ("alice/more.tar.gz", "it is an archive"),
    ],
)
def test_hostile_names_are_listed_and_the_rest_is_filed(
    course: Course, name: str, reason: str
) -> None:
    report, files = collected(course, packed((name, b"evil"), ("bob/square.ipynb", b"{}")))
    assert list(files) == [f"{PLACE}/bob/square/square.ipynb"]
    assert len(report.doubtful) == 1
    assert reason in report.doubtful[0].reason


def test_a_nul_in_a_name_is_not_cut_off(course: Course) -> None:
    data = packed(("bob/squareX.ipynb", b"{}")).replace(b"squareX", b"square\0")
    report, files = collected(course, data)
    assert files == {}
    assert "cannot be shown" in report.doubtful[0].reason


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(course: Course, kind: int) -> None:
    entry = zipfile.ZipInfo("alice/square.ipynb")
    entry.external_attr = (kind | 0o777) << 16
    report, files = collected(course, packed((entry, b"/etc/passwd")))
    assert files == {}
    assert "link or a device" in report.doubtful[0].reason


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_stand_twice_are_both_refused(course: Course) -> None:
    data = packed(("alice/square.ipynb", b"1"), ("alice/square.ipynb", b"2"))
    report, files = collected(course, data)
    assert files == {}
    assert {doubt.reason for doubt in report.doubtful} == {
        "it stands in the archive more than once"
    }


def test_a_bomb_is_refused_before_it_is_unpacked(course: Course) -> None:
    limits = CollectLimits(free_bytes=1 << 16)
    data = packed(("alice/square.ipynb", bytes(1 << 22)), deflate=True)
    report, files = collected(course, data, limits=limits)
    assert files == {}
    assert "bomb" in report.doubtful[0].reason


def test_sizes_and_counts_are_bounded(course: Course) -> None:
    data = packed(("alice/square.ipynb", bytes(2_000)), ("bob/square.ipynb", b"{}"))
    for limits, words in (
        (CollectLimits(total_bytes=1_000), "unpacked it has"),
        (CollectLimits(files=1), "more than 1"),
    ):
        report, files = collected(course, data, limits=limits)
        assert files == {}
        assert words in report.doubtful[0].reason
    report, files = collected(course, data, limits=CollectLimits(file_bytes=1_000))
    assert list(files) == [f"{PLACE}/bob/square/square.ipynb"]
    assert "2,000 bytes" in report.doubtful[0].reason


def test_a_huge_table_of_contents_is_refused(course: Course) -> None:
    data = packed(*((f"s{number}/{'x' * 150}.ipynb", b"") for number in range(12_000)))
    limits = CollectLimits(directory_bytes=1 << 16)
    report, files = collected(course, data, limits=limits)
    assert files == {}
    assert "table of contents is too large" in report.doubtful[0].reason


def chinese_windows(name: str) -> bytes:
    """An archive whose name is in GBK without any sign of it."""
    raw = name.encode("gbk")
    placeholder = "x" * len(raw)
    return packed((placeholder, b"{}")).replace(placeholder.encode(), raw)


def test_names_in_another_encoding_are_not_guessed(course: Course) -> None:
    report, files = collected(course, chinese_windows("李明/square.ipynb"))
    assert files == {}
    assert "--encoding" in report.doubtful[0].reason
    report, files = collected(course, chinese_windows("李明/square.ipynb"), encoding="gbk")
    assert list(files) == [f"{PLACE}/李明/square/square.ipynb"]


def test_utf8_names_without_the_flag_are_read(course: Course) -> None:
    raw = "李明/square.ipynb".encode()
    data = packed(("x" * len(raw), b"{}")).replace(b"x" * len(raw), raw)
    report, files = collected(course, data)
    assert report.doubtful == ()
    assert list(files) == [f"{PLACE}/李明/square/square.ipynb"]


def test_names_in_decomposed_unicode_are_composed(course: Course) -> None:
    _, files = collected(course, packed(("Jose\u0301/square.ipynb", b"{}")))
    assert list(files) == [f"{PLACE}/Jos\u00e9/square/square.ipynb"]


def test_encrypted_members_are_refused(course: Course) -> None:
    data = bytearray(packed(("alice/square.ipynb", b"{}")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    report, files = collected(course, bytes(data))
    assert files == {}
    assert "encrypted" in report.doubtful[0].reason


VALID = packed(
    ("alice/square/square.ipynb", b"{}" * 40), ("bob/square/square.ipynb", b"[]" * 40), deflate=True
)


def stays_inside(course: Course, data: bytes) -> None:
    limits = CollectLimits(files=50, total_bytes=1 << 20, file_bytes=1 << 18)
    _, files = collected(course, data, limits=limits)
    assert all(name.startswith(f"{PLACE}/") for name in files)
    assert sum(map(len, files.values())) <= 1 << 20


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=400))
@example(b"")
@example(b"PK\x05\x06" + bytes(18))
def test_any_bytes_are_survived(course: Course, data: bytes) -> None:
    stays_inside(course, data)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), max_size=6),
    st.integers(0, len(VALID)),
)
def test_any_damage_to_an_archive_is_survived(
    course: Course, changes: list[tuple[int, int]], length: int
) -> None:
    data = bytearray(VALID)
    for position, value in changes:
        data[position] = value
    stays_inside(course, bytes(data[:length]) if length % 3 == 0 else bytes(data))


NAMES = st.lists(
    st.sampled_from(
        [
            "alice",
            "square",
            "square.ipynb",
            "..",
            ".",
            "",
            "submitted",
            "/",
            "a*",
            "李明",
            ".history",
        ]
    )
    | st.text(max_size=6),
    min_size=1,
    max_size=5,
).map("/".join)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@settings(max_examples=100, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=5))
def test_any_names_stay_inside(course: Course, names: list[str]) -> None:
    # `zipfile` ends a name at the first NUL, and cannot write one that is empty then.
    written = [name for name in names if name.partition("\0")[0]]
    valid = [name for name in written if name.encode(errors="replace").decode() == name]
    stays_inside(course, packed(*((name, b"{}") for name in valid)))
