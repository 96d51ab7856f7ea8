"""Of all who reach for one row at one moment exactly one gets it, and everybody else is told."""

import os
from collections.abc import Iterator

import pytest

from tests.races.scene import Scene, open_scene
from tests.races.starting import starting_line
from tests.races.table import RACES, run_race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

ROUNDS = int(os.environ.get("HANDRAIL_RACES", "25"))


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    with open_scene() as scene:
        yield scene


@pytest.mark.timeout(120 + ROUNDS)
@pytest.mark.parametrize("name", list(RACES))
def test_one_wins_and_everybody_else_is_told(scene: Scene, name: str) -> None:
    with starting_line() as line:
        tally = run_race(name, scene=scene, line=line, rounds=ROUNDS)
    assert not tally.wrong, "\n".join(tally.wrong[:10])
