"""A call of which nobody knows whether it acted, cleared up by what its own tool can find out."""

from django.db import transaction
from django.utils import timezone

from agentops.after_commit import announce, wake
from agentops.domain.events import Event
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import ToolResult, ToolResultStatus, failure
from agentops.domain.phrases import say
from agentops.models import move_call, requeue_run
from agentops.models.rows import LOCKED_RUN


@transaction.atomic
def settle_doubt(*, run_id: int, call_id: int, happened: bool) -> bool:
    """Record the definite answer of a tool's own check, and let the run go on; False where a person was first."""
    run = LOCKED_RUN.row(run_id=run_id)
    if run is None:
        return False
    now = timezone.now()
    settled = move_call(
        call_id=call_id,
        old=[CallStatus.IN_DOUBT],
        new=CallStatus.HAPPENED if happened else CallStatus.NOT_HAPPENED,
        finished_at=now,
        result=_finding(happened).stored,
    )
    if settled:
        if requeue_run(run, now=now):
            wake(run_id)
        announce(Event(kind="call.settled", run_id=run_id, call_id=call_id))
    return settled


def _finding(happened: bool) -> ToolResult:
    if not happened:
        return failure(
            "not_done",
            say("The connection broke while it ran. A check found that it did not happen."),
            "Propose it again if it is still needed.",
        )
    message = say("The connection broke while it ran. A check found that it did happen.")
    return ToolResult(status=ToolResultStatus.SUCCESS, code="confirmed_by_check", message=message, data={})
