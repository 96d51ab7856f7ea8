"""How a run ends: one commit writes the last turn, the answer, the figures, and the hand-off where there is one."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from agentops.after_commit import announce
from agentops.domain.events import Event
from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.outcomes import failure
from agentops.domain.storable import storable
from agentops.domain.transcript import Transcript
from agentops.ledger.leases import lock_run
from agentops.ledger.progress import Lease
from agentops.ledger.turns import ModelTurn, write_reply
from agentops.models import AgentRun, RunFact, Step, ToolCall, move_call, move_run

OPEN = [CallStatus.ALLOWED, CallStatus.AWAITING, CallStatus.APPROVED]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends. `answer` is what the caller reads, already validated; `note` is the line of the trace.

    A `handoff_reason` puts the run on the desk as work for a person, with `handoff_summary` to start from.
    """

    status: RunStatus
    outcome: str
    answer: str
    note: str = ""
    handoff_reason: str = ""
    handoff_summary: str = ""
    findings: tuple[dict[str, Any], ...] = ()


@transaction.atomic
def finish_run(
    *, lease: Lease, transcript: Transcript, ending: Ending, active_ms: int, turn: ModelTurn | None = None
) -> None:
    """End a run. `turn` is the model's last words where they are not yet in the rows."""
    run = lock_run(lease)
    seq = transcript.turns[-1].seq + 1 if transcript.turns else 1
    tokens, cost, unpriced = run.tokens, run.cost_nano, run.unpriced_calls
    if turn and turn.reply:
        step = write_reply(run_id=run.pk, seq=seq, turn=turn, reply=turn.reply)
        tokens += turn.reply.usage.total
        cost, unpriced = cost + (step.cost_nano or 0), unpriced + (step.cost_nano is None)
        seq += 1
    now = timezone.now()
    if ending.note:
        Step.objects.create(run=run, seq=seq, kind="note", detail=storable(ending.note)[:300], started_at=now)
    totals = {"tokens": tokens, "cost_nano": cost, "unpriced_calls": unpriced}
    totals["active_ms"] = run.active_ms + active_ms
    if run.stop_requested and ending.status is RunStatus.COMPLETED:
        ending = replace(ending, status=RunStatus.CANCELLED, outcome="cancelled")
    close_run(run, ending=ending, totals=totals)


def close_run(run: AgentRun, *, ending: Ending, totals: dict[str, Any]) -> None:
    """Write the end of a run whose row is locked: status, answer, closed calls, figures, hint."""
    now = timezone.now()
    for call in ToolCall.objects.filter(run=run, status__in=[status.value for status in OPEN]):
        _cancel_call(call)
    move_run(
        run_id=run.pk,
        old=[RunStatus.RUNNING],
        new=ending.status,
        outcome=ending.outcome,
        answer=storable(ending.answer),
        findings=list(ending.findings),
        handoff_reason=ending.handoff_reason[:200],
        handoff_summary=storable(ending.handoff_summary),
        lease_owner="",
        lease_expires_at=None,
        tokens_reserved=0,
        finished_at=now,
        **totals,
    )
    run.refresh_from_db()
    _write_fact(run)
    announce(Event(kind="run.finished", run_id=run.pk))


def _cancel_call(call: ToolCall) -> None:
    result = failure("cancelled", "The run was stopped before this was done.", "Nothing more is to be done.")
    move_call(
        call_id=call.pk,
        old=[CallStatus(call.status)],
        new=CallStatus.CANCELLED,
        result=result.model_dump(mode="json"),
        finished_at=timezone.now(),
    )


def _write_fact(run: AgentRun) -> None:
    calls = list(ToolCall.objects.filter(run=run).values_list("status", "started_at", "expires_at"))
    executed = [status for status, started_at, _ in calls if started_at is not None]
    steps = Step.objects.filter(run=run).exclude(kind="note").order_by("seq")
    RunFact.objects.create(
        run=run,
        task_type=run.task_type.slug,
        channel=run.conversation.channel,
        provider=steps.values_list("provider", flat=True).last() or "",
        status=run.status,
        outcome=run.outcome,
        completed=run.status == RunStatus.COMPLETED,
        limit_reached=run.status == RunStatus.LIMIT_REACHED,
        escalated=bool(run.handoff_reason),
        iterations=run.iterations,
        active_ms=run.active_ms,
        waited_ms=run.waited_ms,
        tool_calls=run.tool_calls,
        tools_executed=len(executed),
        tool_errors=executed.count(CallStatus.FAILED),
        asked_people=sum(expires_at is not None for _, _, expires_at in calls),
        tokens=run.tokens,
        cost_nano=run.cost_nano,
        unpriced_calls=run.unpriced_calls,
        started_at=run.created_at,
        finished_at=run.finished_at or timezone.now(),
    )
