"""Which messages of failed cells say the same."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, Final

from autograder.console import clean

__all__ = ["gathered"]

_CHARS: Final = 300
_VARYING: Final = re.compile(
    r"0x[0-9a-fA-F]+|(?<![A-Za-z_])[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\b(?:nan|inf)\b"
)


def gathered(messages: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Kinds of messages, the most common first.

    Messages that differ only in numbers, addresses or white space are of one kind, which is shown
    by its most common wording.

    Args:
        messages: text and status of each student.

    Returns:
        For each kind: message, status, how many students.
    """
    kinds: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (text, status), students in Counter(messages).items():
        line = clean(text, _CHARS)
        kinds[_VARYING.sub("#", line), status][line] += students
    found = [
        {
            "status": status,
            "message": min(wordings, key=lambda line: (-wordings[line], line)),
            "students": wordings.total(),
        }
        for (_, status), wordings in kinds.items()
    ]
    return sorted(found, key=lambda entry: (-entry["students"], entry["message"]))
