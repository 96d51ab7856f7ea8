"""The page behind a figure: its rows in words, each with the way to the step that explains it."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from agentops.domain.tallies import Tally
from agentops.models import RunFact, Step, ToolCall
from supervision.metrics.asking import Asked
from supervision.metrics.behind import VALUES, Behind, first_tab, read_behind
from supervision.metrics.definitions import BY_SLUG, Metric
from supervision.metrics.reading import read_breakdown
from supervision.metrics.table import Cell, make_cells
from supervision.metrics.targets import read_targets
from supervision.metrics.words import name_groups, say_value
from supervision.phrases import tell_message
from supervision.wording import cut_line, say_cost, say_end, say_when, shorten


@dataclass(frozen=True, slots=True)
class Row:
    """One run, or one call of one: `at` is the step that its page opens with."""

    run_id: int
    at: str
    said: str
    task: str
    when: str
    end: str
    value: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """The figure once more, the lists behind it, and one page of the one that was asked for."""

    asked: Asked
    metric: Metric
    group: str
    cell: Cell
    behind: Behind
    rows: list[Row]
    adds_up: str
    older: str


def read_list(asked: Asked, *, before: str, now: datetime) -> ListPage:
    """The list that was asked for; without a figure that of runs that finished, without a tab the one that matters."""
    metric, targets = BY_SLUG[asked.metric or "completion"], read_targets()
    tally = _read_group(asked)
    task = (asked.value or "") if asked.by == "task_type" else asked.task
    cell = next(c for c in make_cells(asked, tally, targets=targets, task=task) if c.metric is metric)
    asked = replace(asked, metric=metric.slug, tab=asked.tab or first_tab(cell.figure))
    behind = read_behind(asked, metric, targets=targets, before=before)
    return ListPage(
        asked=asked,
        metric=metric,
        group=_("All") if asked.value is None else name_groups(asked.by, [asked.value])[asked.value],
        cell=cell,
        behind=behind,
        rows=_call_rows(behind.rows, now=now) if metric.counts == "call" else _run_rows(asked, metric, behind, now=now),
        adds_up=_say_sum(cell, metric),
        older=f"{asked.query()}&before={behind.older}" if behind.older else "",
    )


def _read_group(asked: Asked) -> Tally:
    """The tally behind the cell, counted the way the table counts it."""
    found = read_breakdown(asked.cohort, by=asked.by)
    return found.total if asked.value is None else found.groups.get(asked.value, Tally())


def _say_sum(cell: Cell, metric: Metric) -> str:
    """How the rows of a mean make the figure."""
    figure = cell.figure
    if metric.rate or not figure.denominator:
        return ""
    total = f"{figure.numerator:,}" if metric.slug == "iterations" else say_value(metric, figure.numerator)
    return _("All %(runs)s runs add up to %(total)s: that makes %(value)s for each.") % {
        "runs": f"{figure.denominator:,}",
        "total": total,
        "value": cell.value,
    }


def _run_rows(asked: Asked, metric: Metric, behind: Behind, *, now: datetime) -> list[Row]:
    facts: list[RunFact] = behind.rows
    names = name_groups("task_type", [fact.task_type for fact in facts])
    find_steps = _find_unpriced if asked.tab == "unpriced" else _find_failing
    telling = find_steps([fact.run_id for fact in facts])
    return [
        Row(
            run_id=fact.run_id,
            at=telling.get(fact.run_id, ""),
            said=shorten(fact.run.request, 140),
            task=names[fact.task_type],
            when=say_when(fact.started_at, now=now),
            end=say_end(fact.outcome),
            value=_say_row(fact, metric),
        )
        for fact in facts
    ]


def _say_row(fact: RunFact, metric: Metric) -> str:
    if metric.slug == "cost":
        return say_cost(fact.cost_nano, unpriced=fact.unpriced_calls)
    return say_value(metric, getattr(fact, VALUES[metric.slug])) if metric.slug in VALUES else ""


def _call_rows(calls: list[ToolCall], *, now: datetime) -> list[Row]:
    names = name_groups("task_type", [call.run.task_type.slug for call in calls])
    return [
        Row(
            run_id=call.run_id,
            at=f"c{call.pk}",
            said=shorten(call.run.request, 140),
            task=names[call.run.task_type.slug],
            when=say_when(call.started_at or call.proposed_at, now=now),
            end=_say_result(call),
            value=name_groups("tool", [call.tool])[call.tool],
        )
        for call in calls
    ]


def _say_result(call: ToolCall) -> str:
    message = tell_message(call.result) if call.status == "failed" else ""
    return cut_line(message, 160) if message else call.status.replace("_", " ").capitalize()


def _find_failing(runs: list[int]) -> dict[int, str]:
    """Of each run that has one the last step that failed, as its page names steps."""
    steps = Step.objects.filter(run__in=runs, kind="failure").order_by("seq").values_list("run_id", "seq")
    found = {run: f"s{seq}" for run, seq in steps}
    calls = ToolCall.objects.filter(run__in=runs, status="failed").order_by("step_id", "position")
    return found | {run: f"c{pk}" for run, pk in calls.values_list("run_id", "pk")}


def _find_unpriced(runs: list[int]) -> dict[int, str]:
    """Of each run the first call of a model whose price nobody knows."""
    steps = Step.objects.filter(run__in=runs, cost_nano=None).exclude(kind="note").order_by("-seq")
    return {run: f"s{seq}" for run, seq in steps.values_list("run_id", "seq")}
