"""Pretrains the two small networks of the fine-tuning assignment, in about a minute on one core.

Run from the repository's root: `python scripts/pretrain.py`. The network classes and the split of
the data are those of the assignment's own notebook. `source/fine-tuning/data/README.md` says what
comes from where.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad

FOLDER = Path("source/fine-tuning")


def notebook_names() -> dict[str, Any]:
    """What the notebook's locked cells define that need no pretrained weights."""
    document = json.loads((FOLDER / "fine-tuning.ipynb").read_text(encoding="utf-8"))
    sources = {cell["id"]: "".join(cell["source"]) for cell in document["cells"]}
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in ("setup", "networks", "data"):
        exec(sources[cell], names)  # noqa: S102 - the course's own notebook
    return names


def save(module: nn.Module, name: str) -> None:
    """Write the weights, which a reader can load without unpickling anything."""
    arrays = {key: value.numpy() for key, value in module.state_dict().items()}
    np.savez_compressed(FOLDER / "data" / name, **arrays)


def moved(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each image moved by up to one pixel in each direction."""
    padded = pad(images, (1, 1, 1, 1), value=float(images.min()))
    shifts = torch.randint(0, 3, (len(images), 2), generator=generator).tolist()
    return torch.stack(
        [image[:, y : y + 8, x : x + 8] for image, (y, x) in zip(padded, shifts, strict=True)]
    )


def pretrain_digit_net(names: dict[str, Any], steps: int = 2000) -> None:
    """Digits 0 to 4 in four orientations: 20 classes need richer features than 5."""
    old = names["OLD"]
    images, labels = names["four_orientations"](
        names["IMAGES"][old][:600], names["DIGITS"][old][:600]
    )
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    net = names["DigitNet"](20)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=5e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        batch = torch.randint(len(images), (64,), generator=generator)
        optimizer.zero_grad()
        cross_entropy(net(moved(images[batch], generator)), labels[batch]).backward()
        optimizer.step()
        schedule.step()
    net.eval()
    test_images, test_labels = names["OLD_TEST"]
    with torch.no_grad():
        right = (net(test_images).argmax(1) == test_labels).double().mean()
    print(f"digit-net: {right:.1%} of the old task's test images")
    save(net, "digit-net.npz")


def pretrain_char_lm(names: dict[str, Any], steps: int = 4000) -> None:
    """The next character of an English text; its last 4,000 characters are kept for testing."""
    text = names["ALICE"]
    torch.manual_seed(2)
    generator = torch.Generator().manual_seed(3)
    model = names["CharLM"](len(names["CHARACTERS"]))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=5e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    train = text[:-4000].unfold(0, model.context + 1, 1)
    for _ in range(steps):
        window = train[torch.randint(len(train), (32,), generator=generator)]
        optimizer.zero_grad()
        loss = cross_entropy(model(window[:, :-1]).flatten(0, 1), window[:, 1:].flatten())
        loss.backward()
        optimizer.step()
        schedule.step()
    test = text[-4000:].unfold(0, model.context + 1, model.context)
    with torch.no_grad():
        loss = cross_entropy(model(test[:, :-1]).flatten(0, 1), test[:, 1:].flatten())
    print(f"char-lm: {loss:.2f} nats a character of the test part")
    save(model, "char-lm.npz")


if __name__ == "__main__":
    root = Path.cwd()
    torch.set_num_threads(1)
    os.chdir(FOLDER)
    FOLDER = Path()
    found = notebook_names()
    pretrain_digit_net(found)
    pretrain_char_lm(found)
