"""What must come of every attack."""

from __future__ import annotations

from tests.attacks.attacks import Attack
from tests.attacks.sealed import Range

__all__ = ["wins_nothing"]


def wins_nothing(attack: Attack, place: Range) -> None:
    """Grade an attack: no points, no damage, no leak, and honest work beside it is paid."""
    result = place.run(attack)
    assert result.outcome in {"graded", "quarantined"}, result.damage
    assert result.stolen == 0, f"points for nothing: {attack.wants}"
    assert result.damage == []
    assert result.robbed == 0, "honest work in the same notebook was not paid"
    assert result.leaks == []
