"""Values cross as the exact type they are, and nothing else can be made to arrive."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import fractions
import math
import struct
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.sealed import wire
from autograder.sealed.arrays import DTYPES
from autograder.sealed.values import _DECODERS, CannotCross, Codec
from autograder.sealed.wire import WireError

CODEC = Codec()


def crossed(value: Any) -> Any:
    """The value on the other side."""
    return CODEC.decode(wire.decode(wire.encode(CODEC.encode(value))))


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -5, 1 << 100, 2.5, -0.0, 1j, "", "é 中文", b"\0\xff",
        [1, [2.0, "x"]], (1, (2,)), {}, {1: [2], "a": (3,), (1, 2): None}, set(), {1, 2},
        frozenset({3}), bytearray(b"ab"), range(1, 9, 2), slice(1, None, 2), ..., NotImplemented,
        Counter("aab"), OrderedDict(a=1), defaultdict(list, {"a": [1]}), deque([1, 2], 3),
        fractions.Fraction(1, 3), decimal.Decimal("1.50E-7"), uuid.UUID(int=7),
        PurePosixPath("a/b"), {"a": 1}.items(), {"a": 1}.keys(),
        dt.datetime.fromisoformat("2026-01-02T03:04:05.6"), dt.date(2026, 1, 2), dt.time(3, 4),
        dt.datetime(2026, 1, 2, tzinfo=dt.UTC), dt.timedelta(1, 2, 3),
        np.float64(1.5), np.float32("inf"), np.int8(-3), np.array([True])[0], np.str_("ab"),
        np.datetime64("2020-01-01"), np.complex64(1j), np.longdouble(1),
        np.dtype("f4"), np.dtype([("a", "<i4"), ("b", "<f8", (2,))]),
        torch.float32, torch.bfloat16, torch.device("cpu"), torch.Size([1, 2]), torch.strided,
        int, float, list, type(None), np.float32, np.ndarray, torch.Tensor, ValueError,
    ],
    ids=repr,
)  # fmt: skip
def test_data_keeps_its_exact_type_and_value(value: Any) -> None:
    result = crossed(value)
    assert type(result) is type(value)
    assert result == value
    assert repr(result) == repr(value)


@pytest.mark.parametrize("name", sorted(DTYPES))
@pytest.mark.filterwarnings("ignore:ComplexHalf")
def test_tensors_of_every_dtype_and_layout(name: str) -> None:
    try:
        base = torch.arange(12).reshape(3, 4).to(DTYPES[name])
    except (RuntimeError, NotImplementedError):
        pytest.skip("this torch cannot make one")
    for tensor in (base, base.t(), base[:, ::2], base[1], base[1, 2], base[:0],
                   base[:1].expand(4, 4), base.permute(1, 0)):  # fmt: skip
        result = crossed(tensor)
        assert result.dtype == tensor.dtype
        assert result.shape == tensor.shape
        assert result.stride() == tensor.stride()
        assert items(result) == items(tensor)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_single_item_crosses_whatever_its_stride(dtype: torch.dtype) -> None:
    # The gradient of a sum is one, expanded: contiguous by torch's own words, with a stride of 0.
    tensor = torch.tensor(3.0, dtype=dtype).expand(1)
    assert tensor.is_contiguous()
    assert tensor.stride() == (0,)
    assert crossed(tensor).tolist() == [3.0]


def items(tensor: torch.Tensor) -> list[int]:
    """A tensor's items as bytes."""
    found: list[int] = tensor.reshape(-1).contiguous().view(torch.uint8).tolist()
    return found


def test_the_gaps_under_a_view_stay_where_they_are() -> None:
    secret = torch.tensor([[1.0, 42.0], [2.0, 42.0]])
    result = crossed(secret[:, :1])
    assert result.stride() == (2, 1)
    assert 42.0 not in result.as_strided((3,), (1,)).tolist()


@pytest.mark.filterwarnings("ignore:Sparse")
def test_sparse_conjugated_and_overlapping_tensors() -> None:
    tensor = torch.tensor([[0.0, 1.0], [2.0, 0.0]])
    for sparse in (tensor.to_sparse(), tensor.to_sparse_csr()):
        result = crossed(sparse)
        assert result.layout is sparse.layout
        assert torch.equal(result.to_dense(), tensor)
    conjugate = torch.tensor([1 + 2j]).conj()
    assert torch.equal(crossed(conjugate), conjugate)
    windows = torch.arange(5.0).unfold(0, 3, 1)
    assert torch.equal(crossed(windows), windows)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3), np.asfortranarray(np.ones((3, 4))), np.array(5.0),
        np.zeros((0, 3)), np.array(["ab", "c"]), np.array([b"x"]), np.array([True, False]),
        np.array([1, "a", None], dtype=object), np.arange(10)[::3], np.array(["2020"], "M8[D]"),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), np.ones(3, ">f4"),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)  # fmt: skip
def test_arrays_keep_dtype_shape_and_order(array: Any) -> None:
    result = crossed(array)
    assert type(result) is np.ndarray
    assert result.dtype == array.dtype
    assert result.shape == array.shape
    assert result.tolist() == array.tolist()
    assert result.flags.f_contiguous == array.flags.f_contiguous or not array.flags.forc
    assert result.flags.writeable


class Evil(float):
    """A float that equals everything."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


class Text(str):
    """A str that tells another story."""

    __slots__ = ()

    def __str__(self) -> str:
        return "forged"

    def __iter__(self) -> Any:
        return iter("forged")


@pytest.mark.parametrize(("value", "plain"), [(Evil(1.5), 1.5), (Text("true"), "true")])
def test_subclasses_of_scalars_arrive_as_their_plain_value(value: Any, plain: Any) -> None:
    result = crossed(value)
    assert type(result) is type(plain)
    assert result == plain


def test_subclasses_of_tensors_and_arrays_arrive_as_plain_ones() -> None:
    class Tensor(torch.Tensor):
        pass

    class Array(np.ndarray[Any, Any]):
        pass

    assert type(crossed(torch.ones(2).as_subclass(Tensor))) is torch.Tensor
    assert type(crossed(np.ones(2).view(Array))) is np.ndarray


def test_exceptions_of_built_in_types_are_data() -> None:
    error = crossed(ValueError("neg", 3))
    assert type(error) is ValueError
    assert error.args == ("neg", 3)
    assert type(crossed(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"))) is UnicodeDecodeError


@pytest.mark.parametrize("value", [len, object(), lambda: 1, type("New", (), {}), open])
def test_what_is_no_data_does_not_cross_as_data(value: Any) -> None:
    with pytest.raises(CannotCross):
        CODEC.encode(value)


def test_a_value_that_contains_itself_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(CannotCross, match="nested too deeply"):
        CODEC.encode(ring)


def test_booleans_are_zero_or_one_whatever_the_bytes() -> None:
    assert CODEC.decode(("T", "bool", [2], bytearray(b"\x02\x00"), None)).tolist() == [True, False]
    assert CODEC.decode(("nd", "|b1", [2], bytearray(b"\x7f\x00"), False)).tolist() == [True, False]


def beyond(left: int, following: int) -> bytearray:
    """A generator's state that gives more numbers than it has."""
    state = bytearray(torch.Generator().get_state().numpy().tobytes())
    struct.pack_into("<i", state, 8, left)
    struct.pack_into("<Q", state, 16, following)
    return state


FORMS = [
    ("T", "float32", [-1], bytearray(4), None),
    ("T", "float32", [1 << 62], bytearray(4), None),
    ("T", "float32", [2], bytearray(4), None),
    ("T", "float32", [1], bytearray(3), None),
    ("T", "float32", [2], bytearray(8), [-1]),
    ("T", "float32", [2], bytearray(8), [1 << 61]),
    ("T", "float32", [1 << 40, 1 << 40], bytearray(4), [0, 0]),
    ("T", "float32", [0, 1 << 60], bytearray(0), None),
    ("T", "quint8", [1], bytearray(1), None),
    ("T", "float32", [True], bytearray(4), None),
    ("T", "float32", [1], b"1234", None),
    ("TS", "coo", [("T", "int64", [1, 1], bytearray(struct.pack("<q", 99)), None),
                   ("T", "float32", [1], bytearray(4), None)], [2], False),
    ("TS", "coo", [], [2], False),
    ("nd", "|O", [1], bytearray(8), False),
    ("nd", "O8", [1], bytearray(8), False),
    ("nd", "<f8, <f8", [1], bytearray(16), False),
    ("nd", [[("a", "|O", [], 0)], 8], [1], bytearray(8), False),
    ("nd", [[("a", "<f8", [], 80)], 8], [1], bytearray(8), False),
    ("nd", "<f8", [1 << 40], bytearray(8), False),
    ("nd", "<U0", [1 << 50], bytearray(0), False),
    ("ndo", [3], [1]),
    ("ns", "<f8", b"1"),
    ("d", [1]),
    ("d", [[1], 2]),
    ("s", [[]]),
    ("fr", 1, 0),
    ("dec", "__import__('os')"),
    ("r", 1, 2, 0),
    ("sz", [-1]),
    ("type", "builtins.eval"),
    ("type", "builtins.type"),
    ("ex", "Nope", []),
    ("ex", "SystemExit"),
    ("thd", "nope"),
    ("dev", "cuda:0"),
    ("pk", b"cos\nsystem\n."),
    ("lib", "os", "system"),
    ("ddict", "builtins.eval", []),
    ("dq", [1], -1),
    ("gen", bytearray(7)),
    ("gen", beyond(600, 624)),
    ("gen", beyond(-1, 626)),
    ("view", "items", [1]),
    (),
    (1, 2),
    "x".__class__,
    {"a": 1},
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS, ids=lambda form: repr(form)[:60])
def test_forms_that_lie_are_refused(form: Any) -> None:
    with pytest.raises(WireError):
        CODEC.decode(form)


tags = st.sampled_from([*_DECODERS, "h", "m", "M", "B", "j", "err", "zz"])
leaves = (
    st.none() | st.booleans() | st.integers(-5, 1 << 65) | st.floats() | st.text(max_size=8)
    | st.binary(max_size=16) | st.binary(max_size=16).map(bytearray)
    | st.sampled_from(["float32", "<f8", "|b1", "<U3", "O", "builtins.int", "items"])
)  # fmt: skip
forms = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(tags, inner)
        | st.tuples(tags, inner, inner)
        | st.tuples(tags, inner, inner, inner)
        | st.tuples(tags, inner, inner, inner, inner)
    ),
    max_leaves=20,
)


@given(forms)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.filterwarnings("ignore")
def test_any_form_gives_a_value_or_a_clean_error(form: Any) -> None:
    with contextlib.suppress(WireError):
        CODEC.decode(form)


hashable = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=5,
)
data = st.recursive(
    hashable | st.binary() | st.fractions() | st.dates() | st.timedeltas(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(hashable, inner, max_size=5)
        | st.sets(hashable, max_size=5)
    ),
    max_leaves=20,
)


@given(data)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nested_data_comes_back_equal_and_prints_the_same(value: Any) -> None:
    result = crossed(value)
    assert result == value
    if not isinstance(value, set):
        assert type(result) is type(value)


def test_nan_stays_nan() -> None:
    assert math.isnan(crossed(math.nan))
    assert crossed(np.array([np.nan, 1.0])).tolist()[1] == 1.0
