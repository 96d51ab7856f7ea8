"""Answers given outside the desk, in the terminal and for the demo: recorded like any other, or not given."""

from typing import Any

from django.db import transaction

from agentops.audit import append_entry
from agentops.control import Settled, Unsettled, settle_call, undo_approval
from agentops.domain.lifecycle import CallStatus
from agentops.models import ToolCall


@transaction.atomic
def decide_call(*, call: ToolCall, approve: bool, by: str, **more: Any) -> Settled | Unsettled:
    """Say yes or no to a waiting call as it was read. A note goes to the assistant and stays out of the record."""
    seen: dict[str, Any] = {"version": call.version, "digest": call.digest}
    outcome = settle_call(call_id=call.pk, approve=approve, by=by, **seen, **more)
    if isinstance(outcome, Settled):
        still_waits = outcome.status is CallStatus.AWAITING  # the first yes of two
        what = "call.rejected" if not approve else "call.confirmed" if still_waits else "call.approved"
        append_entry(who=by, what=what, subject=f"call {call.pk}", facts=seen | {"reason": more.get("reason", "")})
    return outcome


@transaction.atomic
def take_back(*, call: ToolCall, by: str) -> None:
    """Take back the yes that was just said to this call."""
    seen: dict[str, Any] = {"version": call.version + 1, "digest": call.digest}
    if isinstance(undo_approval(call_id=call.pk, **seen), Settled):
        append_entry(who=by, what="call.undone", subject=f"call {call.pk}", facts=seen)
