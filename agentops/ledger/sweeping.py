"""What time does to rows: lost doorbells are rung again, dead leases handed on, unanswered questions expire."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Subquery
from django.db.models.functions import Now
from django.utils import timezone

from agentops.after_commit import announce, wake
from agentops.domain.events import Event
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import EXPIRED, UNANSWERED, ToolResult, failure
from agentops.domain.phrases import say
from agentops.domain.policy.settings import Expiry
from agentops.models import AgentRun, SweepMark, ToolCall, ToolPolicy, move_call, read_stops, requeue_run
from agentops.models.moves import NOW


@transaction.atomic
def mark_sweep() -> None:
    """Leave the time of this sweep behind, for the probe that asks whether anybody sweeps."""
    if not SweepMark.objects.filter(pk=1).update(at=Now()):
        SweepMark.objects.bulk_create([SweepMark(pk=1, at=timezone.now())], ignore_conflicts=True)


def overdue_runs(*, limit: int = 500) -> list[int]:
    """Runs that should be moving and are not: queued for longer than a sweep, or running on a dead lease.

    A run that a stop keeps where it is should not be moving.
    """
    # Two queries, each on its own small index: together they would read every run there ever was.
    late = Now() - timedelta(seconds=settings.SWEEP_SECONDS)
    waiting = AgentRun.objects.filter(status="queued", rung_at__lt=late)
    stops = read_stops()
    if stops.rows:
        waiting = waiting.exclude(stops.frozen)
    dead = AgentRun.objects.filter(status="running", lease_expires_at__lt=Now())
    overdue = [*dead.order_by("pk")[:limit].values_list("pk", flat=True)]
    return [*overdue, *waiting.order_by("queued_at").values_list("pk", flat=True)[: limit - len(overdue)]]


@transaction.atomic
def ring_again(*, run_ids: list[int]) -> None:
    """Ring for runs whose doorbell was lost or whose worker is gone; a bell too many is harmless.

    A run whose row somebody holds is being moved at this moment, and is left out rather than waited for.
    """
    rows = AgentRun.objects.select_for_update(skip_locked=True).filter(pk__in=run_ids).order_by("pk")
    free = list(rows.values_list("pk", flat=True))
    AgentRun.objects.filter(pk__in=free).update(rung_at=Now())
    for run_id in free:
        wake(run_id)


def expire_calls(*, limit: int = 500) -> int:
    """End the wait of every call whose time ran out; returns how many. An answer that came first stands."""
    over = ToolCall.objects.filter(expires_at__lte=Now()).order_by("expires_at").values_list("pk", "run_id")
    # One query for each, on its own small index.
    overdue = [*over.filter(status="awaiting")[:limit], *over.filter(status="asking")[:limit]]
    return sum(_expire_call(call_id, run_id) for call_id, run_id in overdue)


@transaction.atomic
def _expire_call(call_id: int, run_id: int) -> bool:
    run = AgentRun.objects.select_for_update(skip_locked=True).filter(pk=run_id).first()
    if run is None:
        return False  # its row is held: the next sweep comes in seconds
    result = _tell_expiry(call_id)
    expired = move_call(
        call_id=call_id,
        old=[CallStatus.ASKING, CallStatus.AWAITING],
        new=CallStatus.EXPIRED,
        when={"expires_at__lte": NOW},
        result=result.stored,
        finished_at=timezone.now(),
    )
    if expired:
        if requeue_run(run, now=timezone.now()):
            wake(run_id)
        announce(Event(kind="call.settled", run_id=run_id, call_id=call_id))
    return expired


def _tell_expiry(call_id: int) -> ToolResult:
    """What the model is told, by its tool's policy as it stands: a person calls back, or it goes on without."""
    tool = ToolCall.objects.filter(pk=call_id).values("tool")[:1]
    policy = ToolPolicy.objects.filter(tool=Subquery(tool)).values_list("on_expiry", flat=True).first()
    told = say("Nobody answered in time, so it was not done. This is not a refusal.")
    if policy == Expiry.GO_ON:
        return failure(
            UNANSWERED,
            told,
            "Go on without it, and say that it was not done. Nobody will call back about it; do not propose it again.",
        )
    return failure(
        EXPIRED,
        told,
        "Tell the caller that it is not done yet and that a person will call back. Do not propose it again.",
    )
