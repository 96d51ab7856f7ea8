"""What waits under a milder rule is withdrawn where the stricter one would want more of it."""

from collections.abc import Callable

from django.db.models import Q
from django.utils import timezone

from agentops.after_commit import announce, wake
from agentops.domain.events import Event
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import failure
from agentops.domain.phrases import say
from agentops.domain.policy.judging import AskedCall, judge_again
from agentops.domain.policy.settings import REQUESTER_CHANNELS, ToolSetting
from agentops.domain.tiers import ActionTier, permitted_tiers, read_tier
from agentops.models import AgentRun, ToolCall, move_call, requeue_run

OPEN = (CallStatus.ASKING, CallStatus.AWAITING, CallStatus.APPROVED)


def withdraw_by_tool(
    *, tool: str, floor: ActionTier | None, before: ToolSetting, after: ToolSetting, reason: str
) -> int:
    """Withdraw the open calls of a tool that would now need more than they got or wait for; returns how many.

    A yes is also withdrawn where its giver may not have been one who may answer now, or may no longer be alone.
    """
    narrower = after.shuts_out(before)

    def needs_more_now(call: ToolCall) -> bool:
        stricter = judge_again(
            call=AskedCall(call.arguments, call.facts),
            setting=after,
            floor=floor,
            tier=read_tier(call.tier),
            confirmers=call.confirmers,
            asked=True,
        )
        unheard = after.ask_requester and not call.ask_requester and _can_be_asked(call)
        said = call.status == CallStatus.APPROVED
        return stricter or unheard or (said and (narrower or bool(call.alone_because and not after.one_on_duty)))

    return _withdraw(Q(tool=tool), needs_more_now, reason=reason)


def _can_be_asked(call: ToolCall) -> bool:
    channel = AgentRun.objects.values_list("conversation__channel", flat=True).get(pk=call.run_id)
    return channel in REQUESTER_CHANNELS


def withdraw_by_task(*, slug: str, permitted: tuple[str, ...], reason: str) -> int:
    """Withdraw the open calls of a type of task whose tier it no longer permits; returns how many."""
    tiers = permitted_tiers(permitted)
    return _withdraw(Q(run__task_type__slug=slug), lambda call: read_tier(call.tier) not in tiers, reason=reason)


def _withdraw(calls: Q, needs_more_now: Callable[[ToolCall], bool], *, reason: str) -> int:
    """Run by run, each locked before its call is moved; whoever waits for it, and the model, read the reason."""
    result = failure(
        "policy_changed",
        say(
            "The rule for this tool became stricter while the request waited, so it was withdrawn. Reason: %(reason)s",
            reason=reason,
        ),
        "Propose it once more if it is still needed.",
    ).stored
    count = 0
    for call in ToolCall.objects.filter(calls, status__in=[one.value for one in OPEN]).order_by("run_id", "pk"):
        run = AgentRun.objects.select_for_update().get(pk=call.run_id)
        # Under the lock: a yes that landed meanwhile is looked at as one.
        call.refresh_from_db(fields=["status", "alone_because"])
        if CallStatus(call.status) not in OPEN or not needs_more_now(call):
            continue
        now = timezone.now()
        if move_call(call_id=call.pk, old=OPEN, new=CallStatus.INVALIDATED, result=result, finished_at=now):
            count += 1
            if requeue_run(run, now=now):
                wake(run.pk)
            announce(Event(kind="call.settled", run_id=run.pk, call_id=call.pk))
    return count
