"""The one door for people: what they may ask of the machine. Each verb is one transaction."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.db.models.functions import Now
from django.utils import timezone
from pydantic import ValidationError

from agentops.after_commit import announce, wake
from agentops.domain.cards import Card
from agentops.domain.events import Event
from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.outcomes import ToolResult, ToolResultStatus, failure
from agentops.domain.tiers import ActionTier
from agentops.models import AgentRun, Conversation, TaskType, ToolCall, ToolPolicy, move_call, requeue_run

UNSORTED = "unsorted"


class BadRequest(Exception):
    """Something a person asked for cannot be done; `message` says what and what to do instead."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Started:
    """A run that exists now; `created` is False where the same request key had made it before."""

    run_id: int
    created: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """An answer that counted."""

    call_id: int
    status: CallStatus
    at: datetime


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An answer that did not count. `message` says why, and who was first and when if somebody was."""

    code: str
    message: str
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A setting that was changed; `invalidated` waiting calls were withdrawn with it."""

    version: int
    invalidated: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else saved first; nothing was changed."""

    message: str


@transaction.atomic
def start_run(
    *,
    request: str,
    channel: str = "desk",
    on_the_line: bool = False,
    asked_by: str = "",
    task_type: str | None = None,
    conversation_id: int | None = None,
    request_key: str | None = None,
) -> Started:
    """Queue a run for what a caller said. The same request key gives the same run, however often it is sent."""
    words = _check_request(request)
    earlier = AgentRun.objects.filter(request_key=request_key).first() if request_key else None
    if earlier:
        return _repeat(earlier, words)
    task = _find_task(task_type)
    now = timezone.now()
    talk = _find_talk(conversation_id, channel=channel, on_the_line=on_the_line, now=now)
    ordinal = (
        AgentRun.objects.filter(conversation=talk).aggregate(last=Max("ordinal"))["last"] if conversation_id else None
    )
    limits = task.limits
    try:
        with transaction.atomic():
            run = AgentRun.objects.create(
                request_key=request_key,
                conversation=talk,
                ordinal=0 if ordinal is None else ordinal + 1,
                task_type=task,
                asked_by=asked_by,
                request=words,
                status=RunStatus.QUEUED,
                max_iterations=limits.iterations,
                max_tokens=limits.tokens,
                max_active_ms=limits.active_ms,
                max_tool_calls=limits.tool_calls,
                max_identical_calls=limits.identical_calls,
                created_at=now,
                queued_at=now,
                rung_at=now,
            )
    except IntegrityError:
        return _repeat(AgentRun.objects.get(request_key=request_key), words)
    wake(run.pk)
    announce(Event(kind="run.changed", run_id=run.pk))
    return Started(run.pk, created=True)


@transaction.atomic
def cancel_run(*, run_id: int, by: str) -> bool:
    """Stop a run. One at work stops at its next step; False where it was already over."""
    run = AgentRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None or RunStatus(run.status).over:
        return False
    AgentRun.objects.filter(pk=run_id).update(stop_requested=True)
    # A suspended run goes back to work only to be ended there, so that one place writes endings.
    requeue_run(run, now=timezone.now())
    wake(run_id)
    announce(Event(kind="run.changed", run_id=run_id))
    return True


@transaction.atomic
def settle_call(
    *, call_id: int, approve: bool, version: int, digest: str, by: str, reason: str = "", note: str = ""
) -> Settled | Unsettled:
    """Record a person's yes or no to a waiting call. The first answer counts; every other one is told why it did not.

    An answer counts only for the very version and bytes that the person saw, and only before the call's time is up.
    """
    call = ToolCall.objects.filter(pk=call_id).first()
    if call is None:
        return Unsettled("not_found", "There is no such request.")
    run = AgentRun.objects.select_for_update().get(pk=call.run_id)
    if approve and not _is_approvable(call):
        return Unsettled("not_approvable", "This tool has no plain description, so it can only be turned down.")
    now = timezone.now()
    new = CallStatus.APPROVED if approve else CallStatus.REJECTED
    settled = move_call(
        call_id=call_id,
        old=[CallStatus.AWAITING],
        new=new,
        when=Q(version=version, digest=digest, expires_at__gt=Now()),
        decided_by=by,
        decided_at=now,
        decision_note=note,
        **({} if approve else {"finished_at": now, "result": _rejection(reason, note).model_dump(mode="json")}),
    )
    if not settled:
        return _why_not(call_id, version=version, digest=digest)
    _resume(run, now=now)
    announce(Event(kind="call.settled", run_id=run.pk, call_id=call_id, version=version + 1))
    return Settled(call_id, new, now)


@transaction.atomic
def resolve_call(*, call_id: int, happened: bool, version: int, by: str, note: str) -> Settled | Unsettled:
    """Record what a person found out about a call in doubt; the model is told exactly that."""
    call = ToolCall.objects.filter(pk=call_id).first()
    if call is None:
        return Unsettled("not_found", "There is no such request.")
    run = AgentRun.objects.select_for_update().get(pk=call.run_id)
    now = timezone.now()
    new = CallStatus.HAPPENED if happened else CallStatus.NOT_HAPPENED
    settled = move_call(
        call_id=call_id,
        old=[CallStatus.IN_DOUBT],
        new=new,
        when=Q(version=version),
        # Who said yes before it was tried stays on the row; who cleared the doubt stands in the decision.
        decision_note=note,
        finished_at=now,
        result=_resolution(happened, by, note).model_dump(mode="json"),
    )
    if not settled:
        return _why_not(call_id, version=version, digest=call.digest)
    _resume(run, now=now)
    announce(Event(kind="call.settled", run_id=run.pk, call_id=call_id, version=version + 1))
    return Settled(call_id, new, now)


@transaction.atomic
def set_tool_tier(*, tool: str, tier: str, enabled: bool, version: int, by: str) -> Changed | Conflict:
    """Set a tool's tier and switch. A stricter rule withdraws what waits or was approved under the milder one."""
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
    before = policy.effective
    saved = ToolPolicy.objects.filter(tool=tool, version=version).update(
        tier=tier, enabled=enabled, version=version + 1, changed_at=timezone.now()
    )
    if not saved:
        return Conflict("Somebody else changed this tool meanwhile. Nothing was saved; look at the new setting first.")
    policy.refresh_from_db()
    stricter = not enabled or policy.effective.rank > before.rank
    return Changed(version + 1, invalidated=_withdraw_calls(tool) if stricter else 0)


def _withdraw_calls(tool: str) -> int:
    result = failure(
        "policy_changed",
        "The rule for this tool became stricter while the request waited, so it was withdrawn.",
        "Propose it once more if it is still needed.",
    )
    count = 0
    open_calls = ToolCall.objects.filter(tool=tool, status__in=["awaiting", "approved"])
    for call_id, run_id in open_calls.order_by("run_id").values_list("pk", "run_id"):
        run = AgentRun.objects.select_for_update().get(pk=run_id)
        withdrawn = move_call(
            call_id=call_id,
            old=[CallStatus.AWAITING, CallStatus.APPROVED],
            new=CallStatus.INVALIDATED,
            result=result.model_dump(mode="json"),
            finished_at=timezone.now(),
        )
        count += withdrawn
        if withdrawn:
            _resume(run, now=timezone.now())
            announce(Event(kind="call.settled", run_id=run_id, call_id=call_id))
    return count


def _resume(run: AgentRun, *, now: datetime) -> None:
    if requeue_run(run, now=now):
        wake(run.pk)


def _is_approvable(call: ToolCall) -> bool:
    """Whether a person can read what they would say yes to; a card that cannot be read is none."""
    try:
        return Card.model_validate(call.card).approvable
    except ValidationError:
        return False


def _check_request(words: str) -> str:

    if not words.strip():
        raise BadRequest("empty", "Write what the caller said first.")
    if len(words) > settings.REQUEST_MAX_CHARS:
        limit = f"{settings.REQUEST_MAX_CHARS:,}"
        raise BadRequest("too_long", f"That is {len(words):,} of {limit} characters. Shorten it and send it again.")
    if "\x00" in words:
        raise BadRequest("nul_character", "The text holds a character that cannot be stored. Type it again.")
    return words


def _repeat(earlier: AgentRun, words: str) -> Started:
    if earlier.request != words:
        raise BadRequest("key_reused", "This form was already sent with other words. Open a new one.")
    return Started(earlier.pk, created=False)


def _find_task(slug: str | None) -> TaskType:
    task = TaskType.objects.filter(slug=slug or UNSORTED).first()
    if task is None:
        raise BadRequest("unknown_task_type", f"There is no kind of task named {slug or UNSORTED}.")
    if not task.enabled:
        raise BadRequest("task_type_stopped", f"{task.name} is switched off at the moment. Handle it by hand.")
    return task


def _find_talk(conversation_id: int | None, *, channel: str, on_the_line: bool, now: datetime) -> Conversation:
    if conversation_id is None:
        return Conversation.objects.create(channel=channel, on_the_line=on_the_line, opened_at=now)
    talk = Conversation.objects.select_for_update().filter(pk=conversation_id).first()
    if talk is None:
        raise BadRequest("unknown_conversation", "There is no such conversation.")
    if AgentRun.objects.filter(conversation=talk, finished_at=None).exists():
        raise BadRequest("still_working", "The assistant is still working on the last message. Wait for its answer.")
    return talk


def _rejection(reason: str, note: str) -> ToolResult:
    words = " ".join(part for part in (f"Reason: {reason}." if reason else "", note) if part)
    return failure(
        "rejected_by_staff",
        f"Staff turned this down. It was not done. {words}".strip(),
        "This is an instruction, not an error: do not try the same call again. Follow the reason if it says what to "
        "do instead; otherwise tell the caller that it was not done.",
    )


def _resolution(happened: bool, by: str, note: str) -> ToolResult:
    if happened:
        return ToolResult(
            status=ToolResultStatus.SUCCESS,
            code="confirmed_by_staff",
            message=f"The connection broke while it ran. {by} looked: it did happen. {note}".strip(),
            data={},
        )
    return failure(
        "not_done",
        f"The connection broke while it ran. {by} looked: it did not happen. {note}".strip(),
        "Propose it again if it is still needed.",
    )


def _why_not(call_id: int, *, version: int, digest: str) -> Unsettled:
    """Say in words why an answer did not count; the call's row is read afresh under the run's lock."""
    call = ToolCall.objects.get(pk=call_id)
    status, at = CallStatus(call.status), call.decided_at or call.finished_at
    local = timezone.localtime(at).strftime("%-I:%M%p").lower() if at else ""
    match status:
        case CallStatus.AWAITING | CallStatus.IN_DOUBT if (call.version, call.digest) != (version, digest):
            return Unsettled("card_changed", "What you saw is no longer what would run. Read the new request.")
        case CallStatus.AWAITING | CallStatus.EXPIRED:
            return Unsettled("expired", "Time ran out. Nothing was changed, and a person has to call back.", at=at)
        case CallStatus.CANCELLED | CallStatus.INVALIDATED:
            return Unsettled("withdrawn", f"This was withdrawn at {local}. Nothing was changed.", at=at)
        case CallStatus.REJECTED | CallStatus.NOT_HAPPENED:
            verdict = "no"
        case _:
            verdict = "yes"
    message = f"{call.decided_by or 'Somebody'} said {verdict} at {local}. Your answer was not used."
    return Unsettled("already_decided", message, by=call.decided_by, at=at)
