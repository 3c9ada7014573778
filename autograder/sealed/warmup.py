"""What is imported and done once, so that no notebook pays for it."""

from __future__ import annotations

import gc
import importlib
import io
import random
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Final

from autograder.sealed import pages

__all__ = ["SEED", "threads", "warm_up"]

_ALSO_COMMON: Final = (
    "autograder.checks",
    "pandas",
    "scipy.stats",
    "sklearn",
    "tqdm.auto",
    "einops",
)
SEED: Final = 0
_FAILING_CELL: Final = "import torch\ntorch.zeros(2, 3) @ torch.zeros(2, 3)"
"""Its traceback shows a library's source, which takes long the first time."""


def warm_up() -> None:
    """Import the course's libraries and make every slow first time happen now.

    One thread must remain: what is forked from a process with several can hang.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _arrays()
        _tensors()
        _cells()
        _figures()
        for name in _ALSO_COMMON:
            # No dependencies: where one is installed, and whole, its first import is saved.
            with suppress(Exception):
                importlib.import_module(name)
    _seed()
    gc.collect()
    # Shared pages stay shared: the collector would write into every object's header.
    gc.freeze()
    pages.make_large()


def _arrays() -> None:
    import numpy as np

    np.linalg.norm(np.ones((8, 8)) @ np.ones((8, 8)))
    np.random.default_rng(SEED).normal()


def _tensors() -> None:
    import torch
    from torch.nn import functional

    # Before the first product: its threads would not survive a fork, but their lock would.
    torch.set_num_threads(1)
    with suppress(RuntimeError):
        torch.set_num_interop_threads(1)
    model = torch.nn.Sequential(
        torch.nn.Linear(8, 8), torch.nn.LayerNorm(8), torch.nn.GELU(), torch.nn.Linear(8, 8)
    )
    optimizer = torch.optim.AdamW(model.parameters())
    query = torch.randn(1, 2, 4, 8)
    attended = functional.scaled_dot_product_attention(query, query, query, is_causal=True)
    loss = functional.cross_entropy(model(attended).reshape(-1, 8), torch.zeros(8).long())
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    torch.testing.assert_close(query, query)
    torch.save(model.state_dict(), io.BytesIO())
    repr(query)


def _figures() -> None:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1], label="line")
    axes.set_title("title")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png")
    plt.close(figure)


def _cells() -> None:
    """Import both parts of a notebook and let their shell run and fail once."""
    from autograder.sealed import shell

    for part in ("student", "judge"):
        importlib.import_module(f"autograder.sealed.{part}")
    shell.prepare()
    # Without descriptors taken over; a child makes a shell of its own over what is prepared.
    shell.CellShell(lambda _report: None).run(_FAILING_CELL, 1 << 20)


def _seed() -> None:
    """A notebook that draws without a seed draws the same every time it is graded."""
    import numpy as np
    import torch

    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)


def threads() -> int:
    """Threads that this process has, those of native libraries included."""
    return sum(1 for _ in Path("/proc/self/task").iterdir())
