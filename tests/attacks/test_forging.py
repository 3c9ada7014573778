"""Nobody gets points for nothing."""

from __future__ import annotations

import pytest

from tests.attacks.attacks import Attack, honest
from tests.attacks.limits import wins_nothing
from tests.attacks.sealed import Range, attacks_of

pytestmark = pytest.mark.filterwarnings("default")


def test_an_honest_submission_gets_every_point_and_does_no_damage(place: Range) -> None:
    result = place.run(honest())
    assert (result.outcome, result.stolen, result.robbed) == ("graded", 0, 0)
    assert result.damage == result.leaks == []


@pytest.mark.parametrize("attack", attacks_of("forging"), ids=lambda attack: attack.name)
def test_the_attack_wins_nothing(attack: Attack, place: Range) -> None:
    wins_nothing(attack, place)
