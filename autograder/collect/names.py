"""Names of files that somebody else chose."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

__all__ = ["BadNameError", "is_archive", "is_noise", "safe_path"]

_MAX_DEPTH = 12
_MAX_COMPONENT_BYTES = 200
_DRIVE = re.compile(r"[A-Za-z]:")
_UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NOISE = {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"}
_ARCHIVES = {".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar"}


class BadNameError(ValueError):
    """A name that cannot be a file's in a submission; its text says why."""


def safe_path(name: str) -> PurePosixPath:
    """The relative path that a name means, in Unicode's composed form.

    Backslashes separate folders, as some programs on Windows write them: no file there can have
    one in its name.

    Raises:
        BadNameError: it is absolute, leads outside, or has parts that no file should have.
    """
    if not name or len(name) > _MAX_DEPTH * _MAX_COMPONENT_BYTES:
        raise BadNameError("the name is empty or too long")
    if any(unicodedata.category(char) in _UNSAFE_CATEGORIES for char in name):
        raise BadNameError("the name has characters that cannot be shown")
    parts = unicodedata.normalize("NFC", name).replace("\\", "/").removesuffix("/").split("/")
    if parts[0] == "" or _DRIVE.match(parts[0]):
        raise BadNameError("the path is absolute")
    if ".." in parts:
        raise BadNameError("the path leads outside its folder")
    parts = [part for part in parts if part != "."]
    if not parts or "" in parts:
        raise BadNameError("a part of the path is empty")
    if len(parts) > _MAX_DEPTH:
        raise BadNameError(f"it lies more than {_MAX_DEPTH} folders deep")
    if any(len(part.encode()) > _MAX_COMPONENT_BYTES for part in parts):
        raise BadNameError("a part of the path is too long")
    return PurePosixPath(*parts)


def is_noise(path: PurePosixPath) -> bool:
    """Whether a file is one that programs leave behind and nobody handed in."""
    return any(part.startswith(".") or part in _NOISE for part in path.parts)


def is_archive(path: PurePosixPath) -> bool:
    """Whether a file is itself an archive, going by its name."""
    return path.suffix.lower() in _ARCHIVES
