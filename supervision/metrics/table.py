"""The metrics page: seven figures for all runs that began in a period and for each type of task."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Cast
from django.utils import timezone

from agentops.domain.lifecycle import RunStatus
from agentops.models import AgentRun, RunFact, TaskType
from supervision.metrics.definitions import METRICS, Metric
from supervision.metrics.statistics import MIN_TO_JUDGE, Interval, Verdict, clustered_rate, judge, mean_interval, wilson
from supervision.wording import count, say_cost, say_duration

SAID: dict[str, Callable[[float], str]] = {
    "iterations": lambda value: f"{value:.1f}",
    "latency": lambda value: say_duration(round(value)),
    "cost": lambda value: say_cost(round(value)),
}
PERIODS = {"today": ("Today", 0), "7": ("7 days", 6), "28": ("28 days", 27)}
ALL = ""
ASKED_BACK = "asked_back"
RENAMED = {
    "completed_runs": "completed",
    "limit_runs": "limits",
    "escalated_runs": "escalated",
    "asked_back_runs": "asked_back",
    "iterations_sum": "iterations",
}
"""Sums whose own name would hide a column of the table they are taken from."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What the database adds up over the runs of one group."""

    runs: int
    completed: int
    limits: int
    escalated: int
    asked_back: int
    asked: int
    executed: int
    errors: int
    errors_sq: float
    cross: float
    executed_sq: float
    iterations: float
    iterations_sq: float
    active: float
    active_sq: float
    waited: float
    cost: float
    cost_sq: float
    unpriced: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one group: value, how sure, and what may be said of it."""

    metric: Metric
    value: str
    range: str
    verdict: Verdict
    note: str
    n: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table; `open` counts runs that have not ended and so stand in no figure."""

    slug: str
    name: str
    runs: int
    open: int
    cells: list[Cell]
    waited: str
    asked: str


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """The whole page for one period."""

    period: str
    since: datetime
    total: Line
    lines: list[Line]
    cost: str
    slowest: str
    warnings: list[str]


def read_metrics(*, period: str, now: datetime) -> MetricsPage:
    """The figures of the runs that began in the period, up to now on the clinic's clock."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=PERIODS[period][1])
    facts = RunFact.objects.filter(started_at__gte=since, started_at__lte=now)
    groups = {row.pop("task_type"): Sums(**_filled(row)) for row in _add_up(facts.values("task_type"))}
    everything = _sum_of(list(groups.values()))
    open_runs = _open_runs(since)
    names = dict(TaskType.objects.values_list("slug", "name"))
    lines = [
        _line(slug, names.get(slug, slug or "Not sorted"), sums, open_runs.get(slug, 0))
        for slug, sums in sorted(groups.items(), key=lambda item: -item[1].runs)
    ]
    total = _line(ALL, "All", everything, sum(open_runs.values()))
    return MetricsPage(
        period=period,
        since=since,
        total=total,
        lines=lines,
        cost=say_cost(round(everything.cost), unpriced=everything.unpriced),
        slowest=_slowest(facts, everything.runs),
        warnings=_find_misses(total, lines),
    )


def _add_up(facts: Any) -> list[dict[str, Any]]:
    errors, executed, iterations, active, cost = (
        Cast(name, FloatField()) for name in ("tool_errors", "tools_executed", "iterations", "active_ms", "cost_nano")
    )
    return list(
        facts.annotate(
            runs=Count("pk"),
            completed_runs=Count("pk", filter=Q(completed=True) & ~Q(outcome=ASKED_BACK)),
            asked_back_runs=Count("pk", filter=Q(outcome=ASKED_BACK)),
            limit_runs=Count("pk", filter=Q(limit_reached=True)),
            escalated_runs=Count("pk", filter=Q(escalated=True)),
            asked=Sum("asked_people"),
            executed=Sum("tools_executed"),
            errors=Sum("tool_errors"),
            errors_sq=Sum(errors * errors),
            cross=Sum(errors * executed),
            executed_sq=Sum(executed * executed),
            iterations_sum=Sum("iterations"),
            iterations_sq=Sum(iterations * iterations),
            active=Sum("active_ms"),
            active_sq=Sum(active * active),
            waited=Sum("waited_ms"),
            cost=Sum("cost_nano"),
            cost_sq=Sum(cost * cost),
            unpriced=Sum("unpriced_calls"),
        )
    )


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {RENAMED.get(name, name): value or 0 for name, value in row.items()}


def _sum_of(groups: list[Sums]) -> Sums:
    return Sums(**{name: sum(getattr(group, name) for group in groups) for name in Sums.__dataclass_fields__})


def _open_runs(since: datetime) -> dict[str, int]:
    still = [RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.SUSPENDED]
    runs = AgentRun.objects.filter(created_at__gte=since, status__in=still)
    rows = runs.values("task_type__slug").annotate(n=Count("pk")).order_by()
    return {row["task_type__slug"]: row["n"] for row in rows}


def _line(slug: str, name: str, sums: Sums, still_open: int) -> Line:
    return Line(
        slug=slug,
        name=name,
        runs=sums.runs,
        open=still_open,
        cells=[_cell(metric, sums) for metric in METRICS],
        waited=say_duration(round(sums.waited / sums.runs)) if sums.runs else "",
        asked=f"{sums.asked:,}",
    )


def _cell(metric: Metric, sums: Sums) -> Cell:
    if not sums.runs or (metric.slug == "tool_errors" and not sums.executed):
        return Cell(metric, "–", "", Verdict.UNSURE, "", "no tool calls" if sums.runs else "no runs")
    if metric.slug == "completion" and sums.runs == sums.asked_back:
        return Cell(metric, "–", "", Verdict.UNSURE, _asked_back(sums), "no run to count")
    return _rate(metric, sums) if metric.rate else _mean(metric, sums)


def _rate(metric: Metric, sums: Sums) -> Cell:
    runs = sums.runs
    if metric.slug == "tool_errors":
        hits, n, of = sums.errors, sums.executed, count(sums.executed, "call")
        interval = clustered_rate(
            runs=sums.runs,
            hits=sums.errors,
            trials=sums.executed,
            hits_sq=sums.errors_sq,
            cross=sums.cross,
            trials_sq=sums.executed_sq,
        )
    else:
        hits = {"completion": sums.completed, "limits": sums.limits, "escalation": sums.escalated}[metric.slug]
        runs = n = sums.runs - (sums.asked_back if metric.slug == "completion" else 0)
        of, interval = count(n, "run"), wilson(hits, n)
    note = _asked_back(sums) if metric.slug == "completion" else ""
    if runs < MIN_TO_JUDGE:
        few = f"Only {count(runs, 'run')}. Shown, but not judged."
        return Cell(metric, _percent(hits / n), "", Verdict.UNSURE, f"{few} {note}".strip(), f"{hits:,} of {of}")
    verdict = judge(interval, metric.target, higher_is_better=metric.higher_is_better)
    span = f"{_percent(interval.low)} to {_percent(interval.high)}"
    return Cell(metric, _percent(hits / n), span, verdict, note, f"{hits:,} of {of}")


def _asked_back(sums: Sums) -> str:
    return f"{sums.asked_back:,} asked the caller back" if sums.asked_back else ""


def _mean(metric: Metric, sums: Sums) -> Cell:
    say = SAID[metric.slug]
    total, total_sq = {
        "iterations": (sums.iterations, sums.iterations_sq),
        "latency": (sums.active, sums.active_sq),
        "cost": (sums.cost, sums.cost_sq),
    }[metric.slug]
    interval = mean_interval(n=sums.runs, total=total, total_sq=total_sq)
    verdict = judge(interval, metric.target, higher_is_better=False)
    span = f"{say(max(0, interval.low))} to {say(interval.high)}" if interval else ""
    value, note = say(total / sums.runs), ""
    if metric.slug == "cost" and sums.unpriced:
        # A lower bound can prove a breach, never a success.
        verdict = verdict if verdict is Verdict.OFF else Verdict.UNSURE
        value, note = (f"≥ {value}" if sums.cost else "unpriced"), f"{count(sums.unpriced, 'call')} unpriced"
        span = _lower_bound(interval, say)
    return Cell(metric, value, span, verdict, note, count(sums.runs, "run"))


def _lower_bound(interval: Interval | None, say: Callable[[float], str]) -> str:
    return f"at least {say(max(0, interval.low))}" if interval and interval.low > 0 else ""


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _slowest(facts: QuerySet[RunFact], runs: int) -> str:
    """The working time that one run in twenty exceeds."""
    if not runs:
        return ""
    at = min(runs - 1, int(0.95 * runs))
    return say_duration(facts.order_by("active_ms").values_list("active_ms", flat=True)[at])


def _find_misses(total: Line, lines: list[Line]) -> list[str]:
    """Figures that are off target: first those of all runs, then those of one type of task that the total hides."""
    missed = [cell for cell in total.cells if cell.verdict is Verdict.OFF]
    return [
        f"All runs: {cell.metric.name.lower()} is {cell.value}, target {cell.metric.target_words}." for cell in missed
    ] + [
        f"{line.name}: {cell.metric.name.lower()} is {cell.value}, target {cell.metric.target_words}."
        for line in lines
        for cell, whole in zip(line.cells, total.cells, strict=True)
        if cell.verdict is Verdict.OFF and whole.verdict is not Verdict.OFF
    ]
