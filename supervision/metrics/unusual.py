"""What is unusual lately: a type of task whose figure left the range of its last eight weeks. Pure."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from agentops.domain.tallies import Tally, merge
from supervision.metrics.definitions import METRICS, Metric
from supervision.metrics.figures import HITS, count_denominator

EVENTS = 20
"""Fewer runs or calls in a window say nothing."""

WEEKS = 8
FEWEST_WEEKS = 4
BACK = 14
"""How many days back the beginning is looked for."""

DAYS = 7 * WEEKS + BACK + 7
"""How many days have to be read."""

WIDE = 3 * 1.4826
"""Three deviations: the MAD times 1.4826 is what a standard deviation would be, were the weeks like dice."""

FLOOR = 0.05
"""A spread below this share of the median counts as this much: weeks that are all alike make no alarm."""

SENTENCES = 3

Days = Mapping[tuple[str, date], Tally]


@dataclass(frozen=True, slots=True)
class Unusual:
    """One figure of one group, its usual range, and since which day the seven days before were outside."""

    group: str
    metric: Metric
    value: float
    low: float
    high: float
    since: date
    runs: int


def find_unusual(days: Days, *, end: date) -> list[Unusual]:
    """Figures that got worse than median ± 3 MAD of the eight weeks before, seen on two days running at least.

    The most runs affected come first. Each window is the seven days that end on a day.
    """
    found = [
        one
        for group in sorted({group for group, _ in days})
        for metric in METRICS
        if (one := _look(group, metric, {day: t for (name, day), t in days.items() if name == group}, end))
    ]
    return sorted(found, key=lambda one: (-one.runs, one.group))[:SENTENCES]


def _look(group: str, metric: Metric, days: Mapping[date, Tally], end: date) -> Unusual | None:
    now = _ratio(metric, days, end)
    first = end - timedelta(days=BACK)
    usual = [value for n in range(WEEKS) if (value := _ratio(metric, days, first - timedelta(days=7 * n))) is not None]
    if now is None or len(usual) < FEWEST_WEEKS:
        return None
    middle = statistics.median(usual)
    spread = statistics.median(abs(value - middle) for value in usual)
    room = WIDE * max(spread, FLOOR * middle, 0.005 if metric.rate else 0.0)
    low, high = max(0.0, middle - room), middle + room

    def is_outside(day: date) -> bool:
        value = _ratio(metric, days, day)
        return value is not None and (value < low if metric.higher_is_better else value > high)

    since = end
    while since > first and is_outside(since - timedelta(days=1)):
        since -= timedelta(days=1)
    if not is_outside(end) or since == end:
        return None
    runs = _window(days, end).runs
    return Unusual(group, metric, now, low, min(high, 1.0) if metric.rate else high, since, runs)


def _ratio(metric: Metric, days: Mapping[date, Tally], end: date) -> float | None:
    tally = _window(days, end)
    below = count_denominator(metric, tally)
    return HITS[metric.slug](tally) / below if below >= EVENTS else None


def _window(days: Mapping[date, Tally], end: date) -> Tally:
    return merge(days[day] for n in range(7) if (day := end - timedelta(days=n)) in days)
