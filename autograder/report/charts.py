"""The charts of the page, as Vega-Lite; the page fills in their data.

Their marks have words for screen readers, and differ in lightness, size or place, not in hue alone.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, TypeAlias

import altair as alt
import vl_convert

__all__ = ["charts", "library"]

_Chart: TypeAlias = Any
"""Of Altair; the types it declares differ from call to call."""
_MAIN: Final = "#3a78b0"
_BEHIND: Final = "#9aa7b4"
_OUTCOMES: Final = {
    "full points": "#b5d3ea",
    "some points": "#5f9bcb",
    "no points": "#1d4470",
    "to be marked": "#c9c3b4",
}
_STATES: Final = {
    "on time": "#b5d3ea",
    "late": "#5f9bcb",
    "put aside": "#1d4470",
    "waiting": "#c9c3b4",
    "missing": "#a8653a",
}
_PERCENT: Final = alt.Axis(format="%", tickCount=6)


@cache
def library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script that needs no network."""
    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed")
    # Neither may end the element that it stands in, whatever its strings say.
    return script.replace("\r\n", "\n").replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def charts() -> dict[str, dict[str, Any]]:
    """Specifications by name; each reads a data set of its own name."""
    made = {
        "scores": _scores(),
        "outcomes": _outcomes(),
        "quality": _quality(),
        "together": _together(),
        "times": _histogram("times", "hours after the deadline", mark=0.0),
        "seconds": _histogram("seconds", "seconds to grade a submission"),
        "memory": _histogram("memory", "MiB at most in any cell"),
        "term": _term(),
        "states": _states(),
    }
    return {name: _styled(chart) for name, chart in made.items()}


def _styled(chart: _Chart) -> dict[str, Any]:
    text = {"labelColor": "currentColor", "titleColor": "currentColor", "titleFontWeight": 500}
    sizes = {"labelFontSize": 12, "titleFontSize": 12}
    spec: dict[str, Any] = (
        chart.configure(background="transparent", font="system-ui, sans-serif")
        .configure_axis(
            **text,
            **sizes,
            gridColor="#8a96a3",
            gridOpacity=0.25,
            domainColor="#8a96a3",
            tickColor="#8a96a3",
            labelLimit=220,
        )
        .configure_legend(**text, **sizes, orient="top", title=None, symbolType="square")
        .configure_view(stroke=None)
        .to_dict()
    )
    return {**spec, "width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}


def _data(name: str) -> alt.NamedData:
    return alt.NamedData(name=name)


def _scores() -> _Chart:
    return _counted(
        "scores",
        alt.X("from:Q", title="share of the points", axis=_PERCENT, scale=alt.Scale(nice=False)),
        "to:Q",
        "Distribution of scores: how many students have which share of the points",
    ).properties(height=220)


def _histogram(name: str, title: str, mark: float | None = None) -> _Chart:
    chart = _counted(
        name,
        alt.X("from:Q", title=title, scale=alt.Scale(nice=False, zero=False)),
        "to:Q",
        f"How many students have how many {title}",
    )
    if mark is not None:
        line = alt.Chart().mark_rule(color="currentColor", strokeDash=[4, 3], aria=False)
        chart += line.encode(x=alt.datum(mark))
    return chart.properties(height=150)


def _counted(name: str, x: alt.X, x2: str, description: str) -> _Chart:
    """Bars for those who are chosen, before bars for everybody."""
    base = alt.Chart(_data(name)).encode(x=x, x2=alt.X2(x2), y2=alt.Y2Datum(0))
    tooltip = [alt.Tooltip("span:N", title="from, to"), "chosen:Q", "everybody:Q"]
    everybody = base.mark_bar(color=_BEHIND, opacity=0.4, binSpacing=1, aria=False).encode(
        y=alt.Y(
            "everybody:Q",
            title="students",
            stack=None,
            axis=alt.Axis(tickMinStep=1, tickCount=5, format="d"),
        ),
        tooltip=tooltip,
    )
    chosen = base.mark_bar(color=_MAIN, binSpacing=1).encode(
        y=alt.Y("chosen:Q", title="students", stack=None), tooltip=tooltip, description="said:N"
    )
    return alt.layer(everybody, chosen, data=_data(name)).properties(description=description)


def _outcomes() -> _Chart:
    share = alt.X("students:Q", stack="normalize", title="share of students", axis=_PERCENT)
    description = "For each grade cell the share of students with full, some and no points"
    return _bars("outcomes", "cell", share, "outcome", _OUTCOMES, 17, description)


def _quality() -> _Chart:
    base = alt.Chart(_data("quality")).encode(
        x=alt.X(
            "facility:Q",
            title="difficulty: mean share of the points (right is easy)",
            scale=alt.Scale(domain=[0, 1]),
            axis=_PERCENT,
        ),
        y=alt.Y(
            "item_rest:Q",
            title="discrimination: item-rest correlation",
            scale=alt.Scale(padding=12),
        ),
        tooltip=[
            "cell:N",
            alt.Tooltip("facility:Q", format=".0%"),
            alt.Tooltip("item_rest:Q", format=".2f", title="item-rest"),
        ],
    )
    points = base.mark_point(filled=True, size=70, opacity=0.8).encode(
        color=alt.condition("datum.look", alt.value("#c2572b"), alt.value(_MAIN)),
        shape=alt.condition("datum.look", alt.value("diamond"), alt.value("circle")),
        description="said:N",
    )
    names = (
        base.transform_filter("datum.look")
        .mark_text(align="left", dx=8, fontSize=11, color="currentColor", aria=False)
        .encode(text="cell:N")
    )
    line = (
        alt.Chart()
        .mark_rule(color="currentColor", strokeDash=[4, 3], opacity=0.6, aria=False)
        .encode(y=alt.datum(0.2))
    )
    return alt.layer(points, names, line, data=_data("quality")).properties(
        height=380, description="Difficulty and discrimination of each grade cell"
    )


def _together() -> _Chart:
    return (
        alt.Chart(_data("together"))
        .mark_square(strokeWidth=1.2)
        .encode(
            x=alt.X("other:N", sort=None, title=None, axis=alt.Axis(labelAngle=-90, grid=True)),
            y=alt.Y("one:N", sort=None, title=None, axis=alt.Axis(grid=True)),
            size=alt.Size(
                "strength:Q",
                scale=alt.Scale(domain=[0, 0.8], range=[0, 230], clamp=True),
                legend=alt.Legend(title="phi", values=[0.1, 0.3, 0.5, 0.8]),
            ),
            # Negative ones are hollow.
            fill=alt.condition("datum.phi < 0", alt.value("transparent"), alt.value(_MAIN)),
            stroke=alt.condition("datum.phi < 0", alt.value("#c2572b"), alt.value(_MAIN)),
            tooltip=[
                "one:N",
                "other:N",
                alt.Tooltip("phi:Q", format=".2f"),
                alt.Tooltip("jaccard:Q", format=".2f", title="Jaccard"),
                alt.Tooltip("both:Q", title="failed both"),
            ],
        )
        .properties(
            height=alt.Step(17),
            description="Pairs of grade cells that the same students fail: larger is more often",
        )
    )


def _term() -> _Chart:
    base = alt.Chart(_data("term")).encode(x=alt.X("assignment:N", sort=None, title=None))
    share = alt.Y("lower:Q", title="share of the points", axis=_PERCENT)
    full = share.scale(alt.Scale(domain=[0, 1]))
    whisker = base.mark_rule(color="#5c6670", aria=False).encode(
        y=alt.Y("lowest:Q", title="share of the points"), y2="highest:Q"
    )
    box = base.mark_bar(size=34, color=_MAIN, opacity=0.75).encode(
        y=full, y2="upper:Q", description="said:N"
    )
    middle = base.mark_tick(thickness=3, size=34, color="currentColor", aria=False).encode(
        y=alt.Y("median:Q")
    )
    lines = (
        alt.Chart(_data("lines"))
        .mark_line(point=True, color="#c2572b", strokeWidth=1.5)
        .encode(
            x=alt.X("assignment:N", sort=None),
            y=alt.Y("share:Q"),
            detail="student:N",
            tooltip=["student:N", "assignment:N", alt.Tooltip("share:Q", format=".0%")],
        )
    )
    return alt.layer(whisker, box, middle, lines).properties(
        height=240,
        description="Share of the points in each assignment: median, middle half, middle 90 %",
    )


def _states() -> _Chart:
    count = alt.X("students:Q", stack="zero", title="students")
    description = "For each assignment: how many students handed in on time, late or not"
    return _bars("states", "assignment", count, "state", _STATES, 26, description)


def _bars(
    name: str,
    row: str,
    students: alt.X,
    field: str,
    colours: dict[str, str],
    height: int,
    description: str,
) -> _Chart:
    """One bar a row, with a part for each value of a field."""
    return (
        alt.Chart(_data(name))
        .mark_bar(stroke="#5c6670", strokeWidth=0.5)
        .encode(
            y=alt.Y(f"{row}:N", sort=None, title=None),
            x=students,
            color=_scale(f"{field}:N", colours),
            order="order:Q",
            tooltip=[f"{row}:N", f"{field}:N", "students:Q"],
            description="said:N",
        )
        .properties(height=alt.Step(height), description=description)
    )


def _scale(field: str, colours: dict[str, str]) -> alt.Color:
    domain, values = list(colours), list(colours.values())
    return alt.Color(
        field, scale=alt.Scale(domain=domain, range=values), legend=alt.Legend(columns=2)
    )
