"""The one place where runs become counts: from here on every figure is arithmetic.

THE SEAM. Whatever answers `read_breakdown` and `read_days` may take the place of the raw rows, if it answers with the
same whole numbers: a prepared day that is missing or does not add up is read from the rows. Speed can never change a
number.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate
from django.utils import timezone

from agentops.domain.lifecycle import RunStatus
from agentops.models import AgentRun, RunFact
from supervision.metrics.cohorts import DIMENSIONS, Cohort, Dimension, find_facts
from supervision.metrics.tallies import Tally, bin_of, merge

ASKED_BACK = "asked_back"
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
    """The tally of all runs and of each group. With tools a run may stand in several groups: they do not add up."""

    total: Tally
    groups: Mapping[str, Tally]


def read_breakdown(cohort: Cohort, *, by: str) -> Breakdown:
    """Count the runs of a cohort, together and by the groups of a dimension."""
    dimension, facts = DIMENSIONS[by], find_facts(cohort)
    if dimension.several:
        return _read_by_tool(facts)
    groups = _read_by_column(facts, dimension)
    return Breakdown(merge(groups.values()), groups)


def read_days(cohort: Cohort, *, by: str) -> dict[tuple[str, date], Tally]:
    """The plain sums of a cohort for each group and day; for lines over weeks, which need no intervals."""
    column = DIMENSIONS[by].column
    facts = find_facts(cohort).annotate(day=TruncDate("started_at", tzinfo=timezone.get_current_timezone()))
    rows = facts.values(column, "day").annotate(**_SUMS).order_by()
    return {(str(row[column]), row["day"]): _sums_of(row) for row in rows}


def read_open(cohort: Cohort) -> dict[str, int]:
    """By type of task, the runs that began in the period and have not ended."""
    still = [RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.SUSPENDED]
    runs = AgentRun.objects.filter(created_at__gte=cohort.since, created_at__lt=cohort.until, status__in=still)
    rows = runs.values("task_type__slug").annotate(n=Count("pk")).order_by()
    return {row["task_type__slug"]: row["n"] for row in rows}


def tally_facts(rows: Iterable[tuple[RunFact, int, int]]) -> Tally:
    """The tally of single facts, each with the calls and errors that count."""
    parts: dict[str, int] = defaultdict(int)
    steps: dict[int, int] = defaultdict(int)
    calls: dict[tuple[int, int], int] = defaultdict(int)
    bins: dict[str, dict[int, list[int]]] = {"active": {}, "cost": {}}
    for fact, executed, errors in rows:
        asked_back = fact.outcome == ASKED_BACK
        found = {
            "runs": 1, "completed": fact.completed and not asked_back, "asked_back": asked_back,
            "limits": fact.limit_reached, "escalated": fact.escalated, "executed": executed, "errors": errors,
            "asked": fact.asked_people, "iterations": fact.iterations, "active_ms": fact.active_ms,
            "waited_ms": fact.waited_ms, "cost_nano": fact.cost_nano, "unpriced": fact.unpriced_calls,
        }  # fmt: skip
        for name, value in found.items():
            parts[name] += int(value)
        steps[fact.iterations] += 1
        calls[executed, errors] += 1
        for name, value in (("active", fact.active_ms), ("cost", fact.cost_nano)):
            one = bins[name].setdefault(bin_of(value), [0, 0])
            one[0] += 1
            one[1] += value
    active, cost = ({low: (n, total) for low, (n, total) in bins[name].items()} for name in ("active", "cost"))
    sums = Tally(**parts)  # type: ignore[arg-type]
    return replace(sums, steps=dict(steps), calls=dict(calls), active=active, cost=cost)


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


def _read_by_tool(facts: QuerySet[RunFact]) -> Breakdown:
    found: dict[str, list[tuple[RunFact, int, int]]] = defaultdict(list)
    everything = list(facts)
    for fact in everything:
        for tool, (executed, errors) in fact.tools.items():
            found[tool].append((fact, executed, errors))
    total = tally_facts((fact, fact.tools_executed, fact.tool_errors) for fact in everything)
    return Breakdown(total, {tool: tally_facts(rows) for tool, rows in found.items()})


def _sums_of(row: Mapping[str, Any]) -> Tally:
    return Tally(**{name.removeprefix("n_"): int(row[name] or 0) for name in _SUMS})  # type: ignore[arg-type]


def _bin(column: str) -> Combinable:
    """`bin_of` in the database, in whole numbers."""
    steps = [10**n for n in range(DIGITS - 1)]
    return Case(
        *(When(**{f"{column}__lt": 100 * step}, then=F(column) - F(column) % step) for step in steps[:-1]),
        default=F(column) - F(column) % steps[-1],
    )
