from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from autograder.assignment import Assignment, load_assignment
from autograder.errors import OperatorError
from autograder.feedback import view
from autograder.feedback.language import Language, load_language
from autograder.feedback.page import CellView, Exercise, Page, Result, render
from autograder.grading import score
from autograder.grading.grade import Submission, grade
from autograder.grading.policy import Policy
from autograder.grading.told import told, withheld
from autograder.lateness import Lateness, explain
from autograder.lateness.rules import Extension, PenaltyBase
from autograder.notebooks import NotebookLimits
from autograder.sealed.model import Cause, Failure, Origin
from tests.builders import make_course, notebook, released
from tests.grading.fakes import InstantEngine
from tests.term.assignments import ASSIGNMENTS, source_cells
from tests.term.students import KINDS, Student, hand_in

ZH = load_language("zh")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACES = re.compile(r"\{(\w+)\}")
TEMPLATE = Path(view.__file__).parent / "templates" / "page.html.j2"


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """An assignment of two exercises."""
    root = tmp_path_factory.mktemp("course")
    course = make_course(root, areas=source_cells(ASSIGNMENTS["areas"]))
    return load_assignment(course, "areas")


def test_every_text_of_the_page_is_translated() -> None:
    texts = re.findall(r'say\("([^"]+)"', TEMPLATE.read_text())
    assert len(texts) > 10
    assert [text for text in texts if text not in ZH.messages] == []


def test_every_translation_has_the_places_of_its_text() -> None:
    for english, chinese in ZH.messages.items():
        assert sorted(PLACES.findall(english)) == sorted(PLACES.findall(chinese))
        assert CHINESE.search(chinese) or not re.search("[a-z]{4}", PLACES.sub("", english))


def test_every_verdict_and_every_end_of_a_test_is_translated() -> None:
    for verdict, _ in view._VERDICTS.values():
        assert CHINESE.search(ZH.said(verdict))
    for _, message in score._ENDED.values():
        assert CHINESE.search(ZH.said(message))
    for text in (score.NOT_RUN, score.NOT_SOLVED):
        assert CHINESE.search(ZH.said(text))


@pytest.mark.parametrize("base", list(PenaltyBase))
@pytest.mark.parametrize("share", [0.0, 0.15, 1.0])
def test_lateness_is_explained_in_chinese(base: PenaltyBase, share: float) -> None:
    due = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    extension = Extension(frozenset({"s"}), frozenset(), timedelta(days=1), None, "生病")
    lateness = Lateness(
        "a",
        due,
        due + timedelta(days=1),
        due + timedelta(days=2),
        extension=extension,
        late=timedelta(days=1),
        counted=timedelta(hours=3) if share else timedelta(),
        late_days=1 if share else 0,
        share=share,
        of=base,
    )
    for sentence in explain(lateness, points=3):
        assert CHINESE.search(ZH.said(sentence)), sentence


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (timedelta(days=1, hours=6), "1 天 6 小时"),
        (timedelta(days=2, minutes=3), "2 天 3 分钟"),
        (timedelta(days=3), "3 天"),
        (timedelta(hours=5, minutes=1), "5 小时 1 分钟"),
        (timedelta(hours=7), "7 小时"),
        (timedelta(seconds=20), "1 分钟"),
    ],
)
def test_how_late_is_said_in_chinese(late: timedelta, said: str) -> None:
    due = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    lateness = Lateness("a", due, due, due + late, late=late)
    assert f"晚 {said}。" in ZH.said(explain(lateness, points=0)[0])


def of_our_own(text: str, *names: str) -> list[str]:
    """English words that are neither names nor the parser's."""
    known = {"ipynb", "nbgrader", "nbformat", "UTF", "JSON", "Jupyter", "raw", "markdown", "code"}
    return [word for word in re.findall("[A-Za-z]{3,}", text) if word not in {*known, *names}]


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.repairs])
def test_every_repair_is_told_in_chinese(areas: Assignment, kind: str) -> None:
    release = json.loads(notebook(released(source_cells(ASSIGNMENTS["areas"]))))
    number = list(KINDS).index(kind)
    mine = hand_in(Student(number), ASSIGNMENTS["areas"], release, personal=False)
    assert mine.kind == kind
    verdict = grade(areas, Submission({mine.file: mine.data}), Policy(), InstantEngine())
    assert verdict.repairs
    for repair in verdict.repairs:
        what = f"{repair.grade_id}: {repair.what}" if repair.grade_id else repair.what
        # Names of cells and files stay; so they stand before the colon or in quotes.
        own = re.sub(r"^[\w-]+：|'[^']*'|\w+\.ipynb", "", ZH.said(what))
        assert CHINESE.search(own), what
        assert of_our_own(own) == [], what


SMALL = Policy(notebook=NotebookLimits(file_bytes=200_000, cells=2, source_chars=100))
CELL = {"cell_type": "code", "source": "x", "metadata": {}}
UNREADABLE = [
    b"",
    b"\xff",
    b"{",
    b"[" * 100_000,
    b"[]",
    b'{"nbformat": 4, "x": ' + b"9" * 5_000 + b"}",
    b'{"nbformat": 9}',
    b'{"nbformat": 4}',
    b'{"nbformat": 4, "cells": [1]}',
    b'{"nbformat": 4, "cells": [{"cell_type": "slide"}]}',
    b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 1}]}',
    b'{"nbformat": 4, "cells": []}',
    json.dumps({"nbformat": 4, "cells": [CELL] * 3}).encode(),
    json.dumps({"nbformat": 4, "cells": [CELL | {"source": "x" * 101}]}).encode(),
    b" " * 200_001,
]


@pytest.mark.parametrize("data", UNREADABLE, ids=range(len(UNREADABLE)))
def test_why_nothing_could_be_graded_is_told_in_chinese(areas: Assignment, data: bytes) -> None:
    reason = grade(areas, Submission({"areas": data}), SMALL, InstantEngine()).reason
    said = ZH.said(reason)
    assert CHINESE.search(said), reason
    assert "hand it in" not in said, reason
    assert "请" in said, reason


def test_a_submission_without_its_notebook_is_told_in_chinese(areas: Assignment) -> None:
    verdict = grade(areas, Submission({}), Policy(), InstantEngine())
    assert (
        ZH.said(verdict.reason)
        == "本次作业由 areas.ipynb 组成，但找到的是 没有任何笔记本。请用原来的文件名提交。"
    )


def test_a_line_made_to_be_parted_in_many_ways_is_left_alone() -> None:
    line = ": it has cells, more than . " * 1_000
    assert ZH.said(line) == line


def test_somebodys_own_words_stay() -> None:
    assert ZH.said("your softmax is wrong at [0, 1]") == "your softmax is wrong at [0, 1]"
    assert ZH.said("2 of 3 rows differ") == "2 of 3 rows differ"
    english = load_language("en")
    assert english.said("Passed") == "Passed"


@given(st.text(max_size=80))
def test_any_text_is_said(text: str) -> None:
    assert isinstance(ZH.said(text), str)


def test_values_with_braces_are_not_filled_in_again() -> None:
    assert ZH.said("{x}: the cell was missing; put back") == "{x}：缺少该单元格，已补回"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(OperatorError, match=r"language = 'de': there is 'en', 'zh'"):
        load_language("de")


@pytest.mark.parametrize(
    "cause",
    [
        None,
        Cause(Origin.AUTHOR),
        Cause(Origin.TEST),
        Cause(Origin.TEST, "AssertionError"),
        Cause(Origin.TEST, "ValueError"),
        Cause(Origin.SUBMISSION),
        Cause(Origin.SUBMISSION, "NotImplementedError"),
        Cause(Origin.SUBMISSION, "TypeError", place=("a", 1)),
    ],
)
def test_what_is_told_about_a_hidden_test_is_in_chinese(cause: Cause | None) -> None:
    failure = Failure("E", "e", (), cause=cause)
    for text in (told(failure, {"a": "1/0"}), withheld(failure), withheld(None)):
        lines = ZH.said(text).split("\n")
        assert [line for line in lines if line != "1/0" and not CHINESE.search(line)] == []


def test_sentences_in_the_place_of_outputs_are_said_and_escaped() -> None:
    cell = CellView(
        "", "", Markup(""), ("[3 more outputs are left out]", "<i>", Markup("<b>1</b>"))
    )
    html = render(Page("a", "n", "s", cells=(cell,)), ZH).decode()
    assert "<p>[另有 3 项输出未显示]</p>" in html
    assert "<p>&lt;i&gt;</p>" in html
    assert '<div class="output"><b>1</b></div>' in html


@pytest.mark.parametrize(("language", "word"), [(load_language("en"), "Not run"), (ZH, "未运行")])
def test_a_page_speaks_its_language(language: Language, word: str) -> None:
    result = Result("g", "Test", "Not run", "bad", 0.0, 2.0, "<b>说明</b>")
    page = Page("a", "n", "s", exercises=(Exercise("Results", (result,)),))
    html = render(page, language).decode()
    assert word in html
    assert f'<html lang="{language.tag}">' in html
    assert "&lt;b&gt;说明&lt;/b&gt;" in html
