"""What students would hand in is no test of ours, whatever its name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.sealed import Range, firing_range

collect_ignore_glob = ["submissions/*"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    """An engine that is warm, and what nobody may touch."""
    with firing_range(tmp_path_factory.mktemp("range")) as place:
        yield place
