"""Answers to calls that wait: yes, no, and what became of one in doubt. The first one counts."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, TypedDict

from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from agentops.after_commit import announce, wake
from agentops.control.confirmations import Second, confirm_call
from agentops.control.outcomes import Settled, Unsettled
from agentops.domain.cards import Card
from agentops.domain.events import Event
from agentops.domain.holds import hold_time
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import UNANSWERED, ToolResult, ToolResultStatus, failure, read_result
from agentops.domain.phrases import join_phrases, say, say_clock
from agentops.domain.tiers import read_tier
from agentops.models import AgentRun, ToolCall, move_call, read_stops, requeue_run
from agentops.models.moves import NOW, Suspended
from agentops.models.rows import CALL, LOCKED_RUN, POLICY, CallRow, PolicyRow, RunRow


class Seen(TypedDict):
    """What the person who answers had before them."""

    version: int
    digest: str


@transaction.atomic
def settle_call(
    *,
    call_id: int,
    approve: bool,
    version: int,
    digest: str,
    by: str,
    approver: int | None = None,
    reason: str = "",
    note: str = "",
    alone_because: str = "",
) -> Settled | Unsettled:
    """Record a person's yes or no to a waiting call. The first answer counts; every other one is told why it did not.

    An answer counts only for the very version and bytes that the person saw, and only before the call's time is up.
    A yes is held for as long as the tool's policy says: until then it can be taken back, and nothing is done.
    Where two people have to say yes, the first one leaves the call waiting for the other; a no of either ends it.
    `approver` is the account of whoever says it; it must still hold when the call begins.
    """
    call = CALL.row(call_id=call_id)
    run = LOCKED_RUN.row(run_id=call.run_id) if call else None
    if call is None or run is None:
        return Unsettled("not_found", say("There is no such request."))
    seen: Seen = {"version": version, "digest": digest}
    if not approve:  # a no may always be said
        no = {"finished_at": run.now, "result": _rejection(reason, note).stored}
        return _settle(call, run=run, seen=seen, new=CallStatus.REJECTED, by=by, note=note, **no)
    policy = POLICY.row(tool=call.tool) if call.status == CallStatus.AWAITING else None
    hindrance = _find_hindrance(run, call, policy)
    if hindrance:
        return hindrance
    yes: dict[str, Any] = {"held_until": _hold_end(run, call, policy), "approver": approver}
    if call.confirmers > 1:
        told = confirm_call(call, run=run, by=by, person=str(approver or by), alone_because=alone_because, **seen)
        if not isinstance(told, Second):
            return told or _why_not(call_id, **seen)
        yes |= asdict(told)
    return _settle(call, run=run, seen=seen, new=CallStatus.APPROVED, by=by, note=note, **yes)


def _settle(
    call: CallRow, *, run: RunRow, seen: Seen, new: CallStatus, by: str, note: str, **columns: Any
) -> Settled | Unsettled:
    """Write the answer, if it is the first one and still in time; a run that need not wait any more goes on."""
    settled = move_call(
        call_id=call.pk,
        old=[CallStatus.AWAITING],
        new=new,
        when={**seen, "expires_at__gt": NOW},
        decided_by=by,
        decided_at=run.now,
        decision_note=note,
        **columns,
    )
    if not settled:
        return _why_not(call.pk, **seen)
    held_until = columns.get("held_until")
    if held_until is None:
        resume(run, now=run.now)
    announce(Event(kind="call.settled", run_id=run.pk, call_id=call.pk, version=seen["version"] + 1))
    return Settled(call.pk, new, run.now, held_until)


@transaction.atomic
def resolve_call(*, call_id: int, happened: bool, version: int, by: str, note: str) -> Settled | Unsettled:
    """Record what a person found out about a call in doubt; the model is told exactly that."""
    call = ToolCall.objects.filter(pk=call_id).first()
    if call is None:
        return Unsettled("not_found", say("There is no such request."))
    run = AgentRun.objects.select_for_update().get(pk=call.run_id)
    now = timezone.now()
    new = CallStatus.HAPPENED if happened else CallStatus.NOT_HAPPENED
    settled = move_call(
        call_id=call_id,
        old=[CallStatus.IN_DOUBT],
        new=new,
        when={"version": version},
        # Who said yes before it was tried stays on the row; who cleared the doubt stands in the decision.
        decision_note=note,
        finished_at=now,
        result=_resolution(happened, by, note).stored,
    )
    if not settled:
        return _why_not(call_id, version=version, digest=call.digest)
    resume(run, now=now)
    announce(Event(kind="call.settled", run_id=run.pk, call_id=call_id, version=version + 1))
    return Settled(call_id, new, now)


def find_problem(call: ToolCall, *, version: int, digest: str) -> Unsettled | None:
    """Why this version of the call can no longer be answered or changed, in words; None where it can."""
    alive = call.status == CallStatus.AWAITING and (call.expires_at is None or call.expires_at > timezone.now())
    if alive and (call.version, call.digest) == (version, digest):
        return None
    return _why_not(call.pk, version=version, digest=digest)


def _find_hindrance(run: RunRow, call: CallRow, policy: PolicyRow | None) -> Unsettled | None:
    """Why a yes cannot be said at all. Of a call that waits no more that is for others to say: who was first."""
    if not _is_approvable(call):
        return Unsettled("not_approvable", say("This tool has no plain description, so it can only be turned down."))
    if run.stop_requested:
        return Unsettled("withdrawn", say("This run was ended, so nothing more is done. Nothing was changed."))
    if call.status != CallStatus.AWAITING or (policy and not policy.stopped and not run.stopped):
        return None
    stop = read_stops().forbid(task_type=run.slug, run=run.pk, tools=[call.tool])
    if not stop:
        return None
    return Unsettled("stopped", say("%(stop)s Nothing was changed, and the request goes on waiting.", stop=stop))


def _hold_end(run: RunRow, call: CallRow, policy: PolicyRow | None) -> datetime | None:
    """Until when a yes of now is held, by the database's clock; None where this tool's policy wants no hold."""
    configured = policy.hold_seconds if policy else None
    held = hold_time(tier=read_tier(call.tier), configured=configured, on_the_line=run.on_the_line)
    return run.now + held if held else None


def resume(run: Suspended, *, now: datetime) -> None:
    """Send a run whose row is locked back to work, if it waits."""
    if requeue_run(run, now=now):
        wake(run.pk)


def _is_approvable(call: CallRow) -> bool:
    """Whether a person can read what they would say yes to; a card that cannot be read is none."""
    try:
        return Card.model_validate(call.card).approvable
    except ValidationError:
        return False


def _rejection(reason: str, note: str) -> ToolResult:
    words = [say("Reason: %(reason)s.", reason=say(reason)) if reason else "", note]
    return failure(
        "rejected_by_staff",
        join_phrases([say("Staff turned this down. It was not done."), *words]),
        "This is an instruction, not an error: do not try the same call again. Follow the reason if it says what to "
        "do instead; otherwise tell the caller that it was not done.",
    )


def _resolution(happened: bool, by: str, note: str) -> ToolResult:
    if happened:
        return ToolResult(
            status=ToolResultStatus.SUCCESS,
            code="confirmed_by_staff",
            message=join_phrases(
                [say("The connection broke while it ran. %(by)s looked: it did happen.", by=by), note]
            ),
            data={},
        )
    return failure(
        "not_done",
        join_phrases([say("The connection broke while it ran. %(by)s looked: it did not happen.", by=by), note]),
        "Propose it again if it is still needed.",
    )


def _why_not(call_id: int, *, version: int, digest: str) -> Unsettled:
    """Say in words why an answer did not count; the call's row is read afresh under the run's lock."""
    call = ToolCall.objects.get(pk=call_id)
    status = CallStatus(call.status)
    if status is CallStatus.ASKING:
        return Unsettled("asking", say("The caller is asked first. Staff decide after the caller has said yes."))
    resolved = status in {CallStatus.HAPPENED, CallStatus.NOT_HAPPENED}
    at = call.finished_at if resolved else call.decided_at or call.finished_at
    local = say_clock(timezone.localtime(at).time()) if at else ""
    match status:
        case CallStatus.AWAITING | CallStatus.IN_DOUBT if (call.version, call.digest) != (version, digest):
            return Unsettled("card_changed", say("What you saw is no longer what would run. Read the new request."))
        case CallStatus.EXPIRED if (call.result or {}).get("code") == UNANSWERED:
            went_on = say("Time ran out. Nothing was changed; the assistant went on without it.")
            return Unsettled("expired", went_on, at=at)
        case CallStatus.AWAITING | CallStatus.EXPIRED:
            return Unsettled("expired", say("Time ran out. Nothing was changed, and a person has to call back."), at=at)
        case CallStatus.CANCELLED | CallStatus.INVALIDATED:
            return Unsettled(
                "withdrawn", say("This was withdrawn at %(local)s. Nothing was changed.", local=local), at=at
            )
        case CallStatus.HAPPENED | CallStatus.NOT_HAPPENED:
            return Unsettled(
                "already_decided",
                say("This was cleared up at %(local)s.", local=local),
                at=at,
            )
        case CallStatus.SUPERSEDED:
            told = read_result(call.result).message if call.result else ""
            again = say("That was at %(local)s. Read the changed request, then answer.", local=local)
            return Unsettled("superseded", join_phrases([told, again]), at=at)
    said = {"by": call.decided_by or say("Somebody"), "at": local}
    no = status is CallStatus.REJECTED
    message = say("%(by)s said no at %(at)s.", **said) if no else say("%(by)s said yes at %(at)s.", **said)
    return Unsettled("already_decided", message, by=call.decided_by, at=at)
