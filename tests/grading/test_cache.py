from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.errors import OperatorError
from autograder.grading.cache import CacheSize, VerdictCache, cache_key
from autograder.grading.ledger import Entry, Ledger
from autograder.grading.lock import course_lock

KEY = cache_key("a", "b")


@pytest.fixture
def cache(tmp_path: Path) -> VerdictCache:
    return VerdictCache(tmp_path / "cache")


def entry(tmp_path: Path) -> Path:
    return tmp_path / "cache" / KEY[:2] / KEY


def test_what_is_kept_is_found(cache: VerdictCache) -> None:
    assert cache.load(KEY) is None
    cache.store(KEY, b"verdict" * 1000)
    assert cache.load(KEY) == b"verdict" * 1000
    assert cache.size().entries == 1
    assert cache.clear().entries == 1
    assert cache.load(KEY) is None
    assert cache.size() == CacheSize(0, 0)


def test_a_damaged_entry_is_none(cache: VerdictCache, tmp_path: Path) -> None:
    cache.store(KEY, b"verdict")
    whole = entry(tmp_path).read_bytes()
    for damaged in (
        b"",
        whole[:10],
        whole[:-1],
        whole + b"x",
        whole[:-3] + b"abc",
        bytes(64),
    ):
        entry(tmp_path).write_bytes(damaged)
        assert cache.load(KEY) is None


def test_the_entry_of_another_key_is_none(cache: VerdictCache, tmp_path: Path) -> None:
    other = cache_key("b", "a")
    cache.store(other, b"verdict")
    entry(tmp_path).parent.mkdir(exist_ok=True)
    (tmp_path / "cache" / other[:2] / other).rename(entry(tmp_path))
    assert cache.load(KEY) is None


def test_links_pipes_and_folders_are_no_entries(cache: VerdictCache, tmp_path: Path) -> None:
    cache.store(KEY, b"verdict")
    moved = tmp_path / "elsewhere"
    path = entry(tmp_path)
    path.rename(moved)
    path.symlink_to(moved)
    assert cache.load(KEY) is None
    path.unlink()
    os.mkfifo(path)
    assert cache.load(KEY) is None
    path.unlink()
    path.mkdir()
    assert cache.load(KEY) is None


def test_trimming_removes_what_was_used_longest_ago(tmp_path: Path) -> None:
    cache = VerdictCache(tmp_path / "cache", limit_bytes=5_000)
    keys = [cache_key(str(number)) for number in range(10)]
    for age, key in enumerate(keys):
        cache.store(key, os.urandom(1_000))
        os.utime(tmp_path / "cache" / key[:2] / key, (age, age))
    assert cache.load(keys[0]) is not None
    cache.trim()
    assert cache.size().bytes <= 5_000
    assert cache.load(keys[0]) is not None
    assert cache.load(keys[1]) is None
    assert cache.load(keys[9]) is not None


def test_entries_that_somebody_else_removes_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = VerdictCache(tmp_path, limit_bytes=0)
    for number in range(3):
        cache.store(f"{number}" * 64, b"x")
    listed = os.scandir

    @contextmanager
    def racing(folder: Path) -> Iterator[Iterator[os.DirEntry[str]]]:
        with listed(folder) as found:
            entries = list(found)
        for path in map(Path, entries):
            if path.is_file():
                path.unlink()
        yield iter(entries)

    monkeypatch.setattr(os, "scandir", racing)
    cache.trim()
    assert cache.size().entries == 0


def test_a_second_grader_is_told_who_is_at_work(course: Course) -> None:
    with (
        course_lock(course, "autograder grade square"),
        pytest.raises(OperatorError, match=rf"autograder grade square.*process {os.getpid()} on"),
        course_lock(course, "autograder grade other"),
    ):
        pass
    with course_lock(course, "again"):
        pass


def test_a_torn_line_costs_one_entry_of_the_ledger(course: Course) -> None:
    with Ledger(course, "square") as ledger:
        ledger.add("ada", Entry("1", "x"))
        ledger.add("bob", Entry("2", "y"))
        ledger.add("ada", Entry("3", "x"))
    path = course.root / ".autograder" / "written" / "square.jsonl"
    path.write_bytes(path.read_bytes() + b'["cy", "4\xff\n[1, 2, 3]\n{}\nnull\n["dot", "5')
    with Ledger(course, "square") as ledger:
        assert ledger.get("ada") == Entry("3", "x")
        assert ledger.get("bob") == Entry("2", "y")
        assert ledger.get("cy") is None
    assert len(path.read_text().splitlines()) == 2
