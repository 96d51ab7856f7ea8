"""How a run ends: one commit writes the last turn, the answer, the figures, and the hand-off where there is one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from agentops.after_commit import announce
from agentops.domain.events import Event
from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.outcomes import failure
from agentops.domain.storable import storable
from agentops.domain.transcript import Transcript
from agentops.ledger.holding import write_held
from agentops.ledger.leases import lock_run
from agentops.ledger.progress import Lease, Totals
from agentops.ledger.turns import ModelTurn, write_note, write_reply
from agentops.models import RunFact, Step, move_call, move_run
from agentops.models.prepared import insert_row
from agentops.models.rows import CALL_ENDS, CallEnd, RunRow

OPEN = frozenset({CallStatus.ALLOWED, CallStatus.ASKING, CallStatus.AWAITING, CallStatus.APPROVED})


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
    write_held(transcript)
    seq = transcript.turns[-1].seq + 1 if transcript.turns else 1
    totals = Totals(run.tokens, run.cost_nano, run.unpriced_calls)
    if turn and turn.reply:
        totals = totals.after(write_reply(run_id=run.pk, seq=seq, turn=turn, reply=turn.reply))
        seq += 1
    if ending.note:
        write_note(run_id=run.pk, seq=seq, words=ending.note)
    if run.stop_requested and ending.status is RunStatus.COMPLETED:
        ending = replace(ending, status=RunStatus.CANCELLED, outcome="cancelled")
    iterations = len(transcript.turns) + (turn is not None)
    run = run._replace(active_ms=run.active_ms + active_ms, iterations=iterations)
    close_run(run, ending=ending, totals=totals, provider=turn.provider if turn else _last_provider(run.pk))


def close_run(run: RunRow, *, ending: Ending, totals: Totals, provider: str = "") -> None:
    """Write the end of a run whose row is locked: status, answer, closed calls, figures, hint."""
    now = timezone.now()
    calls = [_close_call(call, now=now) for call in CALL_ENDS.rows(run_id=run.pk)]
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
        iterations=run.iterations,
        active_ms=run.active_ms,
        tokens=totals.tokens,
        tokens_reserved=0,
        cost_nano=totals.cost_nano,
        unpriced_calls=totals.unpriced,
        finished_at=now,
    )
    _write_fact(run, ending=ending, totals=totals, calls=calls, provider=provider, now=now)
    announce(Event(kind="run.finished", run_id=run.pk))


def _close_call(call: CallEnd, *, now: datetime) -> CallEnd:
    """Cancel a call that nothing will run any more."""
    status = CallStatus(call.status)
    if status not in OPEN:
        return call
    result = failure("cancelled", "The run was stopped before this was done.", "Nothing more is to be done.")
    new = CallStatus.CANCELLED
    move_call(call_id=call.pk, old=[status], new=new, result=result.model_dump(mode="json"), finished_at=now)
    return call._replace(status=new)


def _last_provider(run_id: int) -> str:
    steps = Step.objects.filter(run_id=run_id).exclude(kind="note").order_by("seq")
    return steps.values_list("provider", flat=True).last() or ""


def _write_fact(
    run: RunRow, *, ending: Ending, totals: Totals, calls: list[CallEnd], provider: str, now: datetime
) -> None:
    executed = [call.status for call in calls if call.started_at is not None]
    insert_row(
        RunFact,
        run_id=run.pk,
        task_type=run.slug,
        channel=run.channel,
        provider=provider,
        status=ending.status,
        outcome=ending.outcome,
        completed=ending.status is RunStatus.COMPLETED,
        limit_reached=ending.status is RunStatus.LIMIT_REACHED,
        escalated=bool(ending.handoff_reason),
        iterations=run.iterations,
        active_ms=run.active_ms,
        waited_ms=run.waited_ms,
        tool_calls=run.tool_calls,
        tools_executed=len(executed),
        tool_errors=executed.count(CallStatus.FAILED),
        asked_people=sum(call.expires_at is not None for call in calls),
        tokens=totals.tokens,
        cost_nano=totals.cost_nano,
        unpriced_calls=totals.unpriced,
        started_at=run.created_at,
        finished_at=now,
    )
