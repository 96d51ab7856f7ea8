"""How sure a figure is: intervals for rates and means, and the verdict they allow. Pure, and without chance: the same
rows always give the same verdict."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

Z = 1.959963984540054
"""Two-sided 95 %."""

MIN_FOR_MEAN = 10
"""Fewer runs than this say nothing about a mean as skewed as cost or time."""

MIN_TO_JUDGE = 5
"""A rate of fewer runs than this is shown, but not judged: its interval is wide and one run more turns it over."""

MOST_NEEDED = 1_000_000
"""More runs than this are not named as needed: the figure is as good as on its target."""


class Verdict(StrEnum):
    """What may be said of a figure against its target."""

    ON = "On target"
    OFF = "Off target"
    UNSURE = "Not enough evidence"


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % interval of a figure."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Part:
    """Some runs of one value, or nearly: `spread` is the variance that the value hides."""

    value: float
    runs: int
    spread: float = 0.0


def wilson(hits: float, n: float) -> Interval:
    """Wilson's interval of a rate; `n` may be an effective number of trials and need not be whole."""
    if n <= 0:
        return Interval(0.0, 1.0)
    p = hits / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(max(0.0, p * (1 - p)) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def design_effect(calls: Iterable[tuple[tuple[int, int], int]]) -> float:
    """How many times fewer independent calls there are than calls, of ((calls, errors) of a run, runs) each.

    Errors of one run hang together, so the raw count of calls pretends to know too much: this is the variance of the
    ratio of two sums over runs, by that of as many independent calls.
    """
    rows = list(calls)
    runs = sum(n for (trials, _), n in rows if trials)
    trials = sum(n * calls for (calls, _), n in rows)
    hits = sum(n * errors for (_, errors), n in rows)
    if runs < 2 or not hits or hits == trials:
        # One run is one trial; where all went alike there is nothing to see of how calls hang together.
        return max(1.0, trials / runs) if runs == 1 else 1.0
    # Whole numbers as long as may be: the order in which runs are read must not show in the last digit.
    squares = sum(n * (errors * trials - hits * calls) ** 2 for (calls, errors), n in rows)
    clustered = runs / (runs - 1) * (squares / trials**2) / trials**2
    return max(1.0, clustered / ((hits / trials) * (1 - hits / trials) / trials))


def clustered_rate(calls: Iterable[tuple[tuple[int, int], int]], *, times: float = 1.0) -> Interval:
    """The interval of a share of calls that come in runs; `times` asks what it were with so many times the runs."""
    rows = list(calls)
    trials = sum(n * calls for (calls, _), n in rows)
    hits = sum(n * errors for (_, errors), n in rows)
    effect = design_effect(rows) / times
    return wilson(hits / effect, trials / effect)


def mean_interval(parts: Iterable[Part], *, times: float = 1.0) -> Interval | None:
    """The interval of a mean over runs; None where there are too few to say.

    These are the limits to which a bias-corrected and accelerated bootstrap over the runs (BCa) tends with the number
    of its draws, in closed form (DiCiccio and Efron's ABC): nothing is drawn, so nothing can fall differently.
    """
    rows = sorted(parts, key=lambda part: part.value)
    n = sum(part.runs for part in rows)
    if n * times < MIN_FOR_MEAN:
        return None
    mean = math.fsum(part.runs * part.value for part in rows) / n
    second = math.fsum(part.runs * ((part.value - mean) ** 2 + part.spread) for part in rows) / n
    third = math.fsum(part.runs * (part.value - mean) ** 3 for part in rows) / n
    size = n * times
    error = math.sqrt(second / (size - 1))
    lean = third / (6 * math.sqrt(size) * second**1.5) if second else 0.0
    low, high = (_accelerated(lean, z) for z in (-Z, Z))
    return Interval(mean + low * error, mean + high * error)


def _accelerated(lean: float, z: float) -> float:
    """How many standard errors from the mean a limit lies, where the runs lean to one side."""
    way = lean + z
    return way / max(0.1, 1 - lean * way) ** 2


def judge(interval: Interval | None, target: float, *, higher_is_better: bool) -> Verdict:
    """On or off target only where the whole interval lies on one side of it."""
    if interval is None:
        return Verdict.UNSURE
    if higher_is_better:
        return Verdict.ON if interval.low > target else Verdict.OFF if interval.high < target else Verdict.UNSURE
    return Verdict.ON if interval.high < target else Verdict.OFF if interval.low > target else Verdict.UNSURE


def count_needed(runs: int, verdict_with: Callable[[int], Verdict]) -> int | None:
    """How many runs more, that went like these, would settle the verdict; None where no sensible number would."""
    if not runs:
        return None
    low, high = runs, runs
    while verdict_with(high) is Verdict.UNSURE:
        if high > MOST_NEEDED:
            return None
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if verdict_with(middle) is Verdict.UNSURE else (low, middle)
    return high - runs


def difference(before: tuple[float, Interval], after: tuple[float, Interval]) -> Interval:
    """The interval of a change between two periods, by Newcombe's method from the interval of each.

    It is his hybrid score interval for two rates; for two means it is the same construction (MOVER).
    """
    (old, around_old), (new, around_new) = before, after
    low = math.hypot(new - around_new.low, around_old.high - old)
    high = math.hypot(around_new.high - new, old - around_old.low)
    return Interval(new - old - low, new - old + high)
