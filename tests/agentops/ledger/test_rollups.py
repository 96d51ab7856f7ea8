"""Days are counted after the fact by the sweeper, again when their facts change, and never while they last."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine

from agentops.ledger import rollups
from agentops.ledger.rollups import roll_up_day, roll_up_days
from agentops.management.repricing import Repriced, write_repriced
from agentops.models import RolledDay, Rollup, RunFact, StaleDay, mark_stale
from agentops.models.rollups import ROLLED, find_sound
from agentops.runner.sweeper import sweep_once
from tests.supervision.metrics.facts import add_fact
from tests.supervision.rows import add_step

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
YESTERDAY = date(2026, 3, 11)


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def sound() -> list[date]:
    return sorted(row.day for row in find_sound(date(2020, 1, 1), date(2030, 1, 1)))


def add(*, days_ago: int) -> RunFact:
    return add_fact(at=NOON - timedelta(days=days_ago))


@pytest.mark.both_databases
def test_the_sweeper_counts_what_is_past_and_leaves_today_to_the_rows() -> None:
    for days_ago in (0, 1, 3):
        add(days_ago=days_ago)
    sweep_once()
    sweep_once()
    assert sound() == [date(2026, 3, 9), date(2026, 3, 10), YESTERDAY]
    assert set(Rollup.objects.filter(day=YESTERDAY).values_list("column", flat=True)) == set(ROLLED)
    assert not StaleDay.objects.exists()


def test_a_day_is_left_alone_until_most_of_its_runs_have_ended(clock: time_machine.Traveller) -> None:
    add(days_ago=1)
    clock.move_to(datetime(2026, 3, 12, 1, 59, tzinfo=UTC))
    assert roll_up_days() == 0
    clock.move_to(datetime(2026, 3, 12, 2, 1, tzinfo=UTC))
    assert (roll_up_days(), sound()) == (1, [YESTERDAY])


@pytest.mark.both_databases
def test_a_run_that_ended_late_makes_its_day_unsound_at_once_and_sound_again_at_the_next_look(
    clock: time_machine.Traveller,
) -> None:
    add(days_ago=1)
    roll_up_days()
    add(days_ago=1)
    assert sound() == []
    assert roll_up_days() == 0  # not at every sweep
    clock.shift(timedelta(minutes=6))
    assert (roll_up_days(), sound()) == (1, [YESTERDAY])
    assert RolledDay.objects.get().runs == 2


@pytest.mark.both_databases
def test_another_price_puts_the_day_into_the_queue_with_the_same_commit() -> None:
    fact = add(days_ago=1)
    step = add_step(fact.run, model="m-1", cost_nano=7)
    roll_up_days()
    write_repriced([Repriced(step.pk, fact.run_id, "m-1", 7, 9, None)])
    assert sound() == []
    assert (roll_up_days(), sound()) == (1, [YESTERDAY])
    assert str(fact.cost_nano + 2) in Rollup.objects.get(column="task_type").groups


@pytest.mark.both_databases
def test_what_is_marked_while_a_day_is_counted_is_counted_once_more() -> None:
    """Another price commits after the facts were read: its mark stays, so the day is not believed."""
    add(days_ago=1)
    count = rollups.count_groups

    def count_and_change(facts: list[RunFact], **more: Any) -> object:
        found = count(facts, **more)
        RunFact.objects.update(cost_nano=1)
        mark_stale([YESTERDAY])
        return found

    with patch.object(rollups, "count_groups", count_and_change):
        assert roll_up_day(day=YESTERDAY)
    assert sound() == []
    assert (roll_up_days(), sound()) == (1, [YESTERDAY])


@pytest.mark.both_databases
def test_of_two_who_count_a_day_the_first_to_write_stands() -> None:
    """The slower one may have read before a change whose mark the faster one took."""
    fact = add(days_ago=1)
    count = rollups.count_groups

    def count_slowly(facts: list[RunFact], **more: Any) -> object:
        found = count(facts, **more)
        RunFact.objects.update(cost_nano=12_345)
        with patch.object(rollups, "count_groups", count):
            assert roll_up_day(day=YESTERDAY)
        return found

    with patch.object(rollups, "count_groups", count_slowly):
        assert not roll_up_day(day=YESTERDAY)
    groups = Rollup.objects.get(column="task_type").groups
    assert "12345" in groups
    assert str(fact.cost_nano) not in groups


def test_a_mark_on_a_day_that_lasts_is_taken_away_and_nothing_is_counted() -> None:
    add(days_ago=0)
    mark_stale([NOON.date()])
    roll_up_days()
    assert not StaleDay.objects.exists()
    assert not RolledDay.objects.exists()


def test_a_look_has_the_day_counted_again_that_was_counted_longest_ago(clock: time_machine.Traveller) -> None:
    """So that a damage that no number of rows shows does not stay."""
    for days_ago in (1, 2):
        add(days_ago=days_ago)
        roll_up_day(day=YESTERDAY - timedelta(days=days_ago - 1))
        clock.shift(timedelta(minutes=1))
    Rollup.objects.filter(day=YESTERDAY).update(groups="[]")
    clock.shift(timedelta(minutes=6))
    assert roll_up_days() == 1
    assert "booking" in Rollup.objects.get(day=YESTERDAY, column="task_type").groups
    assert RolledDay.objects.get(day=YESTERDAY).edition == 2


def test_an_empty_clinic_costs_a_look_and_nothing_more() -> None:
    assert roll_up_days() == 0
    assert not StaleDay.objects.exists()
