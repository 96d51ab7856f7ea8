"""The end of a hold: a run whose yes can no longer be taken back goes to work."""

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from agentops.after_commit import announce, wake
from agentops.domain.events import Event
from agentops.models import AgentRun, ToolCall, requeue_run


def release_holds(*, limit: int = 500) -> int:
    """Ring for every parked run with a hold that is over; returns how many. A bell too many is harmless: whether a
    call may begin is decided by whoever claims its run.
    """
    over = ToolCall.objects.filter(status="approved", held_until__lte=Now(), run__status="suspended")
    run_ids = over.order_by("held_until").values_list("run_id", flat=True)[:limit]
    return sum(_release_run(run_id) for run_id in dict.fromkeys(run_ids))


def tend_holds() -> float | None:
    """Ring for what is over and say how long until the next one; its thread sits on no connection meanwhile."""
    try:
        release_holds()
        return seconds_to_hold_end()
    finally:
        connection.close()


def seconds_to_hold_end() -> float | None:
    """How long until the next hold is over, by the database's clock; None where nothing is held."""
    held = ToolCall.objects.filter(status="approved", held_until__gt=Now()).order_by("held_until")
    first = held.values_list("held_until", Now()).first()
    return (first[0] - first[1]).total_seconds() if first else None


@transaction.atomic
def _release_run(run_id: int) -> bool:
    run = AgentRun.objects.select_for_update(skip_locked=True).filter(pk=run_id).first()
    if run is None or not requeue_run(run, now=timezone.now()):
        return False  # its row is held, or somebody sent it to work: whoever comes next looks again
    wake(run_id)
    announce(Event(kind="run.changed", run_id=run_id))
    return True
