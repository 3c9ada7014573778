"""Folders that are replaced as a whole."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["read_folder", "replace_folder"]


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by relative POSIX path; nothing if there is no such folder."""
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def replace_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Make `target` hold exactly `files`; readers see the old folder or the new one.

    Args:
        target: the folder; its parents are made.
        files: contents by relative POSIX path.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".autograder-") as scratch:
        new = Path(scratch, "new")
        new.mkdir()
        for path, data in files.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).write_bytes(data)
        if target.exists():
            target.rename(Path(scratch, "old"))
        new.rename(target)
