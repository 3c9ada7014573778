"""Writes the corpus that fuzzing starts from: real notebooks and real messages, kept small.

python -m tests.fuzz.seeds
"""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import json
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np
import torch

from autograder.sealed.packing import encode
from autograder.sealed.values import Codec
from tests.attacks.attacks import Attack, honest
from tests.attacks.tampering import tamperings
from tests.fuzz.targets import CORPUS

_HEADER: Final = 16
_SMALL: Final = 20_000


def main() -> None:
    """Replace the corpus."""
    for folder, contents in {
        "notebook": _notebooks(),
        "reports": map(_body, _reports()),
        "values": map(_body, map(Codec().encode, _values())),
        "wire": _frames(),
    }.items():
        (CORPUS / folder).mkdir(parents=True, exist_ok=True)
        for old in (CORPUS / folder).iterdir():
            old.unlink()
        for number, data in enumerate(contents):
            (CORPUS / folder / f"{number:02}").write_bytes(data)


def _notebooks() -> Iterator[bytes]:
    yield honest().submission({}).notebooks["target"]
    for attack in list(tamperings())[::6]:
        data = _tampered(attack)
        if len(data) < _SMALL:
            yield data
    sheet = {"cell_type": "code", "input": ["a = 1\n"], "language": "python"}
    yield json.dumps({"nbformat": 3, "worksheets": [{"cells": [sheet]}]}).encode()


def _tampered(attack: Attack) -> bytes:
    return attack.submission({}).notebooks["target"]


def _reports() -> Iterator[Any]:
    shown = {"text/plain": "4", "application/json": {"a": [1, None, 1.5]}, "image/png": "iVBO"}
    yield {"op": "output", "output": {"output_type": "stream", "name": "stdout", "text": "hi\n"}}
    yield {
        "op": "output",
        "display_id": "d",
        "output": {"output_type": "display_data", "data": shown, "metadata": {"a": {"width": 3}}},
    }
    yield {
        "op": "output",
        "output": {
            "output_type": "execute_result",
            "data": shown,
            "metadata": {},
            "execution_count": 3,
        },
    }
    error = {"ename": "ValueError", "evalue": "no", "traceback": ["a", "b"]}
    yield {"op": "output", "output": {"output_type": "error", **error}}
    yield {"op": "update_display", "display_id": "d", "data": shown, "metadata": {}}
    yield {"op": "clear_output", "wait": True}
    yield {"op": "done", "failure": error, "returned": None}
    yield {"op": "done", "failure": None, "returned": "4"}


def _values() -> Iterator[Any]:
    yield [None, True, 3, 1 << 70, 1.5, float("nan"), 2j, "text", b"bytes", bytearray(b"b")]
    yield {"a": (1, 2), 3: {4, 5}, None: frozenset({6}), (1, 2): [slice(1, None), range(3), ...]}
    yield [OrderedDict(a=1), Counter("aab"), defaultdict(list, a=[1]), deque([1, 2], 5)]
    yield [fractions.Fraction(1, 3), decimal.Decimal("1.50"), uuid.UUID(int=5), PurePosixPath("a")]
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
    yield [moment, moment.date(), moment.replace(tzinfo=None).time(), dt.timedelta(3, 4, 5)]
    yield [{"a": 1}.keys(), {"a": 1}.values(), {"a": 1}.items(), ValueError("no", 3), int]
    yield [np.arange(6).reshape(2, 3), np.zeros((0, 3)), np.array(["a", "bc"]), np.float32(2.5)]
    yield np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8", (2,))])
    yield [np.asfortranarray(np.eye(3)), np.array([None, [1]], dtype=object), np.dtype("M8[s]")]
    yield np.ma.MaskedArray([1, 2], [True, False])
    yield [torch.arange(6.0).reshape(2, 3).T, torch.zeros(2, 0), torch.ones(3, dtype=torch.bool)]
    yield [torch.tensor([1 + 2j]), torch.zeros(3, dtype=torch.bfloat16), torch.ones(1).expand(3, 4)]
    yield [torch.eye(3).to_sparse(), torch.eye(3).to_sparse_csr(), torch.Size([1, 2])]
    yield [torch.float16, torch.device("cpu"), torch.strided, torch.Generator().manual_seed(1)]


def _frames() -> Iterator[bytes]:
    yield encode(None)
    yield encode({"op": "call", "args": [1, 2.5, "x"], "data": bytearray(b"1234")})
    yield encode([[1.0] * 10, (1, -1), 1 << 100, 1j, b"b", True])
    yield encode(bytearray(1 << 15))
    yield _body({"a": [{}, {"b": ()}]})


def _body(message: Any) -> bytes:
    return encode(message)[_HEADER:]


if __name__ == "__main__":
    main()
