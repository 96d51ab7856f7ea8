"""What a person can see is what would run; or the call was refused; or the page says that it cannot be approved."""

from collections.abc import Callable

import pytest

from tests.attacks import layout, others, refusals, requests, texts
from tests.attacks.cases import CASES, Case
from tests.attacks.desk import Desk

FILES = (texts, layout, refusals, others, requests)


@pytest.mark.parametrize("attack", CASES, ids=[one.name for one in CASES])
def test_nobody_is_made_to_read_something_else(
    desk: Desk, attack: Case, record_property: Callable[[str, object], None]
) -> None:
    desk.clear()
    record_property("row", (attack.name, attack.carrier, attack.attack(desk)))


@pytest.mark.django_db  # without one such test in a session, pytest-django makes no database for the desk
def test_there_are_sixty_attacks_and_each_has_its_own_name() -> None:
    assert len(CASES) == len({one.name for one in CASES}) == 60
