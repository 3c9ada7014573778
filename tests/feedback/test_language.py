from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import OperatorError
from autograder.feedback import view
from autograder.feedback.language import Language, load_language
from autograder.feedback.page import Exercise, Page, Result, render
from autograder.grading import score
from autograder.lateness import Lateness, explain
from autograder.lateness.rules import Extension, PenaltyBase

ZH = load_language("zh")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACES = re.compile(r"\{(\w+)\}")
TEMPLATE = Path(view.__file__).parent / "templates" / "page.html.j2"


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


@pytest.mark.parametrize(("language", "word"), [(load_language("en"), "Not run"), (ZH, "未运行")])
def test_a_page_speaks_its_language(language: Language, word: str) -> None:
    result = Result("g", "Test", "Not run", "bad", 0.0, 2.0, "<b>说明</b>")
    page = Page("a", "n", "s", exercises=(Exercise("Results", (result,)),))
    html = render(page, language).decode()
    assert word in html
    assert f'<html lang="{language.tag}">' in html
    assert "&lt;b&gt;说明&lt;/b&gt;" in html
