"""What happened, written down: a reply with its gated calls, a failed model call, the result of a tool."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.messages import FailureKind, ModelReply
from agentops.domain.outcomes import ToolResult
from agentops.domain.storable import storable
from agentops.domain.transcript import CallView, Transcript, Turn
from agentops.ledger.advance import CallMoved, refresh_open, reserve_next
from agentops.ledger.briefs import read_brief
from agentops.ledger.gate import gate_proposals
from agentops.ledger.holding import write_held
from agentops.ledger.leases import lock_run
from agentops.ledger.progress import Lease, Prepare, Progress, Quote, Totals
from agentops.ledger.proposals import Gated, Proposal, write_call
from agentops.ledger.reading import find_run, read_call
from agentops.ledger.sorting import sort_run
from agentops.ledger.turns import ModelTurn, write_failure, write_reply
from agentops.models import move_call
from agentops.models.rows import CALL, RunRow

BUSY = "database_busy"
SENT_FOR_SURE = frozenset({FailureKind.TIMEOUT, FailureKind.UNAVAILABLE, FailureKind.UNREADABLE, FailureKind.TRUNCATED})
"""Failures after which the provider may have worked and will bill: their reservation is charged in full."""


@transaction.atomic
def record_sorting(
    *, lease: Lease, transcript: Transcript, turn: ModelTurn, active_ms: int, prepare: Prepare
) -> Progress:
    """Write what kind of task the model named; limits, prompt and routes are that type's from the next turn on.

    Calls in such a reply are not calls: no tool was on offer.
    """
    reply = _reply(turn)
    run = lock_run(lease)
    seq = _next_seq(transcript)
    written = write_reply(run_id=run.pk, seq=seq, turn=turn, reply=reply)
    sort_run(run, reply)
    whole = find_run(run.pk)
    run = whole.run
    sorted_turn = Turn(seq=seq, content=tuple(reply.content), stop_reason=reply.stop_reason, sorting=True)
    transcript = _seen(run, transcript, active_ms=active_ms).with_turn(sorted_turn)
    return reserve_next(
        lease=lease,
        transcript=transcript._replace(sorted=True, limits=run.limits),
        quote=prepare(read_brief(whole)).quote,
        totals=_totals(run).after(written),
        run=run,
    )


@transaction.atomic
def record_reply(
    *, lease: Lease, transcript: Transcript, turn: ModelTurn, proposals: list[Proposal], active_ms: int, quote: Quote
) -> Progress:
    """Write a reply, its calls and the gate's verdict on each in one commit; park the run where all of them wait."""
    reply = _reply(turn)
    run = lock_run(lease)
    seq = _next_seq(transcript)
    transcript = write_held(transcript)
    written = write_reply(run_id=run.pk, seq=seq, turn=turn, reply=reply)
    gated = gate_proposals(proposals=proposals, transcript=transcript, run=run)
    calls = _write_calls(gated, run=run, step_id=written.step_id)
    transcript = _seen(run, transcript, active_ms=active_ms).with_turn(
        Turn(seq=seq, content=tuple(reply.content), stop_reason=reply.stop_reason, calls=calls)
    )
    counted = sum(one.status is not CallStatus.REFUSED for one in gated)
    transcript = transcript.with_spent(tool_calls=transcript.spent.tool_calls + counted)
    return reserve_next(
        lease=lease,
        transcript=transcript,
        quote=quote,
        totals=_totals(run).after(written),
        run=run,
        gated_now=frozenset(call.id for call in calls),
    )


@transaction.atomic
def record_failure(*, lease: Lease, transcript: Transcript, turn: ModelTurn, active_ms: int, quote: Quote) -> Progress:
    """Write a model call that brought no reply; its iteration stays used, and its tokens where they may be billed."""
    if turn.failure is None:
        raise ValueError("a failed turn needs its failure")
    run = lock_run(lease)
    seq = _next_seq(transcript)
    transcript = write_held(transcript)
    write_failure(run_id=run.pk, seq=seq, turn=turn, failure=turn.failure)
    failed = Turn(seq=seq, failure=turn.failure.kind, retry_after=turn.failure.retry_after)
    charged = run.tokens_reserved if turn.failure.kind in SENT_FOR_SURE or turn.failure.begun else 0
    return reserve_next(
        lease=lease,
        transcript=_seen(run, transcript, active_ms=active_ms).with_turn(failed),
        quote=quote,
        totals=Totals(run.tokens + charged, run.cost_nano, run.unpriced_calls + (charged > 0)),
        run=run,
    )


@transaction.atomic
def record_result(
    *,
    lease: Lease,
    transcript: Transcript,
    call: CallView,
    result: ToolResult | None,
    took: timedelta,
    active_ms: int,
    quote: Quote,
) -> Progress:
    """Write what a call came to. None means that nobody knows: the call is in doubt and waits for a person."""
    run = lock_run(lease)
    transcript = write_held(transcript)
    if result is None:
        after = call._replace(status=CallStatus.IN_DOUBT)
        moved = move_call(call_id=call.id, old=[CallStatus.STARTED], new=CallStatus.IN_DOUBT)
    else:
        now = timezone.now()
        after = call._replace(status=CallStatus.SUCCEEDED if result.ok else CallStatus.FAILED, result=result)
        unmarked: dict[str, Any] = (
            {} if call.status is CallStatus.STARTED else {"started_at": now - took, "attempts": call.attempts + 1}
        )
        moved = move_call(
            call_id=call.id,
            old=[call.status],
            new=after.status,
            result=storable(result.stored),
            finished_at=now,
            **unmarked,
        )
    if not moved:
        after = _withdrawn(call)
    transcript = _seen(run, transcript.with_call(after), active_ms=active_ms)
    return reserve_next(lease=lease, transcript=transcript, quote=quote, totals=_totals(run), run=run)


def run_transactional(
    *,
    lease: Lease,
    transcript: Transcript,
    call: CallView,
    effect: Callable[[], ToolResult],
    active_ms: int,
    quote: Quote,
    last_try: bool,
) -> Progress:
    """Run a tool whose tables live in this database: its effect and its result are one commit, so it happens once.

    It does not run where a stop came in between, or where the call was withdrawn on its way.
    A tool that fails leaves nothing behind: its transaction is rolled back, and the failure is recorded in the next.
    Raises `DatabaseBusy`, with nothing recorded, where trying again may help.
    """
    begun = time.monotonic()
    try:
        return _act_and_record(
            lease=lease, transcript=transcript, call=call, effect=effect, active_ms=active_ms, quote=quote
        )
    except _NotDone as not_done:
        result = not_done.result
    if result.code == BUSY and not last_try:
        raise DatabaseBusy(call.id)
    took = timedelta(seconds=time.monotonic() - begun)
    return record_result(
        lease=lease, transcript=transcript, call=call, result=result, took=took, active_ms=active_ms, quote=quote
    )


@transaction.atomic
def _act_and_record(
    *,
    lease: Lease,
    transcript: Transcript,
    call: CallView,
    effect: Callable[[], ToolResult],
    active_ms: int,
    quote: Quote,
) -> Progress:
    """One transaction for the effect and what came of it; raises `_NotDone`, which takes it back, where it failed."""
    run = lock_run(lease)
    if not run.stopped and _still_runs(call):
        started = timezone.now()
        result = effect()
        if not result.ok:
            raise _NotDone(result)
        done = call._replace(status=CallStatus.SUCCEEDED, result=result)
        _must_record(done, was=call.status, started_at=started, finished_at=timezone.now(), attempts=call.attempts + 1)
        transcript = transcript.with_call(done)
    return reserve_next(
        lease=lease,
        transcript=_seen(run, transcript, active_ms=active_ms),
        quote=quote,
        totals=_totals(run),
        run=run,
    )


def _must_record(call: CallView, *, was: CallStatus, **columns: Any) -> None:
    """Write what a call came to into the row that was just read under the run's lock."""
    assert call.result is not None
    result = storable(call.result.stored)
    if not move_call(call_id=call.id, old=[was], new=call.status, result=result, **columns):
        raise CallMoved(call.id)


def _still_runs(call: CallView) -> bool:
    """Whether nobody withdrew the call on its way here."""
    row = _stands(call)
    return row.status is call.status and row.runnable and not row.approver_gone


def _stands(call: CallView) -> CallView:
    """The call as its row stands."""
    row = CALL.row(call_id=call.id)
    if row is None:
        raise CallMoved(call.id)
    return read_call(row)


def _withdrawn(call: CallView) -> CallView:
    """A call that did nothing and was withdrawn meanwhile: what its row says counts. Any other move is a fault."""
    row = _stands(call)
    if call.effect not in {Effect.READ, Effect.TRANSACTIONAL} or not row.status.answered:
        raise CallMoved(call.id)
    return row


class DatabaseBusy(Exception):
    """A transactional tool met a lock or a deadlock. Nothing happened; the same call may be tried again."""


class _NotDone(Exception):
    def __init__(self, result: ToolResult) -> None:
        super().__init__(result.code)
        self.result = result


def _reply(turn: ModelTurn) -> ModelReply:
    if turn.reply is None:
        raise ValueError("a turn without a reply is recorded with record_failure")
    return turn.reply


def _next_seq(transcript: Transcript) -> int:
    return transcript.turns[-1].seq + 1 if transcript.turns else 1


def _totals(run: RunRow) -> Totals:
    """What was really used: a reservation is given back, since what it was for is known now."""
    return Totals(run.tokens, run.cost_nano, run.unpriced_calls)


def _seen(run: RunRow, transcript: Transcript, *, active_ms: int = 0) -> Transcript:
    """The transcript with what only a look under the lock can tell: decisions, a stop asked for, the time used."""
    spent = refresh_open(transcript).with_spent(active_ms=run.active_ms + active_ms)
    return spent._replace(stop_requested=run.stop_requested)


def _write_calls(gated: list[Gated], *, run: RunRow, step_id: int) -> tuple[CallView, ...]:
    return tuple(write_call(one, run=run, step_id=step_id, position=position) for position, one in enumerate(gated))
