"""What runs cost: each type of task by week, each model, the costliest runs, and models that will answer no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agentops.domain.tallies import Tally, merge
from agentops.models import AgentRun, Step
from agentops.models.rollups import start_of
from supervision.metrics.asking import WEEKS, Asked
from supervision.metrics.charts import Bars, draw_bars
from supervision.metrics.cohorts import Cohort, find_facts
from supervision.metrics.definitions import NANO_PER_DOLLAR
from supervision.metrics.reading import read_breakdown, read_days
from supervision.metrics.retiring import Retiring, find_retiring
from supervision.metrics.targets import Targets, read_targets
from supervision.metrics.words import name_groups
from supervision.wording import count, say_cost, say_money, shorten

TOP_SHARE = 20
"""The costliest one in so many."""

SHOWN = 10


@dataclass(frozen=True, slots=True)
class WeekCell:
    """What a week cost, how much of it nobody knows, and the list of the runs with those calls."""

    cost: str
    unpriced: str
    query: str

    @property
    def words(self) -> str:
        """ "≥ $2.18 1 call unpriced"."""
        return " ".join(filter(None, [self.cost, self.unpriced]))


@dataclass(frozen=True, slots=True)
class TaskWeeks:
    """One type of task: what each of the weeks cost, drawn on the scale of all, and in words."""

    name: str
    bars: Bars
    cells: list[WeekCell]
    nanos: list[int]
    unpriced: list[int]
    last: WeekCell
    budget: str
    over: bool
    label: str
    query: str


@dataclass(frozen=True, slots=True)
class Weekly:
    """Eight calendar weeks; `partial` says of the last one how much of it there is."""

    weeks: list[str]
    partial: str
    lines: list[TaskWeeks]
    total: TaskWeeks


@dataclass(frozen=True, slots=True)
class ModelCost:
    """What one model's calls cost in the period."""

    model: str
    calls: int
    read: str
    written: str
    cost: str
    share: str
    nano: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class Costly:
    """The costliest one in twenty of the runs, and the first of them."""

    sentence: str
    rows: list[tuple[int, str, str]]


@dataclass(frozen=True, slots=True)
class CostPage:
    """The whole page."""

    weekly: Weekly
    models: list[ModelCost]
    costly: Costly
    retiring: list[Retiring]
    period: str
    runs: int
    unpriced: str
    """The list of its runs with unpriced calls; empty where there are none."""


def read_costs(asked: Asked) -> CostPage:
    """The eight weeks that end with the period's, and the period itself by model."""
    days = read_days(cover_weeks(asked.long), by="task_type")
    total = read_breakdown(asked.cohort, by="task_type").total
    return CostPage(
        weekly=make_weekly(asked, days, read_targets()),
        models=_read_models(asked.cohort),
        costly=_read_costly(asked, total),
        retiring=find_retiring(as_of=asked.as_of),
        period=say_cost(total.cost_nano, unpriced=total.unpriced),
        runs=total.runs,
        unpriced=asked.query(value=None, metric="cost", tab="unpriced") if total.unpriced else "",
    )


def make_weekly(asked: Asked, days: Mapping[tuple[str, date], Tally], targets: Targets) -> Weekly:
    """Eight calendar weeks of each type of task, the dearest first, from days that cover them (`cover_weeks`)."""
    mondays = find_mondays(asked.end)
    by_task = {
        task: [_week(days, task, monday) for monday in mondays] for task in sorted({task for task, _day in days})
    }
    by_task = {task: weeks for task, weeks in by_task.items() if any(week.runs for week in weeks)}
    names, so_far = name_groups("task_type", by_task), _say_partial(mondays[-1], asked)
    dearest = sorted(by_task, key=lambda task: (-sum(week.cost_nano for week in by_task[task]), task))
    top = _find_top(by_task, targets)
    whole = [merge(weeks) for weeks in zip(*by_task.values(), strict=True)] or [Tally()] * WEEKS
    highest = max(week.cost_nano for week in whole) / NANO_PER_DOLLAR
    return Weekly(
        weeks=[date_format(monday, "j M") for monday in mondays],
        partial=so_far,
        lines=[_line(names[task], task, by_task[task], targets.budget(task), top, asked, so_far) for task in dearest],
        total=_line(_("All"), None, whole, targets.budget(""), highest, asked, so_far),
    )


def cover_weeks(cohort: Cohort) -> Cohort:
    """The cohort, made long enough for the eight calendar weeks that end with its last day's."""
    last = timezone.localtime(cohort.until).date() - timedelta(days=1)
    mondays = find_mondays(last)
    return replace(
        cohort,
        since=min(cohort.since, start_of(mondays[0])),
        until=max(cohort.until, start_of(mondays[-1] + timedelta(days=7))),
    )


def find_mondays(end: date) -> list[date]:
    """The first days of eight weeks, of which the last one holds this day."""
    last = end - timedelta(days=end.weekday())
    return [last - timedelta(days=7 * (WEEKS - 1 - n)) for n in range(WEEKS)]


def _week(days: Mapping[tuple[str, date], Tally], task: str, monday: date) -> Tally:
    return merge(days[task, day] for n in range(7) if (task, day := monday + timedelta(days=n)) in days)


def _find_top(by_task: Mapping[str, Sequence[Tally]], targets: Targets) -> float:
    """The height that all charts share: the dearest week of any type, and every budget."""
    weeks = [week.cost_nano / NANO_PER_DOLLAR for of_task in by_task.values() for week in of_task]
    budgets = [float(budget) for task in by_task if (budget := targets.budget(task)) is not None]
    return max([*weeks, *budgets], default=0.0)


def _line(
    name: str, task: str | None, weeks: Sequence[Tally], budget: Decimal | None, top: float, asked: Asked, so_far: str
) -> TaskWeeks:
    dollars = [week.cost_nano / NANO_PER_DOLLAR for week in weeks]
    limit = None if budget is None else float(budget)
    by_task = replace(asked, by="task_type", value=task, metric="cost", tab="")
    cells = [_say_week(by_task, week, monday) for week, monday in zip(weeks, find_mondays(asked.end), strict=True)]
    said = say_money(float(budget)) if budget is not None else ""
    label = _("%(name)s: cost of 8 weeks, from %(first)s to %(last)s") % {
        "name": name, "first": cells[0].words, "last": cells[-1].words,
    }  # fmt: skip
    return TaskWeeks(
        name=name,
        bars=draw_bars(dollars, top=max(top, limit or 0.0), budget=limit, partial=bool(so_far)),
        cells=cells,
        nanos=[week.cost_nano for week in weeks],
        unpriced=[week.unpriced for week in weeks],
        last=cells[-1],
        budget=said,
        over=limit is not None and dollars[-1] > limit,
        label=", ".join(filter(None, [label, so_far, _("budget %(said)s") % {"said": said} if said else ""])),
        query=by_task.query(),
    )


def _say_week(asked: Asked, week: Tally, monday: date) -> WeekCell:
    """What a week cost, and how much of it nobody knows: "≥ $2.18" and "1 call unpriced"."""
    said, _comma, unknown = say_cost(week.cost_nano, unpriced=week.unpriced).partition(", ")
    to_them = asked.query(start=monday, end=monday + timedelta(days=6), tab="unpriced") if week.unpriced else ""
    return WeekCell(said, unknown, to_them)


def _say_partial(monday: date, asked: Asked) -> str:
    """ "so far, 3 of 7 days": where the last week is under way."""
    today = timezone.localtime(asked.as_of).date()
    passed = max(0, (today - monday).days + 1)
    return _("so far, %(n)s of 7 days") % {"n": passed} if passed <= 7 else ""


def _read_models(cohort: Cohort) -> list[ModelCost]:
    steps = Step.objects.filter(run__in=find_facts(cohort).values("run"), kind="model")
    rows = list(
        steps.values("model")
        .annotate(
            n_calls=Count("pk"),
            read=Sum(F("input_tokens") + F("cache_write_tokens") + F("cache_read_tokens")),
            written=Sum("output_tokens"),
            nano=Sum("cost_nano"),
            unpriced=Count("pk", filter=Q(cost_nano=None)),
        )
        .order_by("model")
    )
    whole = sum(row["nano"] or 0 for row in rows)
    names = name_groups("model", [row["model"] for row in rows])
    return [
        ModelCost(
            model=names[row["model"]],
            calls=row["n_calls"],
            read=f"{row['read']:,}",
            written=f"{row['written']:,}",
            cost=say_cost(row["nano"], unpriced=row["unpriced"]),
            share=f"{100 * (row['nano'] or 0) / whole:.0f}%" if whole else "–",
            nano=row["nano"] or 0,
            unpriced=row["unpriced"],
        )
        for row in sorted(rows, key=lambda row: (-(row["nano"] or 0), row["model"]))
    ]


def _read_costly(asked: Asked, total: Tally) -> Costly:
    """The costliest twentieth, rounded up: of a few runs it is one."""
    n, cost = -(-total.runs // TOP_SHARE), total.cost_nano
    rows: list[tuple[int, int, int]] = list(
        find_facts(asked.cohort).order_by("-cost_nano", "-pk").values_list("run", "cost_nano", "unpriced_calls")[:n]
    )
    if not rows or not cost:
        return Costly("", [])
    top = sum(nano for _run, nano, _calls in rows)
    shown = [run for run, _nano, _calls in rows[:SHOWN]]
    said: dict[int, Any] = dict(AgentRun.objects.filter(pk__in=shown).values_list("pk", "request"))
    sentence = _("The costliest 5%% (%(runs)s) made %(share)s of the cost: %(top)s of %(cost)s.") % {
        "runs": count(n, "run"), "share": f"{100 * top / cost:.0f}%", "top": say_cost(top), "cost": say_cost(cost),
    }  # fmt: skip
    return Costly(
        sentence, [(run, shorten(said[run], 90), say_cost(nano, unpriced=calls)) for run, nano, calls in rows[:SHOWN]]
    )
