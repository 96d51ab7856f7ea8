"""How far the runs of the last week went towards their limits, and how many a new limit would have stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet
from django.utils.translation import gettext, gettext_noop

from agentops.domain.policy.task_settings import TaskSetting
from agentops.models import RunFact, ToolCall
from supervision.wording import say_duration

SPAN = timedelta(days=7)
COLUMNS = {
    "max_iterations": "iterations",
    "max_tokens": gettext_noop("tokens"),
    "max_active_ms": "active_ms",
    "max_tool_calls": "tool_calls",
}
"""Each limit of a run, and the fact that comes up to it."""

WAITS = "answer_minutes"
LABELS = {
    "max_iterations": gettext_noop("steps"),
    "max_tokens": gettext_noop("tokens"),
    "max_active_ms": gettext_noop("working time"),
    "max_tool_calls": gettext_noop("tool calls"),
    WAITS: gettext_noop("how long a request waits"),
}
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Reach:
    """What the last week says of one limit: 19 of 20 runs stayed at `most` or below, of `n`."""

    most: str
    n: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """How many a new limit would have stopped: `stopped` of `n` runs, or requests that wait for an answer."""

    label: str
    limit: str
    stopped: int
    n: int
    requests: bool = False


def read_reach(slug: str, *, now: datetime) -> Mapping[str, Reach]:
    """The 95th percentile beside each limit; nothing where there was no run."""
    runs = _runs(slug, now)
    found = {name: _reach(name, list(runs.values_list(column, flat=True))) for name, column in COLUMNS.items()}
    found[WAITS] = _reach(WAITS, _waits_ms(slug, now))
    return {name: reach for name, reach in found.items() if reach}


def count_stopped(slug: str, *, before: TaskSetting, after: TaskSetting, now: datetime) -> list[Stopped]:
    """For each limit that would be another: how many runs of the last week went beyond the new one."""
    runs, found = _runs(slug, now), []
    for name, column in COLUMNS.items():
        new = getattr(after, name)
        if new != getattr(before, name):
            beyond = runs.filter(**{f"{column}__gt": new}).count()
            found.append(Stopped(gettext(LABELS[name]), _say(name, new), beyond, runs.count()))
    if after.answer_minutes != before.answer_minutes:
        waits, longest = _waits_ms(slug, now), after.answer_minutes * MINUTE_MS
        late = sum(wait > longest for wait in waits)
        found.append(Stopped(gettext(LABELS[WAITS]), _say(WAITS, longest), late, len(waits), requests=True))
    return found


def _runs(slug: str, now: datetime) -> QuerySet[RunFact]:
    return RunFact.objects.filter(task_type=slug, started_at__gt=now - SPAN, started_at__lte=now)


def _waits_ms(slug: str, now: datetime) -> list[int]:
    """How long each request waited until somebody answered it."""
    asked = ToolCall.objects.filter(
        run__task_type__slug=slug, proposed_at__gt=now - SPAN, expires_at__isnull=False, decided_at__isnull=False
    )
    waits = asked.annotate(waited=F("decided_at") - F("proposed_at")).values_list("waited", flat=True)
    return [round(wait.total_seconds() * 1000) for wait in waits]


def _reach(name: str, values: list[int]) -> Reach | None:
    if not values:
        return None
    ranked = sorted(values)
    return Reach(_say(name, ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))]), len(ranked))


def _say(name: str, value: int) -> str:
    return say_duration(value) if name in {"max_active_ms", WAITS} else f"{value:,}"
