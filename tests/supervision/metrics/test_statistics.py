"""How sure a figure is: the published values, and an analytic bootstrap that agrees with one that draws."""

import random
from collections import Counter
from collections.abc import Callable
from statistics import NormalDist, fmean

import pytest

from agentops.domain.tallies import Tally, bin_of, find_percentile
from supervision.metrics.definitions import BY_SLUG
from supervision.metrics.figures import compute_figure
from supervision.metrics.statistics import (
    Interval,
    Part,
    Verdict,
    clustered_rate,
    count_needed,
    design_effect,
    difference,
    judge,
    mean_interval,
    wilson,
)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(9, 10, 59.6, 98.2), (46, 50, 81.2, 96.8), (184, 200, 87.4, 95.0), (930, 1000, 91.2, 94.4), (0, 20, 0, 16.1),
     (1, 20, 0.9, 23.6), (2721, 2820, 95.7, 97.1), (61, 90, 57.6, 76.5)],
)  # fmt: skip
def test_wilsons_interval_is_the_published_one(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(hits, n)
    assert (round(100 * found.low, 1), round(100 * found.high, 1)) == (low, high)


@pytest.mark.parametrize(
    ("target", "higher", "certain"), [(0.90, True, 35), (0.05, False, 73), (0.02, False, 189), (0.10, False, 35)]
)
def test_so_many_clean_runs_are_needed_and_one_less_is_not_enough(target: float, higher: bool, certain: int) -> None:
    for n, verdict in [(certain, Verdict.ON), (certain - 1, Verdict.UNSURE)]:
        assert judge(wilson(n if higher else 0, n), target, higher_is_better=higher) is verdict


@pytest.mark.parametrize(("target", "bad"), [(0.05, 10), (0.02, 5), (0.10, 16)])
def test_so_many_bad_events_of_a_hundred_prove_a_breach(target: float, bad: int) -> None:
    for n, verdict in [(bad + 1, Verdict.OFF), (bad, Verdict.OFF), (bad - 1, Verdict.UNSURE)]:
        assert judge(wilson(n, 100), target, higher_is_better=False) is verdict


@pytest.mark.parametrize(("runs", "needed"), [(10, 25), (34, 1)])
def test_the_runs_still_needed_are_said_exactly(runs: int, needed: int) -> None:
    figure = compute_figure(BY_SLUG["completion"], Tally(runs=runs, completed=runs), target=0.9)
    assert (figure.verdict, figure.needed) == (Verdict.UNSURE, needed)


def test_a_figure_on_its_target_names_no_number_of_runs() -> None:
    assert compute_figure(BY_SLUG["completion"], Tally(runs=10, completed=9), target=0.9).needed is None
    assert count_needed(0, lambda n: Verdict.UNSURE) is None


def test_errors_that_come_in_clusters_make_a_wider_interval() -> None:
    spread = clustered_rate([((5, 1), 10), ((5, 0), 90)])
    lumped = clustered_rate([((5, 5), 2), ((5, 0), 98)])
    assert lumped.high - lumped.low > 1.5 * (spread.high - spread.low)
    assert spread.low == pytest.approx(wilson(10, 500).low)


def test_one_run_is_one_trial_however_many_calls_it_made() -> None:
    assert clustered_rate([((20, 1), 1)]) == wilson(0.05, 1)


def test_the_design_effect_agrees_with_a_bootstrap_that_draws_whole_runs() -> None:
    dice = random.Random(4)
    runs = [(n := dice.randrange(1, 9), round(n * dice.choice([0, 0, 0, 0, 0.6]))) for _ in range(300)]
    shares = []
    for _ in range(2_000):
        drawn = dice.choices(runs, k=len(runs))
        shares.append(sum(errors for _, errors in drawn) / sum(calls for calls, _ in drawn))
    trials, hits = sum(calls for calls, _ in runs), sum(errors for _, errors in runs)
    p, mean = hits / trials, fmean(shares)
    drawn_variance = fmean([(share - mean) ** 2 for share in shares])
    assert design_effect(Counter(runs).items()) * p * (1 - p) / trials == pytest.approx(drawn_variance, rel=0.1)


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        ("skewed as cost is", lambda dice: dice.lognormvariate(0, 1)),
        ("a few very slow ones", lambda dice: 40.0 if dice.random() < 0.03 else dice.uniform(1, 5)),
        ("steps", lambda dice: float(dice.randrange(1, 9))),
    ],
)
@pytest.mark.parametrize("n", [40, 400])
def test_the_interval_of_a_mean_is_that_of_a_seeded_bca_bootstrap(
    name: str, draw: Callable[[random.Random], float], n: int
) -> None:
    dice = random.Random(f"{name}{n}")
    values = [draw(dice) for _ in range(n)]
    found = mean_interval([Part(value, 1) for value in values])
    drawn = draw_bca(values, dice)
    assert found is not None
    width = drawn.high - drawn.low
    assert abs(found.low - drawn.low) < 0.06 * width
    assert abs(found.high - drawn.high) < 0.06 * width


def draw_bca(values: list[float], dice: random.Random, draws: int = 4_000) -> Interval:
    """Efron's BCa interval of a mean by resampling."""
    n, mean, normal = len(values), fmean(values), NormalDist()
    means = sorted(fmean(dice.choices(values, k=n)) for _ in range(draws))
    below = sum(one < mean for one in means) + sum(one == mean for one in means) / 2
    bias = normal.inv_cdf(below / draws)
    around = [value - mean for value in values]
    lean = sum(d**3 for d in around) / (6 * sum(d**2 for d in around) ** 1.5)
    ends = []
    for z in (-1.959964, 1.959964):
        share = normal.cdf(bias + (bias + z) / (1 - lean * (bias + z)))
        ends.append(means[min(draws - 1, max(0, round(share * draws) - 1))])
    return Interval(ends[0], ends[1])


def test_a_mean_of_few_runs_is_not_judged_and_one_of_equal_runs_is_certain() -> None:
    assert mean_interval([Part(1.0, 9)]) is None
    assert mean_interval([Part(2.0, 10)]) == Interval(2.0, 2.0)


def test_the_same_runs_give_the_same_interval_in_any_order() -> None:
    dice = random.Random(5)
    parts = [Part(dice.lognormvariate(10, 2), dice.randrange(1, 9)) for _ in range(200)]
    found = {mean_interval(dice.sample(parts, len(parts))) for _ in range(20)}
    assert len(found) == 1


def test_newcombes_interval_of_a_difference_is_the_published_one() -> None:
    """His example: 56 of 70 against 48 of 80, difference 0.20, method 10 gives 0.0524 to 0.3339."""
    found = difference((48 / 80, wilson(48, 80)), (56 / 70, wilson(56, 70)))
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_a_bin_holds_the_values_with_the_same_two_leading_digits() -> None:
    assert [bin_of(n) for n in (0, 7, 99, 100, 109, 110, 12_345_678)] == [0, 7, 99, 100, 100, 110, 12_000_000]


def test_a_percentile_is_right_to_within_its_bin() -> None:
    values = range(1, 1_001)
    bins: dict[int, tuple[int, int]] = {}
    for value in values:
        n, total = bins.get(bin_of(value), (0, 0))
        bins[bin_of(value)] = (n + 1, total + value)
    half, most = find_percentile(bins, 0.5), find_percentile(bins, 0.95)
    assert half is not None
    assert most is not None
    assert half == pytest.approx(500, rel=0.02)
    assert most == pytest.approx(950, rel=0.02)
    assert find_percentile({}, 0.5) is None
