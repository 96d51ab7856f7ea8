"""Costs that stand out: one request against its like, and a slow drift from day to day. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

Z_SCALE = 0.6745
"""Makes the median deviation of a normal sample its standard deviation (Iglewitz and Hoaglin)."""

MIN_BASELINE = 30
MAD_FLOOR = 0.05
"""On the natural log: costs that are all but identical would make everything else an outlier."""

FLAGGED_Z = 3.5
LAMBDA = 0.2
MIN_DAYS = 10
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Baseline:
    """What requests of one kind usually cost, on the natural log of nanodollars."""

    n: int
    median: float
    mad: float

    def z(self, cost: float) -> float:
        """How far a cost stands from the usual, in robust standard deviations; upward is positive."""
        return Z_SCALE * (math.log(cost) - self.median) / max(self.mad, MAD_FLOOR)

    def limit(self, z: float) -> float:
        """The cost at which the score reaches `z`."""
        return math.exp(self.median + z * max(self.mad, MAD_FLOOR) / Z_SCALE)


def make_baseline(costs: Sequence[float], *, flagged_z: float = FLAGGED_Z) -> Baseline | None:
    """The usual cost by past ones, leaving out those that stood out themselves; None where there are too few.

    A cost of nothing has no logarithm and is left out too.
    """
    logs = [math.log(cost) for cost in costs if cost > 0]
    for _ in range(_ROUNDS):
        if len(logs) < MIN_BASELINE:
            return None
        found = _measure(logs)
        kept = [x for x in logs if Z_SCALE * (x - found.median) / max(found.mad, MAD_FLOOR) <= flagged_z]
        if len(kept) == len(logs):
            return found
        logs = kept
    return _measure(logs) if len(logs) >= MIN_BASELINE else None


def _measure(logs: Sequence[float]) -> Baseline:
    middle = median(logs)
    return Baseline(len(logs), middle, median(abs(x - middle) for x in logs))


@dataclass(frozen=True, slots=True)
class Drift:
    """Where the moving average of the daily medians stands, in multiples of its own spread."""

    average: float
    usual: float
    sigmas: float


def read_drift(daily: Sequence[float], *, recent: int = 7) -> Drift | None:
    """The moving average (weight 0.2 a day) of daily median log costs, oldest first, against the days before the
    `recent` ones; None where there are too few of those.
    """
    before = daily[:-recent]
    if len(before) < MIN_DAYS:
        return None
    usual = fmean(before)
    middle = median(before)
    spread = max(median(abs(x - middle) for x in before) / Z_SCALE, MAD_FLOOR)
    average = usual
    for day in daily:
        average = LAMBDA * day + (1 - LAMBDA) * average
    return Drift(average, usual, (average - usual) / (spread * math.sqrt(LAMBDA / (2 - LAMBDA))))


@dataclass(frozen=True, slots=True)
class Split:
    """A difference of cost, in what more tokens and what a higher price made of it."""

    usage: float
    price: float


def split_change(*, tokens_before: float, price_before: float, tokens_after: float, price_after: float) -> Split:
    """Both parts add up to the difference exactly: usage at the old price, and price at the new usage."""
    return Split((tokens_after - tokens_before) * price_before, tokens_after * (price_after - price_before))
