"""What the pages tell people to type and to open is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from autograder.cli import app
from tests.docs.pages import PAGES, ROOT, commands, inline_code

AUTOGRADER: Any = typer.main.get_command(app)
TOP = "autograder|benchmarks|docs|release|scripts|source|tests"
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]


def parse(command: Any, words: list[str], parent: Any = None) -> None:
    """Follow the words through the real parsers; raises if one of them does not know an option."""
    context = typer.Context(command, parent=parent, info_name=command.name)
    _, left, _ = command.make_parser(context).parse_args(args=list(words))
    if hasattr(command, "commands") and left:
        verb, *rest = left
        assert verb in command.commands, f"there is no verb {verb!r}"
        parse(command.commands[verb], rest, context)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_is_one_that_the_program_knows(page: Path) -> None:
    for words in commands(page):
        if words and Path(words[0]).name == "autograder":
            parse(AUTOGRADER, words[1:])


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_target_is_in_the_makefile(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for words in commands(page):
        if words[:1] == ["make"]:
            named = {word for word in words[1:] if "=" not in word}
            assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_file_and_test_that_is_named_exists(page: Path) -> None:
    if page.name == "tutorial.md":  # is about another course, which its own test makes
        return
    for code in inline_code(page):
        if not re.fullmatch(rf"(?:{TOP})/[\w./:-]+", code):
            continue
        path, _, test = code.partition("::")
        assert (ROOT / path).exists(), path
        if test:
            assert f"def {test}(" in (ROOT / path).read_text(), code


def test_the_parsers_are_asked() -> None:
    parse(AUTOGRADER, ["--course", "x", "grade", "attention", "--student", "ada"])
    for words in (["grade", "attention", "--studnet", "ada"], ["mark"], ["cache", "empty"]):
        with pytest.raises(Exception, match=r"studnet|mark|empty"):
            parse(AUTOGRADER, words)
