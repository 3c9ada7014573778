"""Folders, zips and single notebooks, all seen as a tree of named files that are read on demand.

An archive is hostile until proven otherwise: nothing is extracted, links and devices are not
followed, and what is read is bounded before the first byte is.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import final

from autograder.collect.names import BadNameError, is_archive, is_noise, safe_path
from autograder.errors import OperatorError

__all__ = ["CollectLimits", "ReadError", "Tree", "check_source", "notebooks_tree", "open_tree"]

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_CHUNK = 1 << 20
_FOLDERS = 40


@final
@dataclass(frozen=True, slots=True)
class CollectLimits:
    """Bounds on one source.

    Args:
        files: number of files.
        file_bytes: size of one file.
        total_bytes: size of all files together, unpacked.
        ratio: how many times larger than itself an archive may become, above `free_bytes`.
        free_bytes: up to this unpacked size the ratio does not matter; notebooks pack well.
        directory_bytes: size of an archive's table of contents.
    """

    files: int = 20_000
    file_bytes: int = 128 << 20
    total_bytes: int = 8 << 30
    ratio: int = 100
    free_bytes: int = 256 << 20
    directory_bytes: int = 8 << 20


class ReadError(Exception):
    """A source, or one file of it, cannot be read; its text says why."""


@final
@dataclass(frozen=True, slots=True)
class Tree:
    """The files of one source.

    Args:
        name: the source, for messages.
        paths: the files that may be looked at.
        problems: (file, reason) of everything else that is no mere noise.
        noise: names of files and folders that programs leave behind; what lies in them is not
            named.
        read: gives one file's bytes or raises `ReadError`.
    """

    name: str
    paths: tuple[PurePosixPath, ...]
    problems: tuple[tuple[str, str], ...]
    read: Callable[[PurePosixPath], bytes]
    noise: tuple[str, ...] = ()


def check_source(source: Path) -> None:
    """Refuse what nothing can be collected from.

    Raises:
        OperatorError: it does not exist, or is no folder, zip or notebook.
    """
    if not source.exists():
        raise OperatorError(f"there is nothing to collect at {source}")
    if not source.is_dir() and source.suffix.lower() not in {".zip", ".ipynb"}:
        raise OperatorError(f"{source} is no folder, zip or notebook; unpack other archives first")


@contextmanager
def open_tree(source: Path, limits: CollectLimits, encoding: str | None) -> Iterator[Tree]:
    """See a folder or a zip as a tree.

    Args:
        source: where it lies.
        limits: bounds.
        encoding: of names in a zip that does not say that they are UTF-8 and where they are not.

    Raises:
        ReadError: it is a damaged archive, or beyond the bounds.
    """
    if source.is_dir():
        yield _folder(source, limits)
    else:
        with _opened_zip(source, limits) as archive:
            yield _zip(source, archive, limits, encoding)


def notebooks_tree(sources: Sequence[Path], limits: CollectLimits) -> Tree:
    """See single notebooks as one tree: together they may be one submission."""
    where: dict[PurePosixPath, Path] = {}
    problems: list[tuple[str, str]] = []
    for source in sources:
        problem = _name_problem(source.name)
        if not problem and safe_path(source.name) in where:
            problem = "another file has the same name; collect them one after the other"
        if problem:
            problems.append((str(source), problem))
        else:
            where[safe_path(source.name)] = source.resolve()
    return Tree(
        "notebooks", tuple(where), tuple(problems), lambda path: _read_file(where[path], limits)
    )


def _folder(root: Path, limits: CollectLimits) -> Tree:
    where: dict[PurePosixPath, Path] = {}
    problems: list[tuple[str, str]] = []
    noise: list[str] = []

    def unreadable(error: OSError) -> None:
        problems.append((str(error.filename), f"it cannot be read ({error.strerror})"))

    for folder, folders, files in os.walk(root, onerror=unreadable):
        here = Path(folder).relative_to(root)
        names = [*folders, *files]
        noise += [str(here / name) for name in names if is_noise(PurePosixPath(name))]
        folders[:] = sorted(name for name in folders if not is_noise(PurePosixPath(name)))
        if folders and len(here.parts) >= _FOLDERS:
            # Python's walk calls itself for every folder, and gives up after a thousand.
            problems.append((folder, f"its folders are more than {_FOLDERS} deep"))
            folders.clear()
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in [*links, *sorted(files)]:
            path = Path(folder, name)
            relative = path.relative_to(root)
            if is_noise(PurePosixPath(name)):
                continue
            problem = _name_problem(relative.as_posix())
            if not stat.S_ISREG(path.lstat().st_mode):
                problem = "it is a link or a device, not a file"
            if problem:
                problems.append((relative.as_posix(), problem))
                continue
            clean = safe_path(relative.as_posix())
            if clean in where:
                problems.append((relative.as_posix(), "another file has the same name"))
                continue
            where[clean] = path
            if len(where) > limits.files:
                raise ReadError(f"it has more than {limits.files:,} files")
    return Tree(
        str(root),
        tuple(where),
        tuple(problems),
        lambda path: _read_file(where[path], limits),
        tuple(noise),
    )


def _name_problem(name: str) -> str:
    try:
        path = safe_path(name)
    except BadNameError as error:
        return str(error)
    return "it is an archive; unpack it first" if is_archive(path) else ""


def _read_file(path: Path, limits: CollectLimits) -> bytes:
    try:
        # What became a pipe or a link since it was listed must not be waited for or followed.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ReadError("it is no longer a file")
            data = stream.read(limits.file_bytes + 1)
    except OSError as error:
        raise ReadError(f"it cannot be read ({error.strerror})") from error
    if len(data) > limits.file_bytes:
        raise ReadError(f"it is larger than {limits.file_bytes:,} bytes")
    return data


@final
class _BoundedReader(io.FileIO):
    """Keeps `zipfile` from reading a table of contents of any size into memory."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(path, "rb")
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        """At most `most` bytes; a caller who wants more gets an error."""
        if size is None or size < 0:
            size = self._most
        if size > self._most:
            raise ReadError("its table of contents is too large")
        return super().read(size) or b""


@contextmanager
def _opened_zip(source: Path, limits: CollectLimits) -> Iterator[zipfile.ZipFile]:
    most = max(limits.directory_bytes, 2 * _CHUNK)
    with _BoundedReader(source, most) as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except _ZIP_ERRORS as error:
            raise ReadError(f"it is not a zip that can be read ({error})") from error
        with archive:
            yield archive


# What `zipfile` raises for bytes that are no proper archive, found by trying many.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)


def _zip(
    source: Path, archive: zipfile.ZipFile, limits: CollectLimits, encoding: str | None
) -> Tree:
    entries = archive.infolist()
    if len(entries) > limits.files:
        raise ReadError(f"it has {len(entries):,} files, more than {limits.files:,}")
    total = sum(entry.file_size for entry in entries)
    if total > limits.total_bytes:
        raise ReadError(f"unpacked it has {total:,} bytes, more than {limits.total_bytes:,}")
    if total > max(limits.free_bytes, limits.ratio * source.stat().st_size):
        raise ReadError(f"unpacked it is more than {limits.ratio} times as large; it is a bomb")
    members: dict[PurePosixPath, zipfile.ZipInfo] = {}
    problems: list[tuple[str, str]] = []
    noise: dict[str, None] = {}
    times = Counter(_member_name(entry, encoding) for entry in entries)
    for entry in entries:
        name = _member_name(entry, encoding)
        problem = _entry_problem(entry, name, limits)
        if not problem and times[name] > 1:
            problem = "it stands in the archive more than once"
        if problem:
            problems.append((name, problem))
            continue
        path = safe_path(name)
        if entry.is_dir():
            continue
        if is_noise(path):
            noise[str(_noisy_part(path))] = None
            continue
        if path in members:
            problems.append((name, "another file has the same name"))
            continue
        members[path] = entry
    return Tree(
        str(source),
        tuple(members),
        tuple(problems),
        lambda path: _member(archive, members[path]),
        tuple(noise),
    )


def _noisy_part(path: PurePosixPath) -> PurePosixPath:
    return next(part for part in (*reversed(path.parents), path) if is_noise(part))


def _member_name(entry: zipfile.ZipInfo, encoding: str | None) -> str:
    """The name that the archive's maker meant, as far as can be known."""
    name = entry.orig_filename
    if entry.flag_bits & _UTF8_NAME or name.isascii():
        return name
    raw = name.encode("cp437", "replace")
    for candidate in ("utf-8", encoding):
        if candidate:
            try:
                return raw.decode(candidate)
            except UnicodeDecodeError:
                continue
    return name


def _entry_problem(entry: zipfile.ZipInfo, name: str, limits: CollectLimits) -> str:
    problem = _name_problem(name)
    if problem:
        return problem
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "it is a link or a device, not a file"
    if entry.is_dir():
        return "it is called a folder and has contents" if entry.file_size else ""
    if entry.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return "it is packed in a way that is not supported; pack it as an ordinary zip"
    if entry.file_size > limits.file_bytes:
        return f"it has {entry.file_size:,} bytes, more than {limits.file_bytes:,}"
    if not (entry.flag_bits & _UTF8_NAME or name.isascii()) and name == entry.orig_filename:
        return (
            "its name is in an unknown encoding; say which with --encoding (gbk for most zips "
            "made by a Chinese Windows)"
        )
    return ""


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(entry) as stream:
            # `zipfile` itself never gives more than the size that was checked above.
            return b"".join(iter(lambda: stream.read(_CHUNK), b""))
    except _ZIP_ERRORS as error:
        raise ReadError(f"it is damaged ({error})") from error
