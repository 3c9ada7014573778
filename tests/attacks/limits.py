"""What must come of every attack, and the few of which something else is known."""

from __future__ import annotations

import pytest

from tests.attacks.attacks import Attack
from tests.attacks.sealed import Range

__all__ = ["KNOWN_LIMITS", "wins_nothing"]

_INPUTS = "inputs of hidden tests reach the student through messages; see docs/security.md"
_KEPT = "student code keeps the inputs of hidden tests for its later cells; see docs/security.md"
KNOWN_LIMITS = {
    "forging/detects_the_visible_test": _INPUTS,
    "leaks/arguments_as_the_result": _INPUTS,
    "leaks/arguments_in_the_assertion": _INPUTS,
    "leaks/arguments_in_the_exception": _INPUTS,
    "leaks/measures_and_tells": _INPUTS,
    "leaks/arguments_kept_for_a_later_cell": _KEPT,
    "leaks/arguments_kept_in_files": _KEPT,
    "leaks/arguments_printed_by_a_thread": _KEPT,
}
"""What is not defended: each of these leaks is found, and the day it is closed its test says so."""


def wins_nothing(attack: Attack, place: Range) -> None:
    """Grade an attack: no points, no damage, no leak, and honest work beside it is paid."""
    result = place.run(attack)
    assert result.outcome in {"graded", "quarantined"}, result.damage
    assert result.stolen == 0, f"points for nothing: {attack.wants}"
    assert result.damage == []
    assert result.robbed == 0, "honest work in the same notebook was not paid"
    if reason := KNOWN_LIMITS.get(attack.name):
        assert result.leaks == ["83125"], "closed: take it out of KNOWN_LIMITS"
        pytest.xfail(reason)
    assert result.leaks == []
