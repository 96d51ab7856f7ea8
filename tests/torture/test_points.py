"""The kill matrix, once through: every point, every effect, every fault. `make torture` goes through it many times."""

import pytest
from django.db import connection

from agentops.audit import verify_chain
from agentops.domain.lifecycle import Effect
from tests.torture.cast import Cast
from tests.torture.faults import Fault
from tests.torture.plan import applicable
from tests.torture.points import Point
from tests.torture.trial import Trial

pytestmark = pytest.mark.django_db(transaction=True)


def quick_cases(fault: Fault) -> list[tuple[Point, Effect]]:
    """Everything on SQLite. On PostgreSQL the two effects that leave most behind, and of the sleeps those that SQLite
    cannot have.
    """
    cases = [(point, effect) for _, point, effect in applicable(fault, database=connection.vendor)]
    if connection.vendor == "sqlite":
        return cases
    return [
        (point, effect)
        for point, effect in cases
        if effect in {Effect.NON_IDEMPOTENT, Effect.TRANSACTIONAL}
        and (fault is not Fault.STOP or point.in_transaction(effect))
    ]


def names_of(fault: Fault) -> list[str]:
    """The points of these cases."""
    return list(dict.fromkeys(point.name for point, _ in quick_cases(fault)))


def hold_trials(cast: Cast, name: str, fault: Fault) -> None:
    """Hold every trial of this point; what they find must be nothing."""
    verdicts = [
        Trial(point, effect, fault, cast=cast, key=f"{name} {effect}").hold()
        for point, effect in quick_cases(fault)
        if point.name == name
    ]
    assert [str(verdict) for verdict in verdicts if not verdict.clean] == []
    assert verify_chain() is None


@pytest.mark.both_databases
@pytest.mark.parametrize("name", names_of(Fault.KILL))
def test_a_process_killed_at_any_point_acts_at_most_once_and_loses_nothing(cast: Cast, name: str) -> None:
    hold_trials(cast, name, Fault.KILL)


@pytest.mark.parametrize("name", names_of(Fault.STOP))
def test_a_process_that_sleeps_past_its_lease_writes_nothing_when_it_wakes(cast: Cast, name: str) -> None:
    hold_trials(cast, name, Fault.STOP)


@pytest.mark.parametrize("name", names_of(Fault.ERROR))
def test_a_database_lost_at_a_commit_is_as_good_as_a_death_there(cast: Cast, name: str) -> None:
    hold_trials(cast, name, Fault.ERROR)
