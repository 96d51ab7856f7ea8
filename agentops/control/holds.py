"""While a yes is held it can be taken back or let go at once; while a request waits it can be given more time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from agentops.after_commit import announce
from agentops.control.answers import resume
from agentops.control.outcomes import Extended, Settled, Unsettled
from agentops.domain.events import Event
from agentops.domain.holds import extend_until
from agentops.domain.lifecycle import CallStatus
from agentops.domain.phrases import Phrase, say, say_clock
from agentops.models import ToolCall, move_call
from agentops.models.moves import NOW
from agentops.models.prepared import update_rows
from agentops.models.rows import LOCKED_RUN, RunRow


@transaction.atomic
def undo_approval(*, call_id: int, version: int, digest: str) -> Settled | Unsettled:
    """Take a yes back while it is held: the request waits again, for as long as it had left when it was answered."""
    found = _lock(call_id)
    if found is None:
        return _MISSING
    call, run = found
    held_for = run.now - call.decided_at if call.decided_at else timedelta(0)
    undone = move_call(
        call_id=call_id,
        old=[CallStatus.APPROVED],
        new=CallStatus.AWAITING,
        when={"version": version, "digest": digest, "held_until__gt": NOW},
        decided_by="",
        decided_at=None,
        decision_note="",
        approver=None,
        seconded_by="",
        seconder=None,
        alone_because="",
        held_until=None,
        expires_at=call.expires_at + held_for if call.expires_at else None,
    )
    if not undone:
        return _why_not_undone(call, version=version, digest=digest)
    announce(Event(kind="call.waiting", run_id=run.pk, call_id=call_id, version=version + 1))
    return Settled(call_id, CallStatus.AWAITING, run.now)


@transaction.atomic
def end_hold(*, call_id: int, version: int, digest: str) -> Settled | Unsettled:
    """Do it now: a caller is on the line, and nobody has to wait for the end of the hold."""
    found = _lock(call_id)
    if found is None:
        return _MISSING
    call, run = found
    if not run.on_the_line:
        return Unsettled("hold_stands", say("Nobody is on the line, so the yes is held to its end."))
    where = {"pk": call_id, "status": CallStatus.APPROVED.value, "held_until__gt": NOW}
    if not update_rows(ToolCall, where={**where, "version": version, "digest": digest}, changes={"held_until": NOW}):
        return _why_not_undone(call, version=version, digest=digest)
    resume(run, now=run.now)
    announce(Event(kind="call.settled", run_id=run.pk, call_id=call_id, version=version))
    return Settled(call_id, CallStatus.APPROVED, run.now)


@transaction.atomic
def extend_call(*, call_id: int, version: int, digest: str, seen_until: str) -> Extended | Unsettled:
    """Let a request wait for ten minutes more than the person saw (an ISO time), ten times at most, and never longer
    than until what it is about begins.

    What is decided stays the same, so does its version: a colleague's open page can still be answered.
    """
    found = _lock(call_id)
    if found is None:
        return _MISSING
    call, run = found
    if call.status != CallStatus.AWAITING or call.expires_at is None or call.expires_at <= run.now:
        return Unsettled("no_longer_waits", say("It no longer waits for an answer, so it needs no more time."))
    if (call.version, call.digest) != (version, digest):
        return Unsettled("card_changed", say("What you saw is no longer what would run. Read the new request."))
    if call.expires_at.isoformat() != seen_until:
        return Unsettled("already_extended", say("It already has more time, until %(at)s.", at=_say(call.expires_at)))
    until = extend_until(
        proposed_at=call.proposed_at,
        expires_at=call.expires_at,
        answer_minutes=run.answer_minutes,
        useful_until=_useful_until(call),
    )
    if until is None:
        return Unsettled(
            "no_more_time", say("It has had all the time it can have. Answer it, or call the caller back.")
        )
    update_rows(ToolCall, where={"pk": call_id}, changes={"expires_at": until})
    announce(Event(kind="run.changed", run_id=run.pk, call_id=call_id, version=version))
    return Extended(call_id, until)


def _useful_until(call: ToolCall) -> datetime | None:
    card = call.card if isinstance(call.card, dict) else {}
    return parse_datetime(str(card.get("useful_until") or ""))


_MISSING = Unsettled("not_found", say("There is no such request."))


def _lock(call_id: int) -> tuple[ToolCall, RunRow] | None:
    """The call as it stands once its run's row is locked."""
    run_id = ToolCall.objects.filter(pk=call_id).values_list("run_id", flat=True).first()
    run = LOCKED_RUN.row(run_id=run_id) if run_id else None
    return (ToolCall.objects.get(pk=call_id), run) if run else None


def _why_not_undone(call: ToolCall, *, version: int, digest: str) -> Unsettled:
    """Why a held yes can no longer be touched, read from its row as it stood under the lock."""
    at = call.finished_at or call.started_at or call.held_until
    match CallStatus(call.status):
        case CallStatus.AWAITING:
            return Unsettled("taken_back", say("It was taken back already, and is waiting again."))
        case CallStatus.APPROVED if (call.version, call.digest) != (version, digest):
            return Unsettled("card_changed", say("This yes is another one than you saw. Read the request once more."))
        case CallStatus.APPROVED | CallStatus.STARTED:
            return Unsettled("too_late", say("It is too late: it is being done now."), at=at)
        case CallStatus.SUCCEEDED | CallStatus.HAPPENED:
            return Unsettled("too_late", say("It is too late: it was done at %(at)s.", at=_say(at)), at=at)
        case CallStatus.CANCELLED | CallStatus.INVALIDATED:
            return Unsettled("withdrawn", say("It was withdrawn at %(at)s. Nothing was changed.", at=_say(at)), at=at)
        case _:
            return Unsettled("too_late", say("There is no yes to take back any more."), at=at)


def _say(at: datetime | None) -> Phrase:
    return say_clock(timezone.localtime(at).time()) if at else say("an unknown time")
