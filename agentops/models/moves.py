"""The only way a status changes: compare and set, and only along a legal move."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from agentops.domain.lifecycle import CALL_MOVES, RUN_MOVES, CallStatus, RunStatus
from agentops.models.runs import AgentRun, ToolCall

ALWAYS = Q()


def move_run(*, run_id: int, old: Iterable[RunStatus], new: RunStatus, when: Q = ALWAYS, **changes: Any) -> bool:
    """Move a run from one of the old states to the new one where `when` holds. False: somebody else was first."""
    old = tuple(old)
    illegal = [status for status in old if new not in RUN_MOVES[status]]
    if illegal:
        raise ValueError(f"a run may not go from {illegal} to {new}")
    rows = AgentRun.objects.filter(when, pk=run_id, status__in=old)
    return rows.update(status=new, version=F("version") + 1, **changes) == 1


def move_call(*, call_id: int, old: Iterable[CallStatus], new: CallStatus, when: Q = ALWAYS, **changes: Any) -> bool:
    """Move a call from one of the old states to the new one where `when` holds. False: somebody else was first."""
    old = tuple(old)
    illegal = [status for status in old if new not in CALL_MOVES[status]]
    if illegal:
        raise ValueError(f"a call may not go from {illegal} to {new}")
    rows = ToolCall.objects.filter(when, pk=call_id, status__in=old)
    return rows.update(status=new, version=F("version") + 1, **changes) == 1


def requeue_run(run: AgentRun, *, now: datetime) -> bool:
    """Send a suspended run, whose row the caller has locked, back to the queue; the wait is added up.

    False: it is at work, and will look again by itself before it parks.
    """
    waited = int((now - run.suspended_at).total_seconds() * 1000) if run.suspended_at else 0
    return move_run(
        run_id=run.pk,
        old=[RunStatus.SUSPENDED],
        new=RunStatus.QUEUED,
        waited_ms=F("waited_ms") + max(waited, 0),
        suspended_at=None,
        queued_at=now,
        rung_at=now,
    )
