"""Days that were counted in advance, for speed alone: each says what it was counted from, so that it can be checked."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, Func, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.crypto import salted_hmac

from agentops.domain.tallies import SUMS, Tally
from agentops.models.facts import RunFact

PLAIN = ("task_type", "outcome", "channel", "tier", "prompt_version", "policy_version")
"""The columns of a fact by which its day is parted; each within its type of task."""

TOOLS, MODELS = "tools", "model"
"""By what a run called it stands in several groups: each of its tools, each of its models."""

ROLLED = (*PLAIN, TOOLS, MODELS)

Groups = Mapping[tuple[str, str], Tally]
"""What was counted of a day, by type of task and value of a column."""


class RolledDay(models.Model):
    """One day of the clinic's clock, and of how many facts its counts are. `edition` grows with each counting.

    Its beginning and end are those it was counted with: in another time zone it is another day.
    """

    day = models.DateField(primary_key=True)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    edition = models.PositiveIntegerField(default=0)
    runs = models.PositiveIntegerField(default=0)
    last_finish = models.DateTimeField(null=True)
    rolled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}, counted {self.edition} times"


class Rollup(models.Model):
    """The tallies of one day by one column of its facts, as text, with a seal over them and over their day's row."""

    day = models.ForeignKey(RolledDay, on_delete=models.CASCADE, db_index=False, related_name="rollups")
    column = models.CharField(max_length=40)
    groups = models.TextField()
    seal = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "column"], name="one_rollup_per_day_and_column")]

    def __str__(self) -> str:
        return f"{self.day_id} by {self.column}"


class StaleDay(models.Model):
    """A day that has to be counted (again); until then it is read from its facts. The queue of the sweeper.

    Whoever changes facts puts their day here in the same commit, because a number of rows does not show a change.
    """

    day = models.DateField(db_index=True)

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} is to be counted"


def start_of(day: date) -> datetime:
    """Midnight at the beginning of a day, on the clinic's clock."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """Midnight at its end."""
    return start_of(day + timedelta(days=1))


def mark_stale(days: Iterable[date]) -> None:
    """Have these days counted anew. To be called in the transaction that changes their facts."""
    StaleDay.objects.bulk_create(StaleDay(day=day) for day in days)


def find_sound(first: date, last: date) -> QuerySet[RolledDay]:
    """The counted days of a span that nobody marked and that have as many facts now as were counted."""
    facts = RunFact.objects.filter(started_at__gte=OuterRef("begins"), started_at__lt=OuterRef("ends"))
    # Counts an index alone: what a day costs to check, not to read.
    number = facts.order_by().annotate(n=Func(F("started_at"), function="COUNT")).values("n")
    days = RolledDay.objects.filter(day__range=(first, last), edition__gt=0)
    return days.exclude(Exists(StaleDay.objects.filter(day=OuterRef("day")))).filter(runs=Subquery(number))


def seal_rollup(day: RolledDay, column: str, groups: str) -> str:
    """The seal of a rollup: nobody without the installation's key makes another that fits."""
    of = (day.day, day.begins.timestamp(), day.ends.timestamp(), day.edition, day.runs,
          day.last_finish and day.last_finish.timestamp(), column, groups)  # fmt: skip
    return salted_hmac("agentops.models.rollups", repr(of), algorithm="sha256").hexdigest()


def write_groups(groups: Groups) -> str:
    """The tallies of a day as text."""
    return json.dumps(
        [
            [task, value, [getattr(tally, name) for name in SUMS], [*tally.steps.items()],
             [[*pair, n] for pair, n in tally.calls.items()], _write_bins(tally.active), _write_bins(tally.cost)]
            for (task, value), tally in sorted(groups.items(), key=lambda one: one[0])
        ],
        separators=(",", ":"),
    )  # fmt: skip


def read_groups(text: str) -> Groups:
    """The tallies that were written."""
    return {(task, value): _read_tally(*parts) for task, value, *parts in json.loads(text)}


def _read_tally(sums: list[int], steps: Any, calls: Any, active: Any, cost: Any) -> Tally:
    return replace(
        Tally(**dict(zip(SUMS, sums, strict=True))),  # type: ignore[arg-type]
        steps=dict(steps),
        calls={(executed, errors): n for executed, errors, n in calls},
        active={low: (n, total) for low, n, total in active},
        cost={low: (n, total) for low, n, total in cost},
    )


def _write_bins(bins: Mapping[int, tuple[int, int]]) -> list[list[int]]:
    return [[low, *counted] for low, counted in bins.items()]
