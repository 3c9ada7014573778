from __future__ import annotations

from pathlib import Path

import pytest

from autograder.folders import read_folder, replace_folder


def test_a_folder_holds_exactly_what_it_was_replaced_by(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b"
    for files in ({"x": b"1", "y/z": b"2"}, {"x": b"3"}):
        replace_folder(target, files)
        assert read_folder(target) == files
        assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("failure", [OSError("no room"), KeyboardInterrupt()])
def test_a_folder_that_cannot_be_replaced_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    target = tmp_path / "b"
    replace_folder(target, {"x": b"1"})
    rename = Path.rename

    def fails(self: Path, other: Path) -> Path:
        if self.name == "new":
            raise failure
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(type(failure)):
        replace_folder(target, {"x": b"2"})
    assert read_folder(target) == {"x": b"1"}
