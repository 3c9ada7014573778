"""The words of the feedback pages in another language.

Translations are gettext catalogues, `locale/<language>.po`. A page is made in English; where it is
rendered, each text that comes from this package is looked up, sentences with values in them too:
`{time}` in the catalogue stands for any text. What is not found is somebody's own words and stays.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from functools import cache
from importlib import resources
from typing import Any, Final, final

from babel.messages.pofile import read_po

from autograder.errors import OperatorError

__all__ = ["LANGUAGES", "Language", "language_of", "load_language"]

LANGUAGES: Final = ("en", "zh")
_PLACE = re.compile(r"\{(\w+)\}")
# Ours are shorter. Of a long line with the same words again and again, as a student may make one,
# every way to part it would be tried.
_LONGEST: Final = 600


@final
class Language:
    """Says this package's sentences in one language.

    Args:
        name: one of `LANGUAGES`.
        tag: BCP 47 tag, for the page.
        messages: translations by English text.
        finished: the texts that come with their values filled in; "{a} of {b}" is none, since
            somebody else may have written it.
    """

    def __init__(
        self, name: str, tag: str, messages: dict[str, str], finished: Collection[str] = ()
    ) -> None:
        self.name = name
        self.tag = tag
        self.messages = messages
        self._patterns = [
            (_pattern(english), messages[english])
            # The text with most words of its own is the most particular one.
            for english in sorted(finished, key=lambda text: -len(_PLACE.sub("", text)))
        ]

    def say(self, text: str, **values: object) -> str:
        """A text of the page's own, with values filled in."""
        return self.messages.get(text, text).format(**values)

    def said(self, text: str) -> str:
        """A finished text, line by line; as it is where it is not one of ours."""
        return "\n".join(map(self._line, text.split("\n"))) if self.messages else text

    def _line(self, line: str) -> str:
        if line in self.messages and not _PLACE.search(line):
            return self.messages[line]
        if len(line) > _LONGEST:
            return line
        for pattern, translated in self._patterns:
            if match := pattern.fullmatch(line):
                values = {name: self._inner(value) for name, value in match.groupdict().items()}
                return translated.format(**values)
        return line

    def _inner(self, value: str) -> str:
        """What stands in a place may be words of ours, but no second pattern."""
        return self.messages.get(value, value)


def language_of(config: Any) -> Language:
    """The language that a course has chosen: `c.Autograder.language = "zh"`.

    Raises:
        OperatorError: there is no such language.
    """
    return load_language(str(config.get("Autograder", {}).get("language", "en")))


@cache
def load_language(name: str) -> Language:
    """One of `LANGUAGES`.

    Raises:
        OperatorError: there is no such language.
    """
    if name not in LANGUAGES:
        known = ", ".join(map(repr, LANGUAGES))
        raise OperatorError(f"c.Autograder.language = {name!r}: there is {known}")
    if name == "en":
        return Language("en", "en", {})
    data = resources.files("autograder.feedback").joinpath(f"locale/{name}.po").read_bytes()
    catalogue = read_po(io.BytesIO(data), locale=name, abort_invalid=True)
    entries = [entry for entry in catalogue if entry.id and entry.string]
    return Language(
        name,
        "zh-Hans" if name == "zh" else name,
        {str(entry.id): str(entry.string) for entry in entries},
        [
            str(entry.id)
            for entry in entries
            if any(comment.startswith("finished") for comment in entry.auto_comments)
        ],
    )


def _pattern(english: str) -> re.Pattern[str]:
    parts = _PLACE.split(english)
    texts = [re.escape(part) for part in parts[::2]]
    names = [f"(?P<{name}>.+?)" for name in parts[1::2]]
    joined = [text + name for text, name in zip(texts, [*names, ""], strict=True)]
    return re.compile("".join(joined), re.DOTALL)
