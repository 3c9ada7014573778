"""The wire: what goes in comes out, and any bytes give a value or a clean error within bounds."""

from __future__ import annotations

import contextlib
import os
import pickle
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from pickle import PickleBuffer
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.sealed.wire import Channel, Closed, WireError, WireLimits, decode, encode

SMALL = WireLimits(body_bytes=4096, buffer_bytes=1 << 17, depth=8, items=200, int_bytes=64)

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 200), 1 << 200)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
)
messages = st.recursive(
    scalars | st.lists(st.floats(allow_nan=False), min_size=8),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers()), inner)
    ),
    max_leaves=30,
)


def typed(value: Any) -> Any:
    """A value with its types, so that 1, 1.0 and True differ."""
    if isinstance(value, list | tuple):
        return type(value), [typed(item) for item in value]
    if isinstance(value, dict):
        return dict, [(typed(key), typed(item)) for key, item in value.items()]
    return type(value), value


@given(messages)
@settings(deadline=None)
def test_every_message_comes_back_with_its_types(message: Any) -> None:
    assert typed(decode(encode(message))) == typed(message)


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_give_a_clean_error(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(b"AGW1" + data[:20], SMALL)
    body = struct.pack("<4sIQ", b"AGW1", len(data), 0) + data
    with contextlib.suppress(WireError):
        decode(body, SMALL)


@given(messages, st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_frame_gives_a_value_or_a_clean_error(message: Any, data: Any) -> None:
    frame = bytearray(encode(message))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        decode(bytes(frame), SMALL)


@given(messages, st.integers(0, 1000))
@settings(deadline=None)
def test_a_frame_cut_short_is_an_error(message: Any, size: int) -> None:
    frame = encode(message)
    with pytest.raises(WireError):
        decode(frame[: min(size, len(frame) - 1)])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"l" + struct.pack("<I", 0xFFFFFFFF),
        b"p" + struct.pack("<I", 0xFFFFFFFF),
        b"d" + struct.pack("<I", 0xFFFFFFFF),
        b"s" + struct.pack("<I", 0xFFFFFFFF),
        b"X" + struct.pack("<Q", 1 << 60),
        b"X" + struct.pack("<Q", 1),
        b"I" + struct.pack("<I", 0xFFFFFFF0),
        b"l\x01\0\0\0" * 500 + b"N",
        b"l" + struct.pack("<I", 3000) + b"N" * 3000,
        b"d\x01\0\0\0l\0\0\0\0N",
        b"d\x02\0\0\0NNNN",
        b"s\x02\0\0\0\xff\xff",
        b"NN",
        b"?",
    ],
)
def test_a_lying_frame_costs_nothing(body: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(WireError):
        decode(struct.pack("<4sIQ", b"AGW1", len(body), 0) + body, SMALL)
    assert time.perf_counter() - started < 0.5


def test_sizes_in_the_header_are_checked_before_memory_is_taken() -> None:
    for body, buffers in ((1 << 31, 0), (0, 1 << 62)):
        with pytest.raises(WireError, match="larger than allowed"):
            decode(struct.pack("<4sIQ", b"AGW1", body, buffers))


def test_keys_that_are_no_text_can_be_refused() -> None:
    limits = WireLimits(text_keys=True)
    assert decode(encode({"a": 1}), limits) == {"a": 1}
    with pytest.raises(WireError, match="not text"):
        decode(encode({1: 1}), limits)


class Text(str):
    """A str with behaviour."""

    __slots__ = ()


@pytest.mark.parametrize("value", [Text("a"), object(), {1, 2}, [Text("a")], {Text("a"): 1}])
def test_only_exact_plain_types_are_sent(value: Any) -> None:
    with pytest.raises(WireError, match="not plain data"):
        encode(value)


def test_what_is_over_the_bounds_is_not_sent() -> None:
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    for message in (deep, [None] * 1000, "x" * 5000, 1 << 10_000, bytearray(1 << 18)):
        with pytest.raises(WireError):
            encode(message, SMALL)


@pytest.fixture
def channels() -> Iterator[tuple[Channel, Channel]]:
    """Two ends of one stream."""
    left, right = socket.socketpair()
    ends = Channel(left), Channel(right)
    yield ends
    for end in ends:
        end.close()


def test_large_buffers_arrive_as_new_writable_memory(channels: tuple[Channel, Channel]) -> None:
    left, right = channels
    data = bytearray(os.urandom(3 << 20))
    sender = threading.Thread(target=left.send, args=({"data": memoryview(data), "n": 1},))
    sender.start()
    message = right.recv(10)
    sender.join()
    assert message["n"] == 1
    assert type(message["data"]) is bytearray
    assert message["data"] == data


def test_a_message_in_pieces_is_kept_until_it_is_whole(channels: tuple[Channel, Channel]) -> None:
    left, right = channels
    frame = encode(["a", "b"])
    raw = socket.socket(fileno=os.dup(left.fileno()))
    raw.sendall(frame[:10])
    assert right.poll() == (False, None)
    with pytest.raises(TimeoutError):
        right.recv(0.01)
    raw.sendall(frame[10:])
    assert right.recv(1) == ["a", "b"]
    raw.close()


def test_the_end_of_the_stream_is_told(channels: tuple[Channel, Channel]) -> None:
    left, right = channels
    left.close()
    with pytest.raises(Closed):
        right.recv(1)
    with pytest.raises(Closed):
        right.send("anyone?")


def test_a_malformed_message_breaks_the_channel(channels: tuple[Channel, Channel]) -> None:
    left, right = channels
    raw = socket.socket(fileno=os.dup(left.fileno()))
    raw.sendall(b"not a frame at all, but long enough")
    with pytest.raises(WireError, match="not a frame"):
        right.recv(1)
    with pytest.raises(Closed):
        right.recv(1)
    raw.close()


def test_a_receiver_that_takes_nothing_does_not_hold_the_sender(
    channels: tuple[Channel, Channel],
) -> None:
    started = time.monotonic()
    with pytest.raises(WireError, match="in time"):
        channels[0].send(bytearray(8 << 20), timeout=0.2)
    assert time.monotonic() - started < 5


@given(messages)
@settings(deadline=None)
def test_every_message_comes_back_from_a_pickle_with_its_types(message: Any) -> None:
    left, right = socket.socketpair()
    one, other = Channel(left), Channel(right)
    one.send_pickles()
    other.read_pickles()
    one.send(message)
    assert typed(other.recv(10)) == typed(message)
    one.close()
    other.close()


@pytest.mark.parametrize("value", [Text("a"), object(), [Text("a")], int, print, os])
def test_only_exact_plain_types_are_pickled(value: Any, channels: tuple[Channel, Channel]) -> None:
    channels[0].send_pickles()
    with pytest.raises(WireError, match="not plain data"):
        channels[0].send(value)


def test_large_buffers_beside_a_pickle_arrive_as_new_writable_memory(
    channels: tuple[Channel, Channel],
) -> None:
    left, right = channels
    left.send_pickles()
    right.read_pickles()
    data = os.urandom(3 << 20)
    buffers = [PickleBuffer(bytearray(data)), bytearray(data[:10])]
    sender = threading.Thread(target=left.send, args=(buffers,))
    sender.start()
    message = right.recv(10)
    sender.join()
    assert [type(part) for part in message] == [bytearray, bytearray]
    assert message == [data, data[:10]]


def test_a_pickle_is_nonsense_to_whoever_was_not_told_to_believe(
    channels: tuple[Channel, Channel], tmp_path: Path
) -> None:
    class Harmful:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "unpickled"),)

    left, right = channels
    body = pickle.dumps(Harmful())
    right._sock.sendall(struct.pack("<4sQI", b"AGP1", len(body), 0) + body)
    left.send_pickles()
    with pytest.raises(WireError):
        left.recv(10)
    assert not (tmp_path / "unpickled").exists()
