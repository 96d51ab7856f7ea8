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
from agentops.domain.phrases import say
from agentops.domain.search import place_of, read_found
from agentops.domain.storable import storable
from agentops.domain.transcript import Transcript
from agentops.ledger.budgets import open_book
from agentops.ledger.holding import write_held
from agentops.ledger.leases import lock_run
from agentops.ledger.progress import Lease, Totals
from agentops.ledger.stops import forget_stop
from agentops.ledger.turns import ModelTurn, write_note, write_reply
from agentops.models import RunFact, RunWords, Step, count_run, move_call, move_run
from agentops.models.prepared import insert_row
from agentops.models.rows import CALL_ENDS, END, CallEnd, EndRow, RunRow

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
    close_run(run, ending=ending, totals=totals, speaker=_speaker_of(turn) if turn else _last_speaker(run.pk))


def close_run(
    run: RunRow, *, ending: Ending, totals: Totals, speaker: tuple[str, str] = ("", ""), lost: bool = False
) -> None:
    """Write the end of a run whose row is locked: status, answer, closed calls, figures, hint. `lost` says that
    nobody knows what its last call cost.
    """
    now = timezone.now()
    book = open_book(run, totals=totals, lost=lost)
    if book:
        book.close()
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
    if run.stopped:
        forget_stop(run.pk)
    [end] = END.rows(run_id=run.pk)
    _write_fact(run, ending=ending, totals=totals, calls=calls, speaker=speaker, end=end, now=now)
    _write_words(run, ending=ending, totals=totals, calls=calls, end=end)
    announce(Event(kind="run.finished", run_id=run.pk))


def _close_call(call: CallEnd, *, now: datetime) -> CallEnd:
    """Cancel a call that nothing will run any more."""
    status = CallStatus(call.status)
    if status not in OPEN:
        return call
    result = failure("cancelled", say("The run was stopped before this was done."), "Nothing more is to be done.")
    new = CallStatus.CANCELLED
    move_call(call_id=call.pk, old=[status], new=new, result=result.stored, finished_at=now)
    return call._replace(status=new)


def _speaker_of(turn: ModelTurn) -> tuple[str, str]:
    """Whose words these are: provider and model."""
    return turn.provider, turn.reply.model[:80] if turn.reply else turn.model


def _last_speaker(run_id: int) -> tuple[str, str]:
    steps = Step.objects.filter(run_id=run_id).exclude(kind="note").order_by("seq")
    return steps.values_list("provider", "model").last() or ("", "")


def _write_fact(
    run: RunRow,
    *,
    ending: Ending,
    totals: Totals,
    calls: list[CallEnd],
    speaker: tuple[str, str],
    end: EndRow,
    now: datetime,
) -> None:
    values = count_run(
        run,
        calls=calls,
        policy_version=end.policy_version,
        status=ending.status,
        outcome=ending.outcome,
        escalated=bool(ending.handoff_reason),
        provider=speaker[0],
        model=speaker[1],
        tokens=totals.tokens,
        cost_nano=totals.cost_nano,
        unpriced=totals.unpriced,
        finished_at=now,
    )
    insert_row(RunFact, **values)


def _write_words(run: RunRow, *, ending: Ending, totals: Totals, calls: list[CallEnd], end: EndRow) -> None:
    """Put the run where it is found by what was said in it, by whom it was about, by its tools and its end."""
    found = read_found(
        texts=(end.request, end.asked_by, ending.answer),
        calls=[(call.tool, call.card) for call in calls],
        status=ending.status,
        outcome=ending.outcome,
        task_type=run.slug,
        policy_version=end.policy_version,
        cost_nano=totals.cost_nano,
    )
    insert_row(RunWords, place=place_of(run.created_at, run.pk), run_id=run.pk, words=storable(found.words))
