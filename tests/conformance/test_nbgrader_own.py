"""What nbgrader tests of itself holds here, but for the differences that are listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.nbgrader_own import DIFFERENCES, KERNELS, run_own_tests, unexpected


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run_own_tests(tmp_path_factory.mktemp("own"), leave_out=KERNELS)


def test_exactly_the_listed_tests_of_nbgrader_differ(outcomes: dict[str, str]) -> None:
    assert unexpected(outcomes) == []


def test_nearly_all_of_nbgraders_tests_hold(outcomes: dict[str, str]) -> None:
    assert sum(outcome == "" for outcome in outcomes.values()) >= 165


def test_a_difference_that_disappears_is_noticed() -> None:
    outcomes = {name: known.says for name, known in DIFFERENCES.items()}
    assert unexpected(outcomes) == []
    name = next(iter(DIFFERENCES))
    assert unexpected(outcomes | {name: ""}) == [f"{name} passes now; take it out of DIFFERENCES"]
    assert unexpected(outcomes | {name: "another"}) == [f"{name} fails in another way: another"]
    assert unexpected(outcomes | {"New.test": "new"}) == ["New.test fails: new"]
    del outcomes[name]
    assert unexpected(outcomes) == [f"{name} was not run"]


def test_every_difference_stands_on_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text()
    missing = [name for name in DIFFERENCES if name.rpartition(".")[2] not in page]
    assert missing == []
