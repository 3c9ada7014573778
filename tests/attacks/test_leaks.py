"""Nobody reads what is not for students."""

from __future__ import annotations

import pytest

from tests.attacks.attacks import Attack
from tests.attacks.limits import wins_nothing
from tests.attacks.sealed import Range, attacks_of

pytestmark = pytest.mark.filterwarnings("default")


@pytest.mark.parametrize("attack", attacks_of("leaks"), ids=lambda attack: attack.name)
def test_the_attack_wins_nothing(attack: Attack, place: Range) -> None:
    wins_nothing(attack, place)
