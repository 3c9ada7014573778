"""pandas objects cross as columns, exactly."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.sealed import wire
from autograder.sealed.values import Codec
from autograder.sealed.wire import WireError
from tests.sealed.pair import passes

pd = pytest.importorskip("pandas")
CODEC = Codec()


def crossed(value: Any) -> Any:
    """The value on the other side."""
    return CODEC.decode(wire.decode(wire.encode(CODEC.encode(value))))


FRAME = {"a": [1, 2, 3], "b": [1.5, None, 2.5], "c": ["x", None, "é"], "d": [True, False, True]}


def test_frames_series_and_indexes() -> None:
    frame = pd.DataFrame(FRAME)
    frame["when"] = pd.to_datetime(["2026-01-01", "2026-01-02", None])
    frame["kind"] = pd.Categorical(["u", "v", "u"])
    frame["whole"] = pd.array([1, None, 3], dtype="Int64")
    means = frame.groupby("kind", observed=True).mean(numeric_only=True)
    indexed = frame.set_index("c"), frame.set_index(["a", "c"])
    for value in (frame, *indexed, frame.iloc[:0], frame.T, means):
        pd.testing.assert_frame_equal(crossed(value), value)
    for name in frame:
        pd.testing.assert_series_equal(crossed(frame[name]), frame[name])
    pd.testing.assert_index_equal(crossed(frame.columns), frame.columns)
    assert crossed(pd.Timestamp("2026-01-02")) == pd.Timestamp("2026-01-02")
    assert crossed(pd.NaT) is pd.NaT


@pytest.mark.parametrize(
    "form",
    [
        ("pd",),
        ("pd", "frame", 1, 2, []),
        ("pd", "series", ("pd", "range", 0, 3, 1, None), None, ("numpy", 5)),
        ("pd", "series", ("pd", "range", 0, 3, 1, None), None, ("object", [1, 2, 3])),
        ("pd", "range", 0, 3, 0, None),
        ("pd", "stamp", 1 << 80, "ns"),
        ("pd", "index", ("int64; import os", [1]), None),
    ],
    ids=repr,
)
def test_tables_that_lie_are_refused(form: Any) -> None:
    with pytest.raises(WireError):
        CODEC.decode(form)


def test_a_student_table_is_judged_as_a_table() -> None:
    passes(
        """
import pandas as pd
def load(): return pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"]})
frame = load()
def means(table): return table.groupby("b")["a"].mean()
""",
        """
expected = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"]})
assert frame.equals(expected) and isinstance(frame, pd.DataFrame)
pd.testing.assert_frame_equal(load(), expected)
assert list(frame.columns) == ["a", "b"] and frame.shape == (3, 2)
assert means(expected)["x"] == 2.0 and frame.loc[0, "b"] == "x"
assert (frame["a"] > 1).sum() == 2
""",
    )
