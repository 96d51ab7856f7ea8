"""The kill matrix, once through: every point, every effect, every fault."""

import pytest
from django.db import connection

from agentops.audit import verify_chain
from tests.torture.cast import Cast
from tests.torture.faults import Fault
from tests.torture.points import CASES, POINTS
from tests.torture.trial import Trial

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = list(dict.fromkeys(point.name for point in POINTS))


def hold_trials(cast: Cast, name: str, fault: Fault) -> None:
    """Hold every trial of this point; what they found must be nothing."""
    verdicts = [
        Trial(point, effect, fault, cast=cast, key=f"{name} {effect} {fault}").hold()
        for point, effect in CASES
        if point.name == name and fault.applies(point, effect, database=connection.vendor)
    ]
    assert [str(verdict) for verdict in verdicts if not verdict.clean] == []
    assert verify_chain() is None


@pytest.mark.both_databases
@pytest.mark.parametrize("name", NAMES)
def test_a_process_killed_at_any_point_acts_at_most_once_and_loses_nothing(cast: Cast, name: str) -> None:
    hold_trials(cast, name, Fault.KILL)


@pytest.mark.parametrize("name", NAMES)
def test_a_process_that_sleeps_past_its_lease_writes_nothing_when_it_wakes(cast: Cast, name: str) -> None:
    hold_trials(cast, name, Fault.STOP)


@pytest.mark.parametrize("name", [point.name for point in POINTS if point.side])
def test_a_database_lost_at_a_commit_is_as_good_as_a_death_there(cast: Cast, name: str) -> None:
    hold_trials(cast, name, Fault.ERROR)
