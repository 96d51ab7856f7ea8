"""Two periods side by side: what a change is made of, and where the mix turns it round."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from agentops.domain.tallies import Tally
from supervision.metrics.asking import Asked
from supervision.metrics.comparing import find_hidden, measure_change, split_change
from supervision.metrics.definitions import BY_SLUG
from supervision.metrics.figures import compute_figure
from supervision.metrics.page import read_metrics
from tests.supervision.metrics.facts import add_fact, ask

COMPLETION = BY_SLUG["completion"]


def ran(done: int, runs: int) -> Tally:
    return Tally(runs=runs, completed=done)


def test_performance_and_mix_add_up_to_the_change() -> None:
    before, after = {"a": ran(90, 100), "b": ran(40, 100)}, {"a": ran(190, 200), "b": ran(30, 50), "new": ran(1, 10)}
    split = split_change(COMPLETION, before, after)
    assert split is not None
    assert split.performance == pytest.approx(0.5 * (0.95 - 0.9) + 0.5 * (0.6 - 0.4))
    assert split.performance + split.mix == pytest.approx(221 / 260 - 130 / 200)
    assert not split.contrary


def test_a_total_that_rises_while_every_group_falls_is_called_a_changed_mix() -> None:
    """Simpson: both types got worse, but the easy one came in far more often."""
    before, after = {"easy": ran(95, 100), "hard": ran(500, 1000)}, {"easy": ran(900, 1000), "hard": ran(40, 100)}
    split = split_change(COMPLETION, before, after)
    assert split is not None
    assert split.performance < 0 < split.performance + split.mix
    assert split.contrary


def test_without_runs_in_one_period_there_is_no_change_to_part() -> None:
    assert split_change(COMPLETION, {}, {"a": ran(1, 1)}) is None
    assert split_change(COMPLETION, {"a": ran(0, 0)}, {"a": ran(1, 1)}) is None
    empty, some = (compute_figure(COMPLETION, tally, target=0.9) for tally in (ran(0, 0), ran(1, 1)))
    assert measure_change(empty, some) is None


def test_only_a_total_that_meets_its_target_can_hide_something() -> None:
    good, bad = (compute_figure(COMPLETION, tally, target=0.9) for tally in (ran(990, 1000), ran(10, 90)))
    assert find_hidden(good, {"refund": bad, "faq": good}) == ["refund"]
    assert find_hidden(bad, {"refund": bad}) == []


def test_the_page_says_that_the_mix_changed(db: None) -> None:
    """50 easy runs of which all finish and 10 hard ones of which none does; the week before it was 10 and 50."""
    now = timezone.now()
    for easy, hard, done, at in ((10, 50, 25, now - timedelta(days=7, hours=1)), (60, 20, 8, now)):
        for n in range(easy):
            add_fact(at=at, completed=n != 0 or at != now)
        for n in range(hard):
            add_fact(task_type="hard", at=at, completed=n < done)
    tile = next(tile for tile in read_metrics(ask(now=now)).tiles if tile.cell.metric is COMPLETION)
    assert tile.tone == "better"
    assert tile.split.startswith("Mix changed. −")


@pytest.mark.parametrize(("days", "back"), [(1, 7), (6, 7), (7, 7), (8, 14), (28, 28)])
def test_the_period_before_has_the_same_weekdays(days: int, back: int) -> None:
    end = date(2026, 6, 30)
    asked = Asked(end - timedelta(days=days - 1), end, datetime(2026, 7, 9, tzinfo=UTC))
    assert asked.cohort.since - asked.before.since == asked.cohort.until - asked.before.until == timedelta(days=back)
    assert asked.before.until <= asked.cohort.since


def test_an_unfinished_period_is_compared_up_to_the_same_hour_across_a_change_of_the_clocks() -> None:
    """On 25 October 2026 the clinic's clock goes back; 10am stays 10am."""
    asked = Asked(date(2026, 10, 26), date(2026, 10, 27), datetime(2026, 10, 27, 10, tzinfo=UTC))
    assert timezone.localtime(asked.before.until).isoformat() == "2026-10-20T10:00:00+01:00"
