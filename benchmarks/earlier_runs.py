"""A past: finished runs that lie in the tables before anything is measured, so that growth would show."""

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import models
from django.utils import timezone

from agentops.domain.arguments import digest_call
from agentops.models import AgentRun, Conversation, RunFact, Step, TaskType, ToolCall

BATCH = 2_000
WORDS = [{"type": "text", "text": "x" * 80}]
TOOLS = (("find_slots", "read", ""), ("read_patient", "read", ""), ("book_slot", "risky", "Priya Nair"))


def fill_tables(count: int) -> None:
    """Add that many finished runs of the standard workload: 4 turns, 3 calls and the figures each."""
    task = TaskType.objects.get(slug="toying")
    for first in range(0, count, BATCH):
        _add_runs(task, min(BATCH, count - first))


def _add_runs(task: TaskType, count: int) -> None:
    at = timezone.now() - timedelta(days=1)
    talks = _add(Conversation(channel="text", opened_at=at) for _ in range(count))
    runs = _add(_finished_run(talk, task) for talk in talks)
    turns = _add(
        Step(run=run, seq=seq, kind="model", model="scripted-1", content=WORDS, started_at=at)
        for run in runs
        for seq in range(1, 5)
    )
    _add(_call(step, *TOOLS[step.seq - 1]) for step in turns if step.seq <= len(TOOLS))
    _add(_fact(run) for run in runs)


def _add(rows: Iterable[models.Model]) -> list[models.Model]:
    listed = list(rows)
    return type(listed[0])._default_manager.bulk_create(listed, batch_size=500)  # type: ignore[no-any-return]


def _finished_run(talk: models.Model, task: TaskType) -> AgentRun:
    at = talk.opened_at  # type: ignore[attr-defined]
    limits = task.limits
    return AgentRun(
        request_id=uuid.uuid4(),
        conversation=talk,
        task_type=task,
        request="Thursday after 3 with Dr Patel please",
        status="completed",
        outcome="answered",
        answer="Ana Gomez has the slot at 9:30.",
        max_iterations=limits.iterations,
        max_tokens=limits.tokens,
        max_active_ms=limits.active_ms,
        max_tool_calls=limits.tool_calls,
        max_identical_calls=limits.identical_calls,
        iterations=4,
        tool_calls=3,
        created_at=at,
        queued_at=at,
        rung_at=at,
        finished_at=at,
    )


def _call(step: models.Model, tool: str, tier: str, decided_by: str) -> ToolCall:
    at = step.started_at  # type: ignore[attr-defined]
    return ToolCall(
        run_id=step.run_id,  # type: ignore[attr-defined]
        step=step,
        position=0,
        tool_use_id=f"toolu_{tool}",
        tool=tool,
        arguments="{}",
        digest=digest_call(tool=tool, arguments="{}"),
        tier=tier,
        effect="read",
        status="succeeded",
        decided_by=decided_by,
        result={"status": "success", "data": {"text": "x" * 400}},
        proposed_at=at,
        started_at=at,
        finished_at=at,
    )


def _fact(run: models.Model) -> RunFact:
    return RunFact(
        run=run,
        task_type="toying",
        channel="text",
        provider="offline",
        status="completed",
        outcome="answered",
        completed=True,
        limit_reached=False,
        escalated=False,
        iterations=4,
        active_ms=10,
        waited_ms=10,
        tool_calls=3,
        tools_executed=3,
        tool_errors=0,
        asked_people=1,
        tokens=480,
        cost_nano=0,
        unpriced_calls=0,
        started_at=run.created_at,  # type: ignore[attr-defined]
        finished_at=run.created_at,  # type: ignore[attr-defined]
    )
