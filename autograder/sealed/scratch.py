"""The first files of a process, carried in one descriptor and written where it will run."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO, Final

__all__ = ["is_inside", "pack", "remove", "unpack", "used_bytes"]

_LENGTH: Final = struct.Struct("<Q")
_NAME_BYTES: Final = 255
_ENTRIES: Final = 50_000
_REMOVE_SECONDS: Final = 60.0
_ENTRY_BYTES: Final = 1 << 16


def is_inside(name: str) -> bool:
    """Whether a relative POSIX path stays in the folder it is taken from."""
    path = PurePosixPath(name)
    return (
        bool(path.parts)
        and not path.is_absolute()
        and ".." not in path.parts
        and "\0" not in name
        and all(len(os.fsencode(part)) <= _NAME_BYTES for part in path.parts)
    )


def pack(files: Mapping[str, bytes]) -> IO[bytes]:
    """An open, unnamed file that holds `files`; names that lead outside are left out."""
    kept = {name: data for name, data in files.items() if is_inside(name)}
    index = json.dumps([[name, len(data)] for name, data in kept.items()]).encode()
    carrier = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    carrier.write(_LENGTH.pack(len(index)) + index)
    for data in kept.values():
        carrier.write(data)
    carrier.flush()
    return carrier


def unpack(descriptor: int, folder: Path) -> None:
    """Write what `pack` made into an empty folder that nobody else writes to.

    What cannot be written (no room, a name that is both file and folder) is not there: that is
    the notebook's problem, not the engine's.
    """
    at = _LENGTH.size
    (size,) = _LENGTH.unpack(os.pread(descriptor, at, 0))
    index = json.loads(os.pread(descriptor, size, at))
    at += size
    for name, length in index:
        target = folder / name
        with suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_read(descriptor, length, at))
        at += length


def _read(descriptor: int, length: int, at: int) -> bytes:
    parts = []
    while length:
        part = os.pread(descriptor, length, at)
        if not part:
            raise EOFError("the files of the notebook are cut short")
        parts.append(part)
        at += len(part)
        length -= len(part)
    return b"".join(parts)


def remove(folder: Path) -> None:
    """Remove a folder that student code wrote into: however deep, and whatever its modes.

    Links are not followed. What cannot be removed stays, and stops nobody.
    """
    for command in (["chmod", "-R", "u+rwX", "--"], ["rm", "-rf", "--"]):
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(  # noqa: S603 - two fixed programs
                [*command, str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_REMOVE_SECONDS,
                check=False,
            )


def used_bytes(folder: Path) -> int:
    """Bytes on disk below a folder; links are not followed. Stops counting at many entries."""
    total = 0
    waiting = [str(folder)]
    seen = 0
    while waiting and seen < _ENTRIES:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                seen += 1
                with suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
    return total + max(0, seen - _ENTRIES // 2) * _ENTRY_BYTES
