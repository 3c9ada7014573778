"""Parses Python, in one thread at a time.

Threads of Python 3.11 that parse at the same moment may fail each other with a `SystemError`
(https://github.com/python/cpython/issues/106905): the garbage collector lets another thread in
between, and both count the depth of their trees in one place.
"""

from __future__ import annotations

import ast
import threading
from typing import Final

__all__ = ["parse"]

_ONE_AT_A_TIME: Final = threading.Lock()


def parse(source: str) -> ast.Module:
    """The syntax tree of a module, as `ast.parse` makes it, and with the same errors."""
    with _ONE_AT_A_TIME:
        return ast.parse(source)
