"""Times, durations and money as the desk says them."""

from datetime import UTC, datetime, timedelta

import pytest

from agentops.domain.tiers import ActionTier
from supervision.cards import age_of, re_entry_of
from supervision.runs.axis import Axis, Span
from supervision.wording import say_ago, say_cost, say_duration, say_left, say_left_long, say_time, say_when, shorten
from tests.supervision.rows import ANA, MOVE

NOW = datetime(2026, 3, 10, 14, 34, tzinfo=UTC)
SUMMER = datetime(2026, 7, 10, 13, 0, tzinfo=UTC)


def test_times_are_said_on_the_clinics_clock() -> None:
    assert say_time(NOW) == "2:34pm"
    assert say_time(SUMMER) == "2pm"
    assert say_time(NOW.replace(hour=0, minute=5)) == "12:05am"
    assert say_when(NOW, now=NOW) == "2:34pm"
    assert say_when(NOW + timedelta(days=2), now=NOW) == "Thursday 12 March, 2:34pm"
    assert say_when(NOW.replace(year=2025), now=NOW) == "Monday 10 March 2025, 2:34pm"
    assert say_ago(NOW - timedelta(seconds=12), now=NOW) == "12 seconds ago"
    assert say_ago(NOW - timedelta(minutes=1), now=NOW) == "1 minute ago"


@pytest.mark.parametrize(
    ("left", "row", "long"),
    [
        (timedelta(seconds=-1), ("0 min", "left", True), "Time is up"),
        (timedelta(seconds=59), ("< 1 min", "left", True), "Less than a minute left"),
        (timedelta(minutes=3, seconds=30), ("3 min", "left", True), "3 minutes left"),
        (timedelta(minutes=14), ("14 min", "left", False), "14 minutes left"),
        (timedelta(hours=2, minutes=26), ("by 5pm", "today", False), "Open until 5pm"),
        (timedelta(days=2), ("by 2:34pm", "Thu 12 Mar", False), "Open until Thursday 12 March, 2:34pm"),
    ],
)
def test_time_left_is_never_said_to_be_more_than_it_is(left: timedelta, row: tuple[str, str, bool], long: str) -> None:
    assert say_left(NOW + left, now=NOW) == row
    assert say_left_long(NOW + left, now=NOW) == long


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0, "0 s"),
        (4, "4 ms"),
        (35, "0.04 s"),
        (1_800, "1.8 s"),
        (28_000, "28 s"),
        (252_000, "4 min 12 s"),
        (7_500_000, "2 h 5 min"),
    ],
)
def test_durations(ms: int, words: str) -> None:
    assert say_duration(ms) == words


@pytest.mark.parametrize(
    ("nano", "unpriced", "words"),
    [
        (0, 0, "$0"),
        (1_200_000, 0, "$0.0012"),
        (31_000_000, 0, "$0.031"),
        (24_630_000_000, 0, "$24.63"),
        (10, 0, "< $0.0001"),
        (1_200_000, 1, "≥ $0.0012, 1 call unpriced"),
        (0, 2, "unpriced"),
        (None, 0, "unpriced"),
    ],
)
def test_costs(nano: int | None, unpriced: int, words: str) -> None:
    assert say_cost(nano, unpriced=unpriced) == words


def test_long_texts_are_cut_at_a_word() -> None:
    assert shorten("one two\n three", 40) == "one two three"
    assert shorten("one two three", 9) == "one two…"


def test_the_age_is_in_full_years() -> None:
    assert age_of(ANA, datetime(2026, 5, 13).date()) == 38
    assert age_of(ANA, datetime(2026, 5, 14).date()) == 39
    assert age_of(ANA.model_copy(update={"born": "unknown"}), datetime(2026, 5, 14).date()) is None


def test_only_what_cannot_be_undone_is_typed() -> None:
    assert re_entry_of(MOVE, ActionTier.RISKY) is None
    entry = re_entry_of(MOVE, ActionTier.DESTRUCTIVE)
    assert entry is not None
    assert entry.expected == "1987"


def test_the_axis_draws_work_to_scale_and_waiting_short() -> None:
    def at(second: float) -> datetime:
        return NOW + timedelta(seconds=second)

    first, wait, last = Span(at(0), at(2)), Span(at(2), at(3_602), waiting=True), Span(at(3_602), at(3_604))
    axis = Axis([first, wait, last])
    bars = [axis.place(span) for span in (first, wait, last)]
    left = [float(bar.left.rstrip("%")) for bar in bars]
    width = [float(bar.width.rstrip("%")) for bar in bars]
    assert left[0] == 0
    assert width[0] == pytest.approx(width[2], abs=0.02)
    assert width[1] < width[0]
    assert left[1] == pytest.approx(width[0], abs=0.02)
    assert left[2] + width[2] == pytest.approx(100, abs=0.05)
    assert axis.ticks() == ["0 s", "1.1 s", "2.0 s", "2.9 s"]  # a wait takes no working time


def test_waits_that_overlap_are_drawn_as_one() -> None:
    spans = [Span(NOW, NOW + timedelta(minutes=n), waiting=True) for n in (1, 2)]
    axis = Axis([Span(NOW - timedelta(seconds=1), NOW), *spans])
    assert axis.place(spans[0]) == axis.place(spans[1])
