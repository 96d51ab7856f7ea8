"""What stands out, what breaches, what is told: against values worked out by hand, and laws that always hold."""

import itertools
import math
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.alerts.anomaly import MAD_FLOOR, make_baseline, read_drift, split_change
from supervision.alerts.rates import RateBounds, Window, breaches, chance_of, pick_discoveries
from supervision.alerts.states import Look, NoData, Standing, State, Told, look_again

DAY = timedelta(days=1)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


# --- costs


def test_the_score_is_the_published_one() -> None:
    """Thirty-one costs e^1 … e^31: median 16, median deviation 8, so e^58 scores 0.6745 · 42 / 8."""
    baseline = make_baseline([math.exp(n) for n in range(1, 32)])
    assert baseline is not None
    assert (baseline.n, baseline.median, baseline.mad) == (31, pytest.approx(16), pytest.approx(8))
    assert baseline.z(math.exp(58)) == pytest.approx(3.541125)
    assert baseline.limit(3.541125) == pytest.approx(math.exp(58))


def test_costs_that_are_all_but_identical_do_not_make_everything_stand_out() -> None:
    baseline = make_baseline([1_000.0] * 40)
    assert baseline is not None
    assert baseline.mad == 0
    assert baseline.z(1_100) == pytest.approx(0.6745 * math.log(1.1) / MAD_FLOOR)
    assert baseline.z(1_100) < 3.5 < baseline.z(1_400)


def test_twenty_nine_costs_are_too_few_and_thirty_are_enough() -> None:
    assert make_baseline([5.0] * 29) is None
    assert make_baseline([5.0] * 30) is not None
    assert make_baseline([5.0] * 29 + [0.0] * 50) is None, "what cost nothing has no logarithm"


def test_what_stood_out_is_no_part_of_what_is_usual() -> None:
    costs = [100 + n for n in range(60)]
    spoilt = make_baseline([*costs, *[1_000_000.0] * 20])
    assert spoilt == make_baseline(costs)


@settings(max_examples=100, derandomize=True)
@given(st.lists(st.floats(1, 1e9), min_size=30, max_size=60), st.floats(1, 1e9), st.floats(1.01, 100))
def test_a_higher_cost_never_scores_lower(costs: list[float], cost: float, factor: float) -> None:
    baseline = make_baseline(costs)
    assert baseline is None or baseline.z(cost * factor) > baseline.z(cost)


def test_the_moving_average_is_worked_out_by_hand() -> None:
    """Twenty days at 0 with a spread below the floor, then seven at 1: 1 − 0.8^7 of the way up."""
    drift = read_drift([0.0] * 20 + [1.0] * 7)
    assert drift is not None
    assert (drift.usual, drift.average) == (0, pytest.approx(1 - 0.8**7))
    assert drift.sigmas == pytest.approx((1 - 0.8**7) / (MAD_FLOOR / 3))  # √(0.2 / 1.8) is a third


def test_a_drift_is_found_where_no_single_day_stands_out() -> None:
    noise = random.Random(7)
    steady = [noise.gauss(0, 0.1) for _ in range(28)]
    climbing = [x + 0.03 * max(0, n - 14) for n, x in enumerate(steady)]
    calm, drift = read_drift(steady), read_drift(climbing)
    assert calm is not None
    assert drift is not None
    assert abs(calm.sigmas) < 3 < drift.sigmas
    assert read_drift(steady[:16]) is None, "nine days say nothing"


@settings(max_examples=200, derandomize=True)
@given(*[st.floats(0, 1e6)] * 4)
def test_usage_and_price_add_up_to_the_difference(t0: float, p0: float, t1: float, p1: float) -> None:
    split = split_change(tokens_before=t0, price_before=p0, tokens_after=t1, price_after=p1)
    assert split.usage + split.price == pytest.approx(t1 * p1 - t0 * p0, abs=1e-3, rel=1e-6)


def test_a_dearer_price_and_more_tokens_are_told_apart() -> None:
    """1,000 tokens at 2 become 1,500 at 3: 500 · 2 by usage, 1,500 · 1 by price."""
    split = split_change(tokens_before=1_000, price_before=2, tokens_after=1_500, price_after=3)
    assert (split.usage, split.price) == (1_000, 1_500)


# --- shares

BOUNDS = RateBounds(share=0.05, min_runs=30, min_count=3)


@pytest.mark.parametrize(
    ("short", "long", "found"),
    [
        (Window(2, 20), Window(6, 100), True),
        (Window(0, 20), Window(50, 100), False),  # over already: the short window is clean
        (Window(5, 20), Window(4, 200), False),  # a moment's: the long window is fine
        (Window(1, 1), Window(1, 29), False),  # one failure in a quiet hour
        (Window(2, 10), Window(2, 30), False),  # two cases are none
        (Window(0, 0), Window(0, 0), False),
    ],
)
def test_a_breach_takes_both_windows_and_enough_evidence(short: Window, long: Window, found: bool) -> None:
    assert breaches(short, long, bounds=BOUNDS) is found


def test_so_many_cases_are_a_breach_whatever_the_share() -> None:
    bounds = BOUNDS._replace(raw_count=20)
    assert breaches(Window(20, 10_000), Window(20, 20_000), bounds=bounds)
    assert not breaches(Window(19, 10_000), Window(19, 20_000), bounds=bounds)


@pytest.mark.parametrize(
    ("hits", "n", "share", "chance"),
    [(3, 3, 0.5, 0.125), (2, 3, 0.5, 0.5), (10, 100, 0.05, 0.0281883), (5, 100, 0.02, 0.0508304), (0, 9, 0.5, 1.0)],
)
def test_the_chance_of_so_many_is_the_binomial_tail(hits: int, n: int, share: float, chance: float) -> None:
    assert chance_of(hits, n, share) == pytest.approx(chance, rel=1e-5)


@settings(max_examples=100, derandomize=True)
@given(st.integers(1, 60), st.data(), st.floats(0.01, 0.99))
def test_the_tail_is_the_sum_of_its_terms(n: int, data: st.DataObject, share: float) -> None:
    hits = data.draw(st.integers(0, n))
    whole = sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(hits, n + 1))
    assert chance_of(hits, n, share) == pytest.approx(whole, abs=1e-9)


def test_the_published_example_of_fifteen_looks() -> None:
    """Benjamini and Hochberg 1995, section 3.1: at 5 % the four smallest of these fifteen are discoveries."""
    chances = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
        1.0,
    ]  # fmt: skip
    assert pick_discoveries(chances, false_share=0.05) == [True] * 4 + [False] * 11
    assert pick_discoveries([], false_share=0.05) == []


# --- states


def look(standing: Standing, found: State, *, now: datetime = NOON, no_data: NoData = NoData.SHOW) -> Look:
    return look_again(standing, found, now=now, no_data=no_data, again_after=4 * HOUR)


def test_worse_is_told_at_once_and_better_after_it_was_found_twice() -> None:
    first = look(Standing(), State.WARN)
    worse = look(first.standing, State.ALERT)
    assert (first.told, worse.told) == (Told.WORSE, Told.WORSE)
    calm = look(worse.standing, State.OK)
    assert (calm.standing.state, calm.told) == (State.ALERT, None)
    assert look(calm.standing, State.ALERT).standing.calm == 0
    over = look(calm.standing, State.OK)
    assert (over.standing.state, over.told) == (State.OK, Told.BETTER)


def test_what_stays_bad_is_told_again_and_not_sooner() -> None:
    raised = look(Standing(), State.ALERT).standing
    assert look(raised, State.ALERT, now=NOON + 3 * HOUR).told is None
    assert look(raised, State.ALERT, now=NOON + 4 * HOUR).told is Told.AGAIN


def test_what_somebody_took_on_is_told_again_only_when_it_gets_worse() -> None:
    taken = look(Standing(), State.WARN).standing._replace(acknowledged=True)
    assert look(taken, State.WARN, now=NOON + DAY).told is None
    worse = look(taken, State.ALERT, now=NOON + DAY)
    assert (worse.told, worse.standing.acknowledged) == (Told.WORSE, False)


def test_what_is_silenced_moves_all_the_same_and_is_told_when_the_silence_is_over() -> None:
    silent = Standing(silenced_until=NOON + HOUR)
    moved = look(silent, State.ALERT)
    assert (moved.standing.state, moved.changed, moved.told) == (State.ALERT, True, None)
    assert look(moved.standing, State.ALERT, now=NOON + HOUR / 2).told is None
    assert look(moved.standing, State.ALERT, now=NOON + HOUR).told is Told.AGAIN


def test_the_end_of_what_nobody_heard_of_is_not_told() -> None:
    moved = look(Standing(silenced_until=NOON + HOUR), State.ALERT).standing
    calm = look(moved, State.OK).standing
    assert look(calm, State.OK, now=NOON + DAY).told is None


@pytest.mark.parametrize(
    ("mode", "state", "told"),
    [(NoData.SHOW, State.NO_DATA, None), (NoData.KEEP, State.OK, None), (NoData.TELL, State.NO_DATA, Told.SILENT)],
)
def test_too_little_evidence_is_shown_kept_or_told(mode: NoData, state: State, told: Told | None) -> None:
    found = look(Standing(), State.NO_DATA, no_data=mode)
    assert (found.standing.state, found.told) == (state, told)


@settings(max_examples=200, derandomize=True)
@given(st.lists(st.sampled_from(list(State)), max_size=30))
def test_whatever_is_found_nothing_is_told_twice_within_the_pause_without_a_change(found: list[State]) -> None:
    standing, told_states = Standing(), []
    for minute, state in enumerate(found):
        seen = look(standing, state, now=NOON + timedelta(minutes=minute))
        standing = seen.standing
        if seen.told:
            assert seen.changed, "30 minutes are within the pause"
            told_states.append(standing.state)
    assert all(a is not b for a, b in itertools.pairwise(told_states))
