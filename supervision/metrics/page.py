"""The metrics page: everything it says, in the order in which a manager asks it."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from supervision.metrics.asking import Asked
from supervision.metrics.behind import Behind, read_behind, tabs_of
from supervision.metrics.cards import read_part
from supervision.metrics.checking import Checking, read_checking
from supervision.metrics.cohorts import Cohort
from supervision.metrics.cost import Weekly, cover_weeks, make_weekly
from supervision.metrics.prepared import read_prepared
from supervision.metrics.reading import columns_of, list_open, read_breakdown, read_days
from supervision.metrics.statistics import Verdict
from supervision.metrics.table import Cell, Line, Table, make_table
from supervision.metrics.targets import Targets, read_targets
from supervision.metrics.tiles import Tile, make_tile
from supervision.metrics.unusual import DAYS, Days, find_unusual
from supervision.metrics.words import name_groups, say_value
from supervision.wording import say_cost, say_day, say_when


@dataclass(frozen=True, slots=True)
class Oddity:
    """One sentence on what is unusual, and where to look."""

    words: str
    usual: str
    query: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The cell that is opened on the page: the worst miss there is."""

    name: str
    cell: Cell
    behind: Behind


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """The whole page. What is None could not be read; `opened` holds the worst miss, if there is one.

    `complete` is up to when every run that began has ended, where some have not.
    """

    asked: Asked
    table: Table
    tiles: list[Tile]
    unusual: list[Oddity] | None
    opened: list[Opened] | None
    checking: Checking | None
    weekly: Weekly | None
    cost: str
    before: str
    complete: str


def read_metrics(asked: Asked) -> MetricsPage:
    """The figures of the runs that were asked for."""
    targets, cohort = read_targets(), asked.cohort
    ready = read_prepared([cohort, asked.before, _lately(asked)], {*columns_of(asked.by), "task_type"})
    found = read_breakdown(cohort, by=asked.by, prepared=ready)
    by_task = found if asked.by == "task_type" else read_breakdown(cohort, by="task_type", prepared=ready)
    earlier = read_breakdown(asked.before, by="task_type", prepared=ready)
    days = read_part(lambda: read_days(_lately(asked), by="task_type", prepared=ready))
    still_open = list_open(cohort)
    table = make_table(asked, found, targets=targets, still_open=Counter(task for task, _began in still_open))
    return MetricsPage(
        asked=asked,
        table=table,
        tiles=[make_tile(asked, cell, by_task, earlier, days or {}, targets) for cell in table.total.cells],
        unusual=None if days is None else _say_unusual(asked, days),
        opened=read_part(lambda: _open_worst(asked, table, targets)),
        checking=read_part(lambda: read_checking(cohort)),
        weekly=None if days is None else make_weekly(asked, days, targets),
        cost=say_cost(found.total.cost_nano, unpriced=found.total.unpriced),
        before=_say_before(asked),
        complete=say_when(min(began for _task, began in still_open), now=asked.as_of) if still_open else "",
    )


def _lately(asked: Asked) -> Cohort:
    """As many days as the usual ranges and the lines over weeks need."""
    long = asked.long
    return cover_weeks(replace(long, since=min(long.since, long.until - timedelta(days=DAYS))))


def _say_unusual(asked: Asked, days: Days) -> list[Oddity]:
    found = find_unusual(days, end=asked.end)
    names = name_groups("task_type", [one.group for one in found])
    return [
        Oddity(
            words=_("%(group)s: %(metric)s %(value)s in the last 7 days.")
            % {"group": names[one.group], "metric": one.metric.name.lower(), "value": say_value(one.metric, one.value)},
            usual=_("Usual is %(low)s to %(high)s. Outside since %(day)s.")
            % {"low": say_value(one.metric, one.low), "high": say_value(one.metric, one.high),
               "day": say_day(one.since)},
            query=asked.query(
                by="task_type", value=one.group, metric=one.metric.slug, tab=next(iter(tabs_of(one.metric))),
                start=asked.end - timedelta(days=6),
            ),
        )
        for one in found
    ]  # fmt: skip


def _open_worst(asked: Asked, table: Table, targets: Targets) -> list[Opened]:
    lines = [line for line in [*table.lines, *table.few, table.total] if line.runs]
    off = [(line, cell) for line in lines for cell in line.cells if cell.verdict is Verdict.OFF]
    if not off:
        return []
    line, cell = max(off, key=_badness)
    question = replace(asked, value=line.value, metric=cell.metric.slug, tab=next(iter(tabs_of(cell.metric))))
    return [Opened(line.name, cell, read_behind(question, cell.metric, targets=targets, before=""))]


def _badness(pair: tuple[Line, Cell]) -> tuple[float, int]:
    """How many times its target a figure is, counted from the good side; then how many runs it is of."""
    line, cell = pair
    value, target = cell.figure.value or 0.0, cell.figure.target
    times = (1 - value) / (1 - target) if cell.metric.higher_is_better else value / target
    return times, line.runs


def _say_before(asked: Asked) -> str:
    first, last = (timezone.localtime(moment).date() for moment in (asked.before.since, asked.before.until))
    last = max(first, last - timedelta(days=0 if asked.partial else 1))
    days = say_day(first)
    if first != last:
        days = _("%(low)s to %(high)s") % {"low": days, "high": say_day(last)}
    return _("Changes are against %(days)s, the same weekdays%(hour)s.") % {
        "days": days,
        "hour": _(" up to the same hour") if asked.partial else "",
    }
