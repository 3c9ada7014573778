"""How the class's notebooks arrive: in a zip, in folders, as files, not all of them in order."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from autograder.demo.cohort import HandIn

__all__ = ["fill_inbox"]

_DEADLINE = "2026-03-02 12:00:00 UTC"
_LATER = "2026-03-03 09:30:00 UTC"
_EPOCH = (2026, 3, 1, 12, 0, 0)


def fill_inbox(folder: Path, hand_ins: Sequence[HandIn], assignment: str) -> list[Path]:
    """Write the class's notebooks as they might come in.

    One student hands in twice, and one notebook is nobody's.

    Args:
        folder: where the sources are made.
        hand_ins: the class.
        assignment: the assignment's name.

    Returns:
        The sources, in the order in which they are to be collected.
    """
    folder.mkdir(parents=True)
    named_right = [hand_in for hand_in in hand_ins if hand_in.notebook == hand_ins[0].notebook]
    by_file = named_right[::3]
    by_folder = [hand_in for hand_in in named_right if hand_in not in by_file][::2]
    by_zip = [
        hand_in for hand_in in hand_ins if hand_in not in by_file and hand_in not in by_folder
    ]
    archive = folder / "class.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for hand_in in by_zip:
            inside = f"submitted/{hand_in.student}/{assignment}"
            _pack(packed, f"{inside}/{hand_in.notebook}.ipynb", hand_in.data)
            _pack(packed, f"{inside}/timestamp.txt", _DEADLINE.encode())
    for number, hand_in in enumerate(by_folder):
        place = folder / "shared" / hand_in.student / assignment
        place.mkdir(parents=True)
        (place / f"{hand_in.notebook}.ipynb").write_bytes(hand_in.data)
        (place / "timestamp.txt").write_text(_LATER if number == 0 else _DEADLINE)
    first_try = folder / "first try" / by_folder[0].student / assignment
    first_try.mkdir(parents=True)
    (first_try / f"{by_folder[0].notebook}.ipynb").write_bytes(by_zip[0].data)
    (first_try / "timestamp.txt").write_text(_DEADLINE)
    files = folder / "by mail"
    files.mkdir()
    for hand_in in by_file:
        name = f"{hand_in.student}_{hand_in.notebook}.ipynb"
        (files / name).write_bytes(hand_in.data)
    (files / f"{by_file[0].notebook}.ipynb").write_bytes(by_file[0].data)
    return [archive, folder / "first try", folder / "shared", files]


def _pack(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
