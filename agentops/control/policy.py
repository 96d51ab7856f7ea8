"""What admins decide about tools; a stricter rule withdraws what waits under the milder one."""

from django.db import transaction
from django.utils import timezone

from agentops.after_commit import announce, wake
from agentops.control.outcomes import BadRequest, Changed, Conflict
from agentops.domain.events import Event
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import failure
from agentops.domain.tiers import ActionTier
from agentops.models import AgentRun, ToolCall, ToolPolicy, move_call, requeue_run


@transaction.atomic
def set_tool_tier(
    *,
    tool: str,
    tier: str,
    enabled: bool,
    version: int,
    by: str,
    confirmers: int | None = None,
    one_on_duty: bool | None = None,
) -> Changed | Conflict:
    """Set a tool's tier and switch, and who has to say yes to it; None leaves that as it is.

    A stricter rule withdraws what waits or was approved under the milder one.
    """
    policy = ToolPolicy.objects.select_for_update().filter(tool=tool).first()
    if policy is None:
        raise BadRequest("unknown_tool", f"There is no tool named {tool}.")
    if tier and tier not in {known.value for known in ActionTier}:
        raise BadRequest("unknown_tier", "Choose one of the four levels.")
    if tier and policy.floor and ActionTier(tier).rank < ActionTier(policy.floor).rank:
        floor = ActionTier(policy.floor).words
        raise BadRequest("below_floor", f"This tool can never be milder than “{floor}”.")
    if tier and ActionTier(tier).needs_person and not policy.described:
        raise BadRequest("not_described", "Add a plain description first: nobody could approve this tool.")
    if confirmers not in {None, 1, 2}:
        raise BadRequest("unknown_confirmers", "Choose one person or two.")
    before, needed = policy.effective, policy.confirmers
    saved = ToolPolicy.objects.filter(tool=tool, version=version).update(
        tier=tier,
        enabled=enabled,
        confirmers=needed if confirmers is None else confirmers,
        one_on_duty=policy.one_on_duty if one_on_duty is None else one_on_duty,
        version=version + 1,
        changed_at=timezone.now(),
    )
    if not saved:
        return Conflict("Somebody else changed this tool meanwhile. Nothing was saved; look at the new setting first.")
    policy.refresh_from_db()
    stricter = not enabled or policy.effective.rank > before.rank or policy.confirmers > needed
    return Changed(version + 1, invalidated=_withdraw_calls(tool) if stricter else 0)


def _withdraw_calls(tool: str) -> int:
    result = failure(
        "policy_changed",
        "The rule for this tool became stricter while the request waited, so it was withdrawn.",
        "Propose it once more if it is still needed.",
    )
    count = 0
    open_calls = ToolCall.objects.filter(tool=tool, status__in=["asking", "awaiting", "approved"])
    for call_id, run_id in open_calls.order_by("run_id").values_list("pk", "run_id"):
        run = AgentRun.objects.select_for_update().get(pk=run_id)
        withdrawn = move_call(
            call_id=call_id,
            old=[CallStatus.ASKING, CallStatus.AWAITING, CallStatus.APPROVED],
            new=CallStatus.INVALIDATED,
            result=result.model_dump(mode="json"),
            finished_at=timezone.now(),
        )
        count += withdrawn
        if withdrawn:
            if requeue_run(run, now=timezone.now()):
                wake(run_id)
            announce(Event(kind="call.settled", run_id=run_id, call_id=call_id))
    return count
