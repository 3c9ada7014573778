"""What code looks like when names, layout, comments and the order of lines are taken away.

The code becomes a sequence of tokens, in which the names that an author is free to choose are the
same. Every run of `RUN` tokens has a hash; of each window of neighbouring hashes the smallest is a
fingerprint (winnowing: Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document
fingerprinting", SIGMOD 2003). What two texts share for `RUN + WINDOW - 1` tokens is always found.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, final

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Name, Number, String, Text, Whitespace

__all__ = ["RUN", "WINDOW", "Token", "fingerprints", "one_newline", "tokens"]

RUN = 9
WINDOW = 4
_MAX_CHARS = 200_000


@final
@dataclass(frozen=True, slots=True)
class Token:
    """A token of code.

    Args:
        text: what is compared: the token itself, or what stands for all of its kind.
        line: where it stands, from 0.
    """

    text: str
    line: int


def one_newline(source: str) -> str:
    """The text with every line ending as one character, as lines are counted here."""
    return source.replace("\r\n", "\n").replace("\r", "\n")


def tokens(source: str) -> list[Token]:
    """The tokens of Python code, right or broken.

    Attributes, and names that are called, keep their text: they belong to a library or to the
    task. Other names are all alike, and so are strings.
    """
    raw = list(_raw(one_newline(source[:_MAX_CHARS])))
    found = []
    for index, (kind, text, line) in enumerate(raw):
        if kind in Name and kind is not Name.Builtin.Pseudo:
            before = raw[index - 1][1] if index else ""
            after = raw[index + 1][1] if index + 1 < len(raw) else ""
            kept = before == "." or after == "(" or kind in Name.Builtin
            found.append(Token(text if kept else "name", line))
        elif kind in String:
            if not found or found[-1].text != "string":
                found.append(Token("string", line))
        else:
            found.append(Token(text, line))
    return found


def fingerprints(source: str) -> dict[int, list[tuple[int, int]]]:
    """Fingerprints of code, each with the (first, last) lines where it was taken."""
    sequence = tokens(source)
    hashes = [
        zlib.crc32("\x1f".join(token.text for token in sequence[i : i + RUN]).encode())
        for i in range(len(sequence) - RUN + 1)
    ]
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    last = -1
    for start in range(max(1, len(hashes) - WINDOW + 1) if hashes else 0):
        window = hashes[start : start + WINDOW]
        # The rightmost of equal ones, so that a long repetition leaves few.
        at = start + max(i for i, value in enumerate(window) if value == min(window))
        if at != last:
            last = at
            found[hashes[at]].append((sequence[at].line, sequence[at + RUN - 1].line))
    return dict(found)


@cache
def _lexer() -> PythonLexer:
    return PythonLexer(ensurenl=False, stripnl=False)


def _raw(source: str) -> Iterator[tuple[Any, str, int]]:
    line = 0
    for kind, text in _lexer().get_tokens(source):
        is_code = not (kind in Comment or kind in Whitespace or kind in Text or kind in String.Doc)
        for part in (
            text.split() if is_code and kind not in String and kind not in Number else [text]
        ):
            if is_code and part.strip():
                yield kind, part, line
        line += text.count("\n")
