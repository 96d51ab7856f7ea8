"""What each finished run came to: one narrow row, written with the end of the run, read by the metrics."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Protocol

from django.db import models
from django.db.models import QuerySet

from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.tiers import read_tier
from agentops.models.runs import AgentRun, Step


class CountedCall(Protocol):
    """As much of a call as the figures need."""

    @property
    def tool(self) -> str: ...

    @property
    def tier(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def started_at(self) -> datetime | None: ...

    @property
    def expires_at(self) -> datetime | None: ...


class CountedRun(Protocol):
    """As much of a run that is about to end as the figures need."""

    @property
    def pk(self) -> int: ...

    @property
    def slug(self) -> str: ...

    @property
    def channel(self) -> str: ...

    @property
    def prompt_version(self) -> int: ...

    @property
    def iterations(self) -> int: ...

    @property
    def active_ms(self) -> int: ...

    @property
    def waited_ms(self) -> int: ...

    @property
    def tool_calls(self) -> int: ...

    @property
    def created_at(self) -> datetime: ...


class RunFact(models.Model):
    """The figures of one finished run. `cost_nano` is a lower bound where `unpriced_calls` > 0.

    `model` is the one that spoke last, `tier` the strictest of the calls it proposed, `tools` says of each tool how
    many calls were run and how many of them failed: {"find_slots": [2, 1]}. `policy_version` is that of the policy as a
    whole when it began (`find_in_force`); 0 where it ended before that was kept.
    """

    run = models.OneToOneField(AgentRun, on_delete=models.CASCADE, primary_key=True)
    task_type = models.CharField(max_length=40)
    channel = models.CharField(max_length=12)
    provider = models.CharField(max_length=24, blank=True)
    model = models.CharField(max_length=80, blank=True, default="")
    prompt_version = models.PositiveIntegerField(default=1)
    policy_version = models.PositiveIntegerField(default=0)
    tier = models.CharField(max_length=12, blank=True, default="")
    tools = models.JSONField(default=dict)
    status = models.CharField(max_length=16)
    outcome = models.CharField(max_length=40)
    completed = models.BooleanField()
    limit_reached = models.BooleanField()
    escalated = models.BooleanField()
    iterations = models.PositiveIntegerField()
    active_ms = models.PositiveIntegerField()
    waited_ms = models.PositiveBigIntegerField()
    tool_calls = models.PositiveIntegerField()
    tools_executed = models.PositiveIntegerField()
    tool_errors = models.PositiveIntegerField()
    asked_people = models.PositiveIntegerField()
    tokens = models.PositiveIntegerField()
    cost_nano = models.PositiveBigIntegerField()
    unpriced_calls = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["started_at", "task_type"], name="fact_by_start")]

    def __str__(self) -> str:
        return f"facts of run {self.run_id}"


def count_run(
    run: CountedRun,
    *,
    calls: Collection[CountedCall],
    policy_version: int,
    status: RunStatus,
    outcome: str,
    escalated: bool,
    provider: str,
    model: str,
    tokens: int,
    cost_nano: int,
    unpriced: int,
    finished_at: datetime,
) -> dict[str, Any]:
    """The figures of a run that ends: the one place that says what each of them counts."""
    executed = [call for call in calls if call.started_at is not None]
    tier = max((read_tier(call.tier) for call in calls), key=lambda one: one.rank, default=None)
    return {
        "run_id": run.pk,
        "task_type": run.slug,
        "channel": run.channel,
        "provider": provider,
        "model": model,
        "prompt_version": run.prompt_version,
        "policy_version": policy_version,
        "tier": tier.value if tier else "",
        "tools": _count_by_tool(executed),
        "status": status,
        "outcome": outcome,
        "completed": status is RunStatus.COMPLETED,
        "limit_reached": status is RunStatus.LIMIT_REACHED,
        "escalated": escalated,
        "iterations": run.iterations,
        "active_ms": run.active_ms,
        "waited_ms": run.waited_ms,
        "tool_calls": run.tool_calls,
        "tools_executed": len(executed),
        "tool_errors": sum(call.status == CallStatus.FAILED for call in executed),
        "asked_people": sum(call.expires_at is not None for call in calls),
        "tokens": tokens,
        "cost_nano": cost_nano,
        "unpriced_calls": unpriced,
        "started_at": run.created_at,
        "finished_at": finished_at,
    }


def _count_by_tool(executed: Collection[CountedCall]) -> dict[str, list[int]]:
    """How many calls of each tool were run, and how many of them failed."""
    counts: dict[str, list[int]] = {}
    for call in executed:
        of_tool = counts.setdefault(call.tool, [0, 0])
        of_tool[0] += 1
        of_tool[1] += call.status == CallStatus.FAILED
    return counts


Share = tuple[RunFact, int, int]
"""What a run counts for in one of several groups: its fact, the calls that were run, and those that failed."""


def share_by_tool(facts: Iterable[RunFact]) -> dict[str, list[Share]]:
    """By each tool the runs that called it, each with the calls of that tool alone."""
    found: dict[str, list[Share]] = defaultdict(list)
    for fact in facts:
        for tool, (executed, errors) in fact.tools.items():
            found[tool].append((fact, executed, errors))
    return found


def share_by_model(facts: QuerySet[RunFact], read: Iterable[RunFact]) -> dict[str, list[Share]]:
    """By each model the runs that called it, failed calls included, each with all of its figures.

    Only a run's steps know which it called; `read` are the rows of `facts`.
    """
    by_run = {fact.pk: fact for fact in read}
    called = Step.objects.filter(run__in=facts.values("run")).exclude(kind="note").exclude(model="")
    found: dict[str, list[Share]] = defaultdict(list)
    for run, model in called.values_list("run", "model").distinct().order_by():
        if fact := by_run.get(run):
            found[model].append((fact, fact.tools_executed, fact.tool_errors))
    return found
