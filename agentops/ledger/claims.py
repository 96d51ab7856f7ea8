"""The beginning of a slice of work, and what becomes of a slice that broke."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from agentops.domain.lifecycle import RunStatus
from agentops.domain.partial import compose_partial, compose_summary, describe_reason
from agentops.ledger.advance import doubt_started, park_run, reserve_next, take_run
from agentops.ledger.briefs import read_brief
from agentops.ledger.endings import Ending, close_run
from agentops.ledger.leases import LEASE_END, PROCESS
from agentops.ledger.progress import Claim, Lease, Prepare, Totals
from agentops.ledger.reading import read_transcript
from agentops.models import AgentRun, move_run
from agentops.models.moves import NOW
from agentops.models.prepared import Constant
from agentops.models.rows import FREE_RUN, WholeRun

MAX_LEASE_LOSSES = 3
ONE_MORE_LOSS = Constant(F("lease_losses") + 1)


@transaction.atomic
def claim_run(*, run_id: int, prepare: Prepare, owner: str = PROCESS) -> Claim | None:
    """Take a run, if it is free, and say what comes first. The briefing is kept with the run on its first slice.

    None: somebody else has it, it is over, or a stop keeps it where it is. What a dead owner had reserved of tokens
    is charged in full: nobody can know whether the call was sent. A run that has cost three workers their life, or
    broken three slices, is given to a person instead of a fourth.
    """
    whole = FREE_RUN.row(run_id=run_id)
    if whole is None:
        return None
    run = whole.run
    if run.stopped and run.status == RunStatus.QUEUED and not run.stop_requested:
        return None
    lease = Lease(run_id=run_id, owner=owner, epoch=run.lease_epoch + 1)
    losses = whole.lease_losses + (run.status == RunStatus.RUNNING)
    totals = Totals(run.tokens + run.tokens_reserved, run.cost_nano, run.unpriced_calls)
    taking: dict[str, Any] = {
        "lease_owner": owner,
        "lease_epoch": lease.epoch,
        "lease_expires_at": LEASE_END,
        "lease_losses": losses,
        "started_at": whole.started_at or NOW,
    }
    if losses >= MAX_LEASE_LOSSES:
        take_run(lease, {**taking, "tokens": totals.tokens, "tokens_reserved": 0})
        _give_to_a_person(whole, lease=lease, totals=totals)
        return None
    brief = read_brief(whole)
    prepared = prepare(brief)
    progress = reserve_next(
        lease=lease,
        transcript=read_transcript(whole).with_spent(active_ms=run.active_ms + _unpaid_ms(whole)),
        quote=prepared.quote,
        totals=totals,
        run=run,
        taking=taking,
        briefing=brief.briefing or prepared.briefing,
    )
    return Claim(lease, brief, progress)


@transaction.atomic
def give_up(*, run_id: int, owner: str = PROCESS) -> None:
    """A slice broke for a reason nobody foresaw: count it, and let the sweeper try again in a while."""
    released = move_run(
        run_id=run_id,
        old=[RunStatus.RUNNING],
        new=RunStatus.QUEUED,
        when={"lease_owner": owner},
        lease_owner="",
        lease_expires_at=None,
        lease_losses=ONE_MORE_LOSS,
        queued_at=NOW,
        rung_at=NOW,
    )
    if not released:
        AgentRun.objects.filter(pk=run_id, status=RunStatus.QUEUED).update(lease_losses=F("lease_losses") + 1)


def _unpaid_ms(whole: WholeRun) -> int:
    """Working time of a lost slice that no commit charged: from its last one to its last heartbeat, in milliseconds."""
    if whole.run.status != RunStatus.RUNNING or whole.charged_at is None or whole.lease_expires_at is None:
        return 0
    last_sign = whole.lease_expires_at - timedelta(seconds=settings.LEASE_SECONDS)
    return max(int((last_sign - whole.charged_at).total_seconds() * 1000), 0)


def _give_to_a_person(whole: WholeRun, *, lease: Lease, totals: Totals) -> None:
    """End a run that nothing can work on, by what its rows say alone. What may have happened is cleared up first."""
    transcript = doubt_started(read_transcript(whole))
    doubtful = tuple(call for call in transcript.calls if call.status.waits)
    if doubtful:
        park_run(lease, calls=doubtful, changes={})
        return
    reason = describe_reason("workers_lost")
    ending = Ending(
        status=RunStatus.HANDED_OFF,
        outcome="workers_lost",
        answer=compose_partial(transcript),
        handoff_reason=reason,
        handoff_summary=compose_summary(transcript),
    )
    run = whole.run._replace(iterations=len(transcript.turns))
    close_run(run, ending=ending, totals=totals, lost=True)
