"""The beginning of a slice of work, and what becomes of a slice that broke."""

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from agentops.domain.lifecycle import RunStatus
from agentops.domain.partial import compose_partial, compose_summary, describe_reason
from agentops.ledger.advance import doubt_started, park_run, reserve_next
from agentops.ledger.briefs import read_brief
from agentops.ledger.endings import Ending, close_run
from agentops.ledger.leases import PROCESS, take_lease
from agentops.ledger.progress import Claim, Lease, Prepare, Totals
from agentops.ledger.reading import read_transcript
from agentops.models import AgentRun, move_run

MAX_LEASE_LOSSES = 3


@transaction.atomic
def claim_run(*, run_id: int, prepare: Prepare, owner: str = PROCESS) -> Claim | None:
    """Take a run, if it is free, and say what comes first. The briefing is kept with the run on its first slice.

    A run that has cost three workers their life, or broken three slices, is given to a person instead of a fourth.
    """
    run = take_lease(run_id=run_id, owner=owner)
    if run is None:
        return None
    lease = Lease(run_id=run_id, owner=owner, epoch=run.lease_epoch)
    if run.lease_losses >= MAX_LEASE_LOSSES:
        _give_to_a_person(run, lease=lease)
        return None
    brief = read_brief(run)
    prepared = prepare(brief)
    progress = reserve_next(
        lease=lease,
        transcript=read_transcript(run),
        quote=prepared.quote,
        totals=Totals(run.tokens, run.cost_nano, run.unpriced_calls),
        briefing=run.briefing or prepared.briefing,
    )
    return Claim(lease, brief, progress)


@transaction.atomic
def give_up(*, run_id: int, owner: str = PROCESS) -> None:
    """A slice broke for a reason nobody foresaw: count it, and let the sweeper try again in a while."""
    now = timezone.now()
    released = move_run(
        run_id=run_id,
        old=[RunStatus.RUNNING],
        new=RunStatus.QUEUED,
        when=Q(lease_owner=owner),
        lease_owner="",
        lease_expires_at=None,
        lease_losses=F("lease_losses") + 1,
        queued_at=now,
        rung_at=now,
    )
    if not released:
        AgentRun.objects.filter(pk=run_id, status=RunStatus.QUEUED).update(lease_losses=F("lease_losses") + 1)


def _give_to_a_person(run: AgentRun, *, lease: Lease) -> None:
    """End a run that nothing can work on, by what its rows say alone. What may have happened is cleared up first."""
    transcript = doubt_started(read_transcript(run))
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
    close_run(run, ending=ending, totals={})
