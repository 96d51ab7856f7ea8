"""The figures once more, by plain loops over the rows of runs, steps and calls; nothing of the product's is used."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from agentops.models import AgentRun, PolicyChange, Step, ToolCall

Seen = dict[str, Any]
ENDED = {"completed", "limit_reached", "handed_off", "failed", "cancelled"}
HARM = ["read", "safe", "risky", "destructive"]


def look(*, since: datetime, until: datetime, as_of: datetime) -> list[Seen]:
    """What the raw rows say of each run that began in the period and had ended."""
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.order_by("seq"):
        if step.kind != "note":
            steps[step.run_id].append(step)
    calls: dict[int, list[ToolCall]] = defaultdict(list)
    for call in ToolCall.objects.all():
        if call.status != "superseded":
            calls[call.run_id].append(call)
    made = [change.settled_at for change in PolicyChange.objects.all() if change.version and change.settled_at]
    return [
        _one(run, steps[run.pk], calls[run.pk], made)
        for run in AgentRun.objects.select_related("task_type", "conversation")
        if run.status in ENDED and since <= run.created_at < until and run.finished_at and run.finished_at <= as_of
    ]


def _one(run: AgentRun, steps: list[Step], calls: list[ToolCall], made: list[datetime]) -> Seen:
    ran = [call for call in calls if call.started_at]
    return {
        "id": run.pk,
        "task_type": run.task_type.slug,
        "prompt": str(run.task_type.prompt_version),
        "policy": str(1 + sum(moment <= run.created_at for moment in made)),
        "channel": run.conversation.channel,
        "outcome": run.outcome,
        "model": sorted({step.model for step in steps if step.model}),
        "tier": max((call.tier for call in calls), key=HARM.index, default=""),
        "tool": sorted({call.tool for call in ran}),
        "completed": run.status == "completed" and run.outcome != "asked_back",
        "asked_back": run.outcome == "asked_back",
        "limits": run.status == "limit_reached",
        "escalated": run.handoff_reason != "",
        "iterations": len(steps),
        "active_ms": run.active_ms,
        "waited_ms": run.waited_ms,
        "cost_nano": sum(step.cost_nano or 0 for step in steps),
        "unpriced": sum(step.cost_nano is None for step in steps),
        "asked": sum(call.expires_at is not None for call in calls),
        "ran": [(call.pk, call.tool, call.status == "failed") for call in ran],
    }


def part(seen: list[Seen], by: str) -> dict[str, list[Seen]]:
    """The runs by the groups of a dimension."""
    groups: dict[str, list[Seen]] = defaultdict(list)
    for run in seen:
        for value in run[by] if by in ("tool", "model") else [run[by]]:
            groups[value].append(run)
    return groups


def divide(seen: list[Seen], *, tool: str | None = None) -> dict[str, tuple[list[int], list[int], int, int]]:
    """For each figure the rows above and below its line, and the whole numbers there.

    The rows are runs, and calls for tool errors; for means the rows above are those below.
    """
    ran = [call for run in seen for call in run["ran"] if tool in (None, call[1])]
    counted = [run for run in seen if not run["asked_back"]]
    failed = [call for call in ran if call[2]]

    def ids(rows: list[Seen], which: Callable[[Seen], bool] = lambda run: True) -> list[int]:
        return sorted(run["id"] for run in rows if which(run))

    def mean(name: str) -> tuple[list[int], list[int], int, int]:
        return ids(seen), ids(seen), sum(run[name] for run in seen), len(seen)

    def rate(name: str, rows: list[Seen]) -> tuple[list[int], list[int], int, int]:
        above = ids(rows, lambda run: run[name])
        return above, ids(rows), len(above), len(rows)

    return {
        "completion": rate("completed", counted),
        "iterations": mean("iterations"),
        "latency": mean("active_ms"),
        "cost": mean("cost_nano"),
        "tool_errors": (sorted(c[0] for c in failed), sorted(c[0] for c in ran), len(failed), len(ran)),
        "limits": rate("limits", seen),
        "escalation": rate("escalated", seen),
    }


def bins(seen: list[Seen], name: str) -> dict[int, tuple[int, int]]:
    """How many runs have a value with the same two leading digits, and what they add up to."""
    found: dict[int, list[int]] = defaultdict(list)
    for run in seen:
        digits = str(run[name])
        found[int(digits[:2] + "0" * (len(digits) - 2))].append(run[name])
    return {low: (len(values), sum(values)) for low, values in found.items()}
