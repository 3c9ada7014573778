from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.feedback.inert import code, html, markdown, output, plain

PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action='https://evil.example'><input name=password></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>@import 'https://evil.example/x.css'; body { display: none }</style>",
    "<div style='background: url(https://evil.example)' id='results' class='good'>x</div>",
    "<img src='https://evil.example/pixel.png'>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<video src='https://evil.example' autoplay></video>",
    "<object data='https://evil.example'></object>",
    "</pre></article></main><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<template><script>alert(1)</script></template>",
    "<button onclick=alert(1) formaction='javascript:alert(1)'>x</button>",
    "<details open ontoggle=alert(1)>",
    "<xmp><p title='</xmp><script>alert(1)</script>'>",
]
ALLOWED_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|caption|code|dd|del|div|dl|dt|em|h[1-6]|hr|i|img|ins|kbd|li|ol|p"
    r"|pre|q|s|samp|small|span|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var)"
    r"(?: (?:href=\"(?:https?://|mailto:)[^\"]*\"|src=\"data:image/(?:png|jpeg|gif);base64,[^\"]*\""
    r"|alt=\"[^\"]*\"|title=\"[^\"]*\"|(?:col|row)span=\"\d+\"))*\s*/?>"
)


def assert_inert(markup: str) -> None:
    rest = ALLOWED_TAG.sub("", markup)
    assert "<" not in rest, rest


@pytest.mark.parametrize("attack", ATTACKS)
def test_html_of_students_can_do_nothing(attack: str) -> None:
    assert_inert(html(attack))
    assert_inert(markdown(attack))
    assert_inert(markdown(f"text\n\n{attack}\n\n> {attack}"))
    for mime in ("text/html", "text/markdown"):
        assert_inert(output({"output_type": "display_data", "data": {mime: attack}}))


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(alphabet="<>/\"'=` \nabcsrionpt&;#!-()[]*$:", max_size=60))
def test_no_markup_gets_through(text: str) -> None:
    assert_inert(html(text))
    assert_inert(markdown(text))


@pytest.mark.parametrize("attack", ATTACKS)
def test_plain_text_and_code_are_escaped(attack: str) -> None:
    assert "<" not in plain(attack)
    assert "<" not in re.sub(r'<span class="k-\w+">|<span>|</span>', "", code(attack))


def test_tables_images_and_links_stay() -> None:
    shown = markdown("| a | b |\n|---|---|\n| 1 | [x](https://example.org) |")
    assert "<td>1</td>" in shown
    assert '<a href="https://example.org">x</a>' in shown
    picture = markdown("![it](attachment:it.png)", {"it.png": {"image/png": PIXEL}})
    assert f'src="data:image/png;base64,{PIXEL}"' in picture


def test_images_from_elsewhere_become_their_description() -> None:
    shown = markdown("![a curve](https://example.org/curve.png)")
    assert "a curve" in shown
    assert "example.org" not in shown


@pytest.mark.parametrize("name", ["photo.jpg", "sub/Foto 1.PNG", "图.png"])
def test_pictures_beside_the_notebook_show_where_they_can_be_loaded(name: str) -> None:
    tag = f'<img src="{name}" alt="it">'
    assert f'src="{name}"' in html(tag, files=True)
    assert html(tag) == "it"


@pytest.mark.parametrize(
    "name",
    [
        "/logout.png",
        "//evil.example/a.png",
        "../../a.png",
        "http://evil.example/a.png",
        "a.svg",
        "x?y.png",
        "javascript:a.png",
        "a/../b.png",
        "%2e%2e/%2E./api/a.png",
        "a/%2E%2e/b.png",
        "\\\\evil.example\\a.png",
    ],
)
def test_nothing_else_is_a_picture_beside_the_notebook(name: str) -> None:
    assert "<img" not in html(f'<img src="{name}" alt="it">', files=True)


def test_formulas_stay_as_they_are_written() -> None:
    assert r"$\frac{1}{\sqrt{d}} a_1 * b_2 * c$" in markdown(r"$\frac{1}{\sqrt{d}} a_1 * b_2 * c$")


def test_the_style_of_a_data_frame_does_not_show_as_text() -> None:
    frame = "<style scoped>.dataframe td { color: red }</style><table><tr><td>7</td></tr></table>"
    assert "color" not in html(frame)
    assert "<td>7</td>" in html(frame)


def test_a_missing_attachment_shows_the_source() -> None:
    assert "attachment:gone.png" in markdown("![x](attachment:gone.png)")


def test_an_attachment_that_is_no_picture_is_dropped() -> None:
    shown = markdown("![x](attachment:a)", {"a": {"text/html": "PHNjcmlwdD4="}})
    assert "data:text/html" not in shown


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            {"output_type": "stream", "name": "stderr", "text": ["\x1b[31mred\x1b[0m", "\x07!"]},
            '<pre class="stderr">red!</pre>',
        ),
        (
            {"output_type": "error", "ename": "E", "evalue": "<v>", "traceback": ["\x1b[0;31mT<"]},
            '<pre class="stderr">T&lt;</pre>',
        ),
        ({"output_type": "error", "ename": "E", "evalue": "v"}, '<pre class="stderr">E: v</pre>'),
        (
            {"output_type": "display_data", "data": {"image/png": PIXEL, "text/plain": "fig"}},
            f'<img alt="output of this cell" src="data:image/png;base64,{PIXEL}">',
        ),
        (
            {"output_type": "display_data", "data": {"image/png": '"><script>', "text/plain": "f"}},
            "<pre>f</pre>",
        ),
        (
            {
                "output_type": "execute_result",
                "data": {"text/html": "<script>1</script>", "text/plain": "plot"},
            },
            "<pre>plot</pre>",
        ),
        ({"output_type": "display_data", "data": {"application/javascript": "alert(1)"}}, ""),
        ({"output_type": "display_data", "data": [1]}, ""),
        ({"output_type": "stream", "text": {"a": 1}}, '<pre class="stdout"></pre>'),
        ({"output_type": ["stream"]}, ""),
        ({}, ""),
    ],
)
def test_an_output_is_shown_in_its_richest_harmless_form(
    entry: dict[str, object], expected: str
) -> None:
    assert output(entry) == expected


def test_a_drawing_is_an_image() -> None:
    shown = output({"output_type": "display_data", "data": {"image/svg+xml": "<svg onload=x/>"}})
    assert shown.startswith('<img alt="output of this cell" src="data:image/svg+xml;base64,')
    assert "onload" not in shown


def test_control_and_direction_characters_are_dropped() -> None:
    assert plain("a\u202eb\x00c\x9bd") == "abcd"


@pytest.mark.parametrize(
    "text",
    [">" * 5_000 + "x", "<div>" * 20_000, "<b>" * 5_000, "[" * 10_000, "*" * 20_000, "- " * 9_000],
)
def test_deep_and_long_markup_ends(text: str) -> None:
    assert_inert(markdown(text))
    assert_inert(html(text))


def test_long_text_is_shortened_in_the_middle() -> None:
    shown = plain("a" * 30_000 + "end")
    assert len(shown) < 21_000
    assert "characters left out" in shown
    assert shown.endswith("end")
