"""The one place where runs become counts: from here on every figure is arithmetic.

A day that was counted in advance and is still as it was then is taken from there (`prepared`), all else is read from
the rows: the same whole numbers either way. Speed can never change a number.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate
from django.utils import timezone

from agentops.domain.lifecycle import RunStatus
from agentops.domain.tallies import ASKED_BACK, Tally, add_sums, merge, tally_facts
from agentops.models import AgentRun, RunFact
from agentops.models.facts import share_by_model, share_by_tool
from agentops.models.rollups import TOOLS
from supervision.metrics.cohorts import DIMENSIONS, Cohort, Dimension, find_facts
from supervision.metrics.prepared import Prepared, Span, read_prepared

DIGITS = 19
"""How many digits the longest whole number of a row has."""

_SUMS: dict[str, Any] = {
    "n_runs": Count("pk"),
    "n_completed": Count("pk", filter=Q(completed=True) & ~Q(outcome=ASKED_BACK)),
    "n_asked_back": Count("pk", filter=Q(outcome=ASKED_BACK)),
    "n_limits": Count("pk", filter=Q(limit_reached=True)),
    "n_escalated": Count("pk", filter=Q(escalated=True)),
    "n_executed": Sum("tools_executed"),
    "n_errors": Sum("tool_errors"),
    "n_asked": Sum("asked_people"),
    "n_iterations": Sum("iterations"),
    "n_active_ms": Sum("active_ms"),
    "n_waited_ms": Sum("waited_ms"),
    "n_cost_nano": Sum("cost_nano"),
    "n_unpriced": Sum("unpriced_calls"),
}
"""The sums of a `Tally`; with a name of their own, for a sum may not be called as the column it is of."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The tally of all runs and of each group. With tools and models a run may stand in several: they do not add up."""

    total: Tally
    groups: Mapping[str, Tally]


def read_breakdown(cohort: Cohort, *, by: str, prepared: Prepared | None = None) -> Breakdown:
    """Count the runs of a cohort, together and by the groups of a dimension."""
    dimension = DIMENSIONS[by]
    columns = columns_of(by)
    ready = read_prepared([cohort], columns) if prepared is None else prepared
    days, gaps = ready.split(cohort, columns)
    parts = [_read_rows(facts, dimension) for facts in _find_gaps(cohort, gaps)]
    parts += [_read_day(ready, day, dimension, cohort) for day in days]
    groups: dict[str, list[Tally]] = defaultdict(list)
    for part in parts:
        for value, tally in part.groups.items():
            groups[value].append(tally)
    return Breakdown(merge(part.total for part in parts), {value: merge(tallies) for value, tallies in groups.items()})


def read_days(cohort: Cohort, *, by: str, prepared: Prepared | None = None) -> dict[tuple[str, date], Tally]:
    """The plain sums of a cohort for each group and day; for lines over weeks, which need no intervals."""
    column = DIMENSIONS[by].column
    ready = read_prepared([cohort], [column]) if prepared is None else prepared
    days, gaps = ready.split(cohort, [column])
    found: dict[tuple[str, date], Tally] = {}
    for facts in _find_gaps(cohort, gaps):
        by_day = facts.annotate(day=TruncDate("started_at", tzinfo=timezone.get_current_timezone()))
        rows = by_day.values(column, "day").annotate(**_SUMS).order_by()
        found |= {(str(row[column]), row["day"]): _sums_of(row) for row in rows}
    for day in days:
        values: dict[str, list[Tally]] = defaultdict(list)
        for (_task, value), tally in ready.read(day, column, cohort=cohort).items():
            values[value].append(tally)
        found |= {(value, day): add_sums(tallies) for value, tallies in values.items()}
    return found


def columns_of(by: str) -> tuple[str, ...]:
    """The columns by which days have to be counted to be parted so. What stands in several groups has no total."""
    dimension = DIMENSIONS[by]
    return (dimension.column, "task_type") if dimension.several else (dimension.column,)


def list_open(cohort: Cohort) -> list[tuple[str, datetime]]:
    """The runs that began in the period and have not ended: type of task and beginning of each."""
    # Each state has a small index of its own; by their beginning all runs of the period would be read.
    found: list[tuple[str, datetime]] = []
    for status in (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.SUSPENDED):
        runs = AgentRun.objects.filter(status=status.value).values_list("task_type__slug", "created_at").order_by()
        found += [(task, began) for task, began in runs if cohort.since <= began < cohort.until]
    return found


def _find_gaps(cohort: Cohort, gaps: list[Span]) -> list[QuerySet[RunFact]]:
    """The facts of what was not prepared, together; nothing where there are no gaps."""
    within = [Q(started_at__gte=since, started_at__lt=until) for since, until in gaps]
    return [find_facts(cohort).filter(reduce(or_, within))] if within else []


def _read_rows(facts: QuerySet[RunFact], dimension: Dimension) -> Breakdown:
    if dimension.several:
        return _read_shares(facts, dimension)
    groups = _read_by_column(facts, dimension)
    return Breakdown(merge(groups.values()), groups)


def _read_day(ready: Prepared, day: date, dimension: Dimension, cohort: Cohort) -> Breakdown:
    values: dict[str, list[Tally]] = defaultdict(list)
    for (_task, value), tally in ready.read(day, dimension.column, cohort=cohort).items():
        values[value].append(tally)
    groups = {value: merge(tallies) for value, tallies in values.items()}
    whole = ready.read(day, "task_type", cohort=cohort) if dimension.several else groups
    return Breakdown(merge(whole.values()), groups)


def _read_by_column(facts: QuerySet[RunFact], dimension: Dimension) -> dict[str, Tally]:
    """Three queries: the sums with the small whole numbers, and one for each value that needs bins."""
    column = dimension.column
    parts: dict[str, list[Tally]] = defaultdict(list)
    rows = facts.values(column, "iterations", "tools_executed", "tool_errors").annotate(**_SUMS).order_by()
    for row in rows:
        runs = row["n_runs"]
        parts[str(row[column])].append(
            replace(
                _sums_of(row),
                steps={row["iterations"]: runs},
                calls={(row["tools_executed"], row["tool_errors"]): runs},
            )
        )
    for value, name in (("active_ms", "active"), ("cost_nano", "cost")):
        binned = facts.annotate(bin=_bin(value)).values(column, "bin").annotate(n=Count("pk"), total=Sum(value))
        for row in binned.order_by():
            bins = {row["bin"]: (row["n"], int(row["total"]))}
            parts[str(row[column])].append(Tally(active=bins) if name == "active" else Tally(cost=bins))
    return {value: merge(found) for value, found in parts.items()}


def _read_shares(facts: QuerySet[RunFact], dimension: Dimension) -> Breakdown:
    """By what a run called it counts for each of them; so these groups do not add up to all."""
    everything = list(facts)
    found = share_by_tool(everything) if dimension.column == TOOLS else share_by_model(facts, everything)
    total = tally_facts((fact, fact.tools_executed, fact.tool_errors) for fact in everything)
    return Breakdown(total, {value: tally_facts(rows) for value, rows in found.items()})


def _sums_of(row: Mapping[str, Any]) -> Tally:
    return Tally(**{name.removeprefix("n_"): int(row[name] or 0) for name in _SUMS})  # type: ignore[arg-type]


def _bin(column: str) -> Combinable:
    """`bin_of` in the database, in whole numbers."""
    steps = [10**n for n in range(DIGITS - 1)]
    return Case(
        *(When(**{f"{column}__lt": 100 * step}, then=F(column) - F(column) % step) for step in steps[:-1]),
        default=F(column) - F(column) % steps[-1],
    )
