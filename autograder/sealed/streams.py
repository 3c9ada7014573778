"""`sys.stdout` and `sys.stderr` of cells, down to the descriptors."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from typing import Final, final

__all__ = ["Stream"]

_BUFFERED: Final = 1 << 13
_READ: Final = 1 << 22


@final
class Stream:
    """`sys.stdout` or `sys.stderr` of a cell.

    What other code writes to the descriptor itself (`os.write`, child processes) is collected in
    a file without a name and taken in before the next write, so that the order is kept.

    Args:
        name: "stdout" or "stderr".
        emit: called with each piece of text.
    """

    encoding = "utf-8"
    errors = "backslashreplace"
    newlines = None
    mode = "w"
    closed = False
    line_buffering = True

    def __init__(self, name: str, emit: Callable[[str, str], None]) -> None:
        self.name = f"<{name}>"
        self._stream = name
        self._emit = emit
        self._parts: list[str] = []
        self._size = 0
        self._pid = os.getpid()
        self._number = 1 if name == "stdout" else 2
        self._file = -1

    def redirect(self) -> None:
        """Collect what is written to the descriptor from now on."""
        handle, path = tempfile.mkstemp(prefix=".output-")
        os.unlink(path)  # noqa: PTH108 - a plain string from mkstemp
        os.set_inheritable(handle, False)  # noqa: FBT003 - it has no name
        self._file = os.open(f"/proc/self/fd/{handle}", os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        os.close(handle)
        os.dup2(self._file, self._number)
        self._pid = os.getpid()

    def write(self, text: str) -> int:
        """Report a piece of text, or keep it until its line is whole."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() != self._pid:
            os.write(self._number, text.encode("utf-8", "backslashreplace"))
            return len(text)
        self.take_in()
        self._parts.append(text)
        self._size += len(text)
        if self._size > _BUFFERED or "\n" in text:
            self.flush()
        return len(text)

    def writelines(self, lines: Iterator[str]) -> None:
        """Write several pieces."""
        for line in lines:
            self.write(line)

    def take_in(self) -> None:
        """Report what was written to the descriptor."""
        if self._file < 0 or not (size := os.fstat(self._file).st_size):
            return
        self.flush()
        data = os.pread(self._file, min(size, _READ), 0)
        os.ftruncate(self._file, 0)
        self._emit(self._stream, data.decode("utf-8", "replace"))

    def flush(self) -> None:
        """Report what is held back."""
        if not self._parts or os.getpid() != self._pid:
            return
        text = "".join(self._parts)
        self._parts.clear()
        self._size = 0
        self._emit(self._stream, text)

    def fileno(self) -> int:
        """The descriptor that other code writes to."""
        return self._number

    def isatty(self) -> bool:
        """No terminal."""
        return False

    def readable(self) -> bool:
        """Not for reading."""
        return False

    def writable(self) -> bool:
        """For writing."""
        return True

    def seekable(self) -> bool:
        """Not a file with places."""
        return False

    def close(self) -> None:
        """Nothing more than `flush`: the process's streams stay open."""
        self.flush()
