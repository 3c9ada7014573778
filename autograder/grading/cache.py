"""Verdicts kept by what they depend on, so that nothing is graded twice."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from autograder.course import Course

__all__ = ["CacheSize", "VerdictCache", "cache_key", "course_cache"]

_DIGEST_BYTES: Final = 32
_ENTRY_BYTES: Final = 1 << 30
"""An entry larger than this, unpacked, is none of ours."""
_LIMIT_BYTES: Final = 8 << 30
_KEPT_AFTER_TRIMMING: Final = 0.8


def cache_key(*parts: str) -> str:
    """The name under which something that depends on these parts is kept."""
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


def course_cache(course: Course, limit_bytes: int = _LIMIT_BYTES) -> VerdictCache:
    """The cache of a course."""
    return VerdictCache(course.root / ".autograder" / "cache", limit_bytes)


@final
@dataclass(frozen=True, slots=True)
class CacheSize:
    """How much there is."""

    entries: int
    bytes: int


@final
class VerdictCache:
    """Compressed bytes with a checksum, in one file an entry.

    An entry that is damaged, cut off or put there by somebody else is the same as none.

    Args:
        folder: where the files lie.
        limit_bytes: `trim` goes below this.
    """

    def __init__(self, folder: Path, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit = limit_bytes

    def load(self, key: str) -> bytes | None:
        """What was kept under a key; None if there is nothing usable."""
        stored = _read(self._path(key))
        checksum, packed = stored[:_DIGEST_BYTES], stored[_DIGEST_BYTES:]
        if checksum != _checksum(key, packed):
            return None
        unpacker = zlib.decompressobj()
        try:
            data = unpacker.decompress(packed, _ENTRY_BYTES)
        except zlib.error:
            return None
        return data if unpacker.eof else None

    def store(self, key: str, data: bytes) -> None:
        """Keep bytes under a key. Whoever reads meanwhile finds the old entry or the new one.

        Raises:
            OSError: there is no room, or no right to write.
        """
        path = self._path(key)
        packed = zlib.compress(data, 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
                file.write(_checksum(key, packed) + packed)
            os.replace(name, path)  # noqa: PTH105 - the name is a string
        except BaseException:
            with suppress(OSError):
                os.unlink(name)  # noqa: PTH108 - the name is a string
            raise

    def size(self) -> CacheSize:
        """What there is."""
        sizes = [status.st_size for _, status in self._entries()]
        return CacheSize(len(sizes), sum(sizes))

    def clear(self) -> CacheSize:
        """Remove everything; gives what there was."""
        before = self.size()
        for path, _ in self._entries():
            with suppress(OSError):
                os.unlink(path)  # noqa: PTH108 - the path is a string
        return before

    def trim(self) -> None:
        """Remove what was used longest ago, if there is more than the limit."""
        found = [(status.st_mtime, status.st_size, path) for path, status in self._entries()]
        total = sum(size for _, size, _ in found)
        if total <= self._limit:
            return
        for _, size, path in sorted(found):
            if total <= self._limit * _KEPT_AFTER_TRIMMING:
                break
            with suppress(OSError):
                os.unlink(path)  # noqa: PTH108 - the path is a string
                total -= size

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _entries(self) -> Iterator[tuple[str, os.stat_result]]:
        with suppress(OSError), os.scandir(self._folder) as folders:
            for folder in folders:
                if folder.is_dir(follow_symlinks=False):
                    with suppress(OSError), os.scandir(folder) as entries:
                        yield from _files(entries)


def _files(entries: Iterable[os.DirEntry[str]]) -> Iterator[tuple[str, os.stat_result]]:
    """The plain files, but for those that somebody else has just removed."""
    for entry in entries:
        with suppress(OSError):
            if entry.is_file(follow_symlinks=False):
                yield entry.path, entry.stat(follow_symlinks=False)


def _read(path: Path) -> bytes:
    """A plain file's bytes; nothing if it is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        os.utime(descriptor)
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(_ENTRY_BYTES)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _checksum(key: str, packed: bytes) -> bytes:
    return hashlib.sha256(key.encode() + packed).digest()
