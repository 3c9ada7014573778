from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from autograder.cli import app
from autograder.similarity import compare, kept_path, similar, to_json, write_page
from autograder.similarity.compare import Pair, Similarity, Work
from autograder.similarity.fingerprints import fingerprints, one_newline, tokens
from tests.builders import RIGHT, SQUARE, hand_in, make_course, notebook, released
from tests.similarity.classes import build, disguised

CODE = """
def attention(query, key, value):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    weights = torch.softmax(scores, dim=-1)
    return weights @ value

def heads(x, count):
    batch, length, size = x.shape
    return x.view(batch, length, count, size // count).transpose(1, 2)
"""


def test_names_layout_comments_and_order_do_not_count() -> None:
    changed = disguised(CODE, random.Random(0))
    assert "scores" not in changed
    mine, other = set(fingerprints(CODE)), set(fingerprints(changed))
    assert len(mine & other) >= 0.7 * len(mine)


def test_other_code_is_different() -> None:
    other = (
        "for i in range(10):\n    print(sum(x[j] for j in range(i)) if i % 2 else max(x, y))\n" * 3
    )
    assert not set(fingerprints(CODE)) & set(fingerprints(other))


def test_broken_code_has_fingerprints_too() -> None:
    assert len(fingerprints(CODE.replace("):", ") {"))) > 5


def test_lines_are_those_of_the_source() -> None:
    assert [token.line for token in tokens('"""two\nlines"""\nx = 1\n') if token.text == "1"] == [2]


@given(st.text(max_size=300))
def test_any_text_has_fingerprints_within_its_lines(source: str) -> None:
    for spans in fingerprints(source).values():
        assert all(0 <= a <= b <= one_newline(source).count("\n") for a, b in spans)


def test_copies_come_first_and_independent_students_are_not_marked() -> None:
    works, copies = build(60, seed=2)
    found = compare(works, Work({}))
    related = {tuple(sorted(pair)) for pair in copies}
    for original, copy in copies:  # a copy of a copy is related to the original
        related |= {tuple(sorted((copy, b if a == original else a))) for a, b in copies
                    if original in (a, b) and copy not in (a, b)}  # fmt: skip
    first = [(pair.one, pair.other) for pair in found.pairs[: len(copies)]]
    assert len([pair for pair in first if pair in related]) >= len(copies) - 1
    assert all((pair.one, pair.other) in related for pair in found.suspicious)
    assert len(found.suspicious) >= 4
    assert found.clusters[0].students


def test_what_was_given_does_not_count() -> None:
    works = {f"s{i}": Work({"a": CODE}) for i in range(3)}
    assert not compare(works, Work({"x": CODE})).pairs
    assert compare(works, Work({})).students == 3


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_class_of_hardly_anybody(count: int) -> None:
    found = compare({f"s{i}": Work({"a": CODE}) for i in range(count)}, Work({}))
    assert not found.suspicious


def test_a_class_is_read_compared_and_shown(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course", square=SQUARE)
    hard = (
        "def square(x):\n    total = 0\n    for _ in range(abs(x)):\n"
        "        total += abs(x)\n    return total"
    )
    answers = {"ada": hard, "bob": hard.replace("total", "t"), "eve": "<script>alert(1)</script>"}
    for student, text in answers.items():
        folder = course.step("submitted", student, "square")
        folder.mkdir(parents=True)
        data = notebook(released(SQUARE, {"square": text}))
        (folder / "square.ipynb").write_bytes(data)
    broken = course.step("submitted", "zoe", "square")
    broken.mkdir(parents=True)
    (broken / "square.ipynb").write_bytes(b"{")
    found, works, unread = similar(course, "square")
    assert set(works) == {"ada", "bob", "eve"}
    assert "zoe" in unread
    assert (found.pairs[0].one, found.pairs[0].other) == ("ada", "bob")
    target = tmp_path / "similar.html"
    write_page(target, "square", found, works, unread)
    page = target.read_text()
    assert "<script" not in page
    assert "<mark>" in page
    assert to_json("square", found, unread)["pairs"][0]["one"] == "ada"


def test_every_link_of_the_page_leads_to_a_comparison(tmp_path: Path) -> None:
    pairs = tuple(Pair("ada", f"s{n:02d}", 0.5, 1.0, {}) for n in range(70))
    works = {name: Work({}) for pair in pairs for name in (pair.one, pair.other)}
    write_page(tmp_path / "page.html", "square", Similarity(71, 1.0, pairs, ()), works, {})
    page = (tmp_path / "page.html").read_text()
    assert "ada and s69" in page
    assert set(re.findall(r'href="#(\w+)"', page)) <= set(re.findall(r'id="(\w+)"', page))


def test_the_command_keeps_what_it_found_for_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = make_course(tmp_path / "course", square=SQUARE)
    for student in ("ada", "bob"):
        hand_in(course, student, "square", notebook(released(SQUARE, RIGHT)))
    hand_in(course, "eve", "square", b"{")
    monkeypatch.chdir(course.root)
    result = CliRunner().invoke(app, ["similar", "square", "--json", "similar.json"])
    assert result.exit_code == 0, result.output
    assert "Not compared: eve: square.ipynb: it is not JSON" in result.output
    kept = kept_path(course, "square").read_bytes()
    assert kept == (course.root / "similar.json").read_bytes()
    assert json.loads(kept)["students"] == 2
