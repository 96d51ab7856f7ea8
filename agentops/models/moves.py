"""The only way a status changes: compare and set, and only along a legal move."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from django.db.models import F
from django.db.models.functions import Now

from agentops.domain.lifecycle import CALL_MOVES, RUN_MOVES, CallStatus, RunStatus
from agentops.models.prepared import Constant, update_rows
from agentops.models.runs import AgentRun, ToolCall

NOW = Constant(Now())
"""The database's clock."""

ONE_MORE = Constant(F("version") + 1)


class Suspended(Protocol):
    """As much of a run's row as is needed to send it back to the queue."""

    @property
    def pk(self) -> int: ...

    @property
    def suspended_at(self) -> datetime | None: ...

    @property
    def waited_ms(self) -> int: ...


def move_run(
    *,
    run_id: int,
    old: Iterable[RunStatus],
    new: RunStatus,
    when: Mapping[str, Any] | None = None,
    **changes: Any,
) -> bool:
    """Move a run from one of the old states to the new one where `when` (lookups) holds. False: somebody was first."""
    where = {"pk": run_id, "status__in": _legal(old, new, RUN_MOVES), **(when or {})}
    return update_rows(AgentRun, where=where, changes={"status": new, "version": ONE_MORE, **changes}) == 1


def move_call(
    *,
    call_id: int,
    old: Iterable[CallStatus],
    new: CallStatus,
    when: Mapping[str, Any] | None = None,
    **changes: Any,
) -> bool:
    """Move a call from one of the old states to the new one where `when` (lookups) holds. False: somebody was first."""
    where = {"pk": call_id, "status__in": _legal(old, new, CALL_MOVES), **(when or {})}
    return update_rows(ToolCall, where=where, changes={"status": new, "version": ONE_MORE, **changes}) == 1


def _legal(old: Iterable[Any], new: Any, moves: Mapping[Any, frozenset[Any]]) -> tuple[str, ...]:
    old = tuple(old)
    illegal = [status for status in old if new not in moves[status]]
    if illegal:
        raise ValueError(f"nothing may go from {illegal} to {new}")
    return tuple(status.value for status in old)


def requeue_run(run: Suspended, *, now: datetime) -> bool:
    """Send a suspended run, whose row the caller has locked, back to the queue; the wait is added up.

    False: it is at work, and will look again by itself before it parks.
    """
    waited = int((now - run.suspended_at).total_seconds() * 1000) if run.suspended_at else 0
    return move_run(
        run_id=run.pk,
        old=[RunStatus.SUSPENDED],
        new=RunStatus.QUEUED,
        waited_ms=run.waited_ms + max(waited, 0),
        suspended_at=None,
        queued_at=NOW,
        rung_at=NOW,
    )
