"""How sure a figure is: intervals for rates and means, and the verdict they allow. Pure."""

import math
from dataclasses import dataclass
from enum import StrEnum

Z = 1.959963984540054
"""Two-sided 95 %."""

MIN_FOR_MEAN = 10
"""Fewer runs than this say nothing about a mean as skewed as cost or time."""


MIN_TO_JUDGE = 5
"""A rate of fewer runs than this is shown, but not judged: its interval is wide and one run more turns it over."""


class Verdict(StrEnum):
    """What may be said of a figure against its target."""

    ON = "On target"
    OFF = "Off target"
    UNSURE = "Not enough runs"


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % interval of a figure."""

    low: float
    high: float


def wilson(hits: float, n: float) -> Interval:
    """Wilson's interval of a rate; `n` may be an effective number of trials and need not be whole."""
    if n <= 0:
        return Interval(0.0, 1.0)
    p = hits / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def clustered_rate(*, runs: int, hits: int, trials: int, hits_sq: float, cross: float, trials_sq: float) -> Interval:
    """The interval of a rate whose trials come in clusters, as tool calls come in runs.

    Failures of one run hang together, so the raw count of calls pretends to know too much. It is divided by the
    design effect of the ratio estimator, from the sums over runs of hits², hits·trials and trials².
    """
    if runs < 2 or not trials:
        return wilson(hits, trials / max(1.0, trials / runs)) if runs and trials else wilson(0, 0)
    p = hits / trials
    binomial = p * (1 - p) / trials
    spread = max(0.0, hits_sq - 2 * p * cross + p * p * trials_sq)
    clustered = runs / (runs - 1) * spread / trials**2
    effect = max(1.0, clustered / binomial) if binomial else 1.0
    return wilson(hits / effect, trials / effect)


def mean_interval(*, n: int, total: float, total_sq: float) -> Interval | None:
    """The interval of a mean by its standard error; None where there are too few runs to say."""
    if n < MIN_FOR_MEAN:
        return None
    mean = total / n
    variance = max(0.0, total_sq - n * mean * mean) / (n - 1)
    half = Z * math.sqrt(variance / n)
    return Interval(mean - half, mean + half)


def judge(interval: Interval | None, target: float, *, higher_is_better: bool) -> Verdict:
    """On or off target only where the whole interval lies on one side of it."""
    if interval is None:
        return Verdict.UNSURE
    if higher_is_better:
        return Verdict.ON if interval.low > target else Verdict.OFF if interval.high < target else Verdict.UNSURE
    return Verdict.ON if interval.high < target else Verdict.OFF if interval.low > target else Verdict.UNSURE
