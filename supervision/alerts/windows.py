"""Cases of what goes wrong, counted by type of task in a short and a long window that end now."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Func, Q, QuerySet, Sum

from agentops.domain.messages import FailureKind
from agentops.models import RunFact, Step

HOUR_FORMAT = "%Y-%m-%d %H"


class Hour(Func):
    """The hour of a moment in UTC, as text. Django's own truncation calls Python for every row of SQLite."""

    output_field = CharField()
    template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """The first part of the text that SQLite keeps."""
        return super().as_sql(compiler, connection, template="substr(%(expressions)s, 1, 13)")


class Counts(NamedTuple):
    """What one type of task did in both windows, by column."""

    short: dict[str, int]
    long: dict[str, int]

    def hits(self, measure: str, window: str) -> int:
        """Bad cases."""
        return int(getattr(self, window).get(measure, 0))

    def trials(self, measure: str, window: str) -> int:
        """What they are cases of: tool calls that ran, calls to the model, or runs."""
        return trials_of(measure, getattr(self, window))


def trials_of(measure: str, row: dict[str, int]) -> int:
    """The denominator that belongs to a measure. A run that asked the caller back is none of completion's."""
    if measure == "tool_errors":
        return row.get("executed", 0)
    if measure == "failed":
        return row.get("asked", 0)
    return row.get("runs", 0) - (row.get("asked_back", 0) if measure == "not_finished" else 0)


def count_cases(source: str, *, now: datetime, short: int, long: int) -> dict[str, Counts]:
    """Two scans by the index on the start of a run; the failed model calls of these runs only where asked for."""
    windows = [
        {row.pop("task_type"): row for row in _read(source, since=now - timedelta(minutes=minutes), until=now)}
        for minutes in (short, long)
    ]
    return {slug: Counts(windows[0].get(slug, {}), row) for slug, row in windows[1].items()}


def count_hours(source: str, *, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The same cases hour by hour, for what would have been told in the past."""
    return list(_read(source, since=since, until=until, by_hour=True))


def _read(source: str, *, since: datetime, until: datetime, by_hour: bool = False) -> Iterable[dict[str, Any]]:
    facts = RunFact.objects.filter(started_at__gte=since, started_at__lte=until)
    keys = ["task_type"]
    if by_hour:
        facts, keys = facts.annotate(hour=Hour("started_at")), ["task_type", "hour"]
    rows = list(
        facts.values(*keys)
        .annotate(
            runs=Count("pk"),
            asked_back=Count("pk", filter=Q(outcome="asked_back")),
            not_finished=Count("pk", filter=Q(completed=False)),
            limits=Count("pk", filter=Q(limit_reached=True)),
            escalation=Count("pk", filter=Q(escalated=True)),
            executed=Sum("tools_executed"),
            errors=Sum("tool_errors"),
            asked=Sum("iterations"),
        )
        .order_by()
    )
    for row in rows:
        row["tool_errors"] = row.pop("errors")
    if source == "steps":
        failed = _count_failed(facts, keys)
        for row in rows:
            row["failed"] = failed.get(tuple(row[key] for key in keys), 0)
    return rows


def _count_failed(facts: "QuerySet[RunFact]", keys: list[str]) -> dict[tuple[Any, ...], int]:
    """Calls to the model that brought no reply; an answer that only needed more room is none of the provider's."""
    ours = facts.values("pk")
    steps = Step.objects.filter(kind="failure", run__in=ours).exclude(failure=FailureKind.TRUNCATED)
    names = {"task_type": "run__runfact__task_type"}
    if "hour" in keys:
        steps = steps.annotate(hour=Hour("run__runfact__started_at"))
    found = steps.values_list(*(names.get(key, key) for key in keys)).annotate(n=Count("pk")).order_by()
    return {tuple(row[:-1]): row[-1] for row in found}
