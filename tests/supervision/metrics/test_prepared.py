"""Speed can never change a number: whatever is prepared, missing, late or damaged, the page is that of the rows."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentops.ledger.rollups import roll_up_day
from agentops.models import RolledDay, Rollup, RunFact, mark_stale
from agentops.models.rollups import ROLLED
from supervision.metrics.asking import Asked
from supervision.metrics.cohorts import DIMENSIONS, Cohort
from supervision.metrics.cost import read_costs
from supervision.metrics.page import read_metrics
from supervision.metrics.prepared import Prepared, read_prepared
from supervision.metrics.reading import columns_of, read_breakdown, read_days
from tests.supervision.metrics.facts import add_fact, add_weeks
from tests.supervision.metrics.histories import draw_shape, undone, write_history
from tests.supervision.metrics.test_recomputed import HISTORIES, patient

NOW = datetime(2026, 10, 27, 15, 30, tzinfo=UTC)
"""Two days after the clocks were put back: one of the days has 25 hours."""

DAYS = 6
FATES = ("counted", "counted", "missing", "marked", "late", "no column", "number", "seal", "shifted")


def count_days(first: date, last: date) -> None:
    for n in range((last - first).days + 1):
        roll_up_day(day=first + timedelta(days=n))


def befall(day: date, fate: str, dice: random.Random) -> None:
    """What may have happened to a day since it was counted."""
    rollups = Rollup.objects.filter(day=day)
    match fate:
        case "missing":
            RolledDay.objects.filter(day=day).delete()
        case "marked":
            RunFact.objects.filter(started_at__date=day).update(cost_nano=5)
            mark_stale([day])
        case "late":
            add_fact(at=datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=dice.randrange(2, 20)))
        case "no column":
            rollups.filter(column=dice.choice(ROLLED)).delete()
        case "number":
            for one in rollups:
                rollups.filter(pk=one.pk).update(groups=one.groups.replace("1", "2"))
        case "seal":
            rollups.update(seal="0" * 64)
        case "shifted":
            RolledDay.objects.filter(day=day).update(last_finish=NOW - timedelta(days=30))


@patient
@settings(
    max_examples=max(20, HISTORIES // 4), deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(seed=st.integers(0, 2**32), runs=st.integers(0, 14), hours=st.integers(0, 150), back=st.integers(0, 3_000))
def test_whatever_became_of_the_prepared_days_every_tally_is_that_of_the_rows(
    db: None, seed: int, runs: int, hours: int, back: int
) -> None:
    dice = random.Random(seed)
    with undone(), time_machine.travel(NOW, tick=False):
        write_history([draw_shape(dice, now=NOW, days=DAYS) for _ in range(runs)], now=NOW)
        days = [NOW.date() - timedelta(days=n) for n in range(1, DAYS + 1)]
        count_days(days[-1], days[0])
        for day in days:
            befall(day, dice.choice(FATES), dice)
        cohort = Cohort(
            NOW - timedelta(days=DAYS), NOW - timedelta(hours=hours), NOW - timedelta(minutes=back),
            only=dice.choice([(), (("task_type", "booking"),), (("channel", "phone"),)]),
        )  # fmt: skip
        for by in DIMENSIONS:
            prepared, rows = (read_breakdown(cohort, by=by, prepared=ready) for ready in (None, Prepared()))
            assert prepared == rows, by
            if not DIMENSIONS[by].several:
                assert read_days(cohort, by=by) == read_days(cohort, by=by, prepared=Prepared())


def test_what_can_be_asked_for_is_prepared() -> None:
    """A dimension that is not counted in advance would be slow, and nothing would say so."""
    assert {column for by in DIMENSIONS for column in columns_of(by)} <= set(ROLLED)


@pytest.fixture
def weeks(db: None) -> Asked:
    now = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
    add_weeks(now=now, share=0.3)
    return Asked(now.date() - timedelta(days=27), now.date(), now)


@pytest.mark.parametrize("by", DIMENSIONS)
@pytest.mark.both_databases
def test_the_pages_are_the_same_to_the_last_digit_with_and_without(weeks: Asked, by: str) -> None:
    asked = Asked(weeks.start, weeks.end, weeks.as_of, by=by)
    without: list[Any] = [read_metrics(asked), read_costs(asked)]
    count_days(weeks.end - timedelta(days=80), weeks.end - timedelta(days=1))
    assert [read_metrics(asked), read_costs(asked)] == without


@pytest.mark.both_databases
def test_a_number_that_somebody_turned_is_noticed_and_not_used(weeks: Asked) -> None:
    yesterday = weeks.end - timedelta(days=1)
    roll_up_day(day=yesterday)
    assert read_prepared([weeks.cohort], ["task_type"]).groups
    one = Rollup.objects.get(day=yesterday, column="task_type")
    Rollup.objects.filter(pk=one.pk).update(groups=one.groups.replace("[[", "[[1,1],[", 1))
    assert not read_prepared([weeks.cohort], ["task_type"]).groups


def test_a_prepared_period_costs_few_queries_and_reads_no_fact_of_a_past_day(weeks: Asked) -> None:
    count_days(weeks.end - timedelta(days=80), weeks.end - timedelta(days=1))
    cohort = Cohort(weeks.cohort.since, weeks.cohort.until - timedelta(days=1), weeks.as_of)
    with CaptureQueriesContext(connection) as asked:
        found = read_breakdown(cohort, by="task_type")
    assert found.total.runs > 100
    assert len(asked) == 2
