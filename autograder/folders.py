"""Files and folders that are replaced as a whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from autograder.errors import OperatorError

__all__ = ["read_folder", "replace_folder", "write_file"]


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
        old = Path(scratch, "old")
        try:
            if target.exists():
                target.rename(old)
            new.rename(target)
        except BaseException:
            # Else it would go with the scratch folder.
            if old.exists() and not target.exists():
                old.rename(target)
            raise


def write_file(path: Path, data: bytes, announce: Callable[[], None] = lambda: None) -> None:
    """Replace a file in one step; a pipe is written to.

    Args:
        path: the file.
        data: what it will hold.
        announce: is called when nothing but the last step is left to do. If it raises, the old
            file stays.

    Raises:
        OperatorError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        if path.exists() and not path.is_file():
            # A pipe or a terminal: there is nothing to replace.
            announce()
            path.write_bytes(data)
            return
        temporary.write_bytes(data)
        announce()
        temporary.replace(path)
    except OSError as error:
        raise OperatorError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
