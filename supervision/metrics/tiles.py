"""The seven tiles: the figure of all runs, how it changed and through what, and its last eight weeks."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agentops.domain.tallies import Tally, find_percentile, merge
from supervision.metrics.asking import Asked
from supervision.metrics.charts import Spark, draw_spark
from supervision.metrics.comparing import measure_change, split_change
from supervision.metrics.definitions import Metric
from supervision.metrics.figures import HITS, compute_figure, count_denominator
from supervision.metrics.reading import Breakdown
from supervision.metrics.table import Cell
from supervision.metrics.targets import Targets
from supervision.metrics.unusual import Days
from supervision.metrics.words import say_change, say_split, say_value


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a tile's line."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the seven. `more` says what a mean does not tell, `split` what a change is made of."""

    cell: Cell
    change: str
    tone: str
    split: str
    spark: Spark
    weeks: list[Week]
    more: str


def make_tile(asked: Asked, cell: Cell, now: Breakdown, earlier: Breakdown, days: Days, targets: Targets) -> Tile:
    """One tile; `now` and `earlier` are by type of task, `days` reach back over eight weeks."""
    metric = cell.metric
    target = metric.inside(targets.of(metric, asked.task))
    change = measure_change(compute_figure(metric, earlier.total, target=target), cell.figure)
    words, tone = say_change(metric, change)
    split = split_change(metric, earlier.groups, now.groups) if change and not asked.task else None
    values = [_ratio(metric, tally) for tally in _by_week(asked, days)]
    return Tile(
        cell=cell,
        change=words,
        tone=tone,
        split=say_split(metric, split) if split and change and change.certain else "",
        spark=draw_spark(values, target=target, partial=asked.partial),
        weeks=[
            Week(date_format(first, "j M"), "–" if value is None else say_value(metric, value))
            for first, value in zip(asked.weeks, values, strict=True)
        ],
        more=_say_percentiles(metric, now.total),
    )


def _by_week(asked: Asked, days: Days) -> list[Tally]:
    return [
        merge(tally for (_, day), tally in days.items() if first <= day < first + timedelta(days=7))
        for first in asked.weeks
    ]


def _ratio(metric: Metric, tally: Tally) -> float | None:
    below = count_denominator(metric, tally)
    return HITS[metric.slug](tally) / below if below else None


def _say_percentiles(metric: Metric, tally: Tally) -> str:
    """Half and the slowest or dearest twentieth: a mean alone would hide both."""
    steps = {value: (runs, value * runs) for value, runs in tally.steps.items()}
    bins = {"latency": tally.active, "cost": tally.cost, "iterations": steps}.get(metric.slug, {})
    half, most = find_percentile(bins, 0.5), find_percentile(bins, 0.95)
    if half is None or most is None:
        return ""
    return _("Half take up to %(half)s, the highest 5%% over %(most)s") % {
        "half": say_value(metric, half),
        "most": say_value(metric, most),
    }
