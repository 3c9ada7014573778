"""Which messages of failed cells say the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import Any, Final

from autograder.console import clean

__all__ = ["gathered"]

_CHARS: Final = 300
_VARYING: Final = re.compile(
    r"0x[0-9a-fA-F]+|(?<![A-Za-z_])[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\b(?:nan|inf)\b"
)


def gathered(messages: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Kinds of messages, the most common first.

    Messages that differ only in numbers, addresses or white space are of one kind, which is shown
    by its most common wording.

    Args:
        messages: student, text and status.

    Returns:
        For each kind: message, status, how many students, and who.
    """
    same: dict[tuple[str, str], list[str]] = defaultdict(list)
    for student, text, status in messages:
        same[text, status].append(student)
    kinds: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (text, status), who in same.items():
        line = clean(text, _CHARS)
        kinds[_VARYING.sub("#", line), status][line] += who
    found = [
        {
            "status": status,
            "message": min(wordings, key=lambda line: (-len(wordings[line]), line)),
            "students": sum(map(len, wordings.values())),
            "who": sorted(chain.from_iterable(wordings.values())),
        }
        for (_, status), wordings in kinds.items()
    ]
    return sorted(found, key=lambda entry: (-entry["students"], entry["message"]))
