"""What became of a request, in one sentence of fact and one of consequence."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext, gettext_noop

from agentops.domain.cards import Card
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import UNANSWERED
from agentops.domain.visible_text import show_text
from agentops.models import ToolCall
from supervision.inbox.holds import find_undone, is_on_hold
from supervision.phrases import tell_message
from supervision.wording import say_clock, say_when


@dataclass(frozen=True, slots=True)
class Notice:
    """`fact` is what happened, `then` what follows. `tone` picks colour and shape.

    `why` repeats the reason and the note of a no, `told` what the assistant then said and `whom` it said it to.
    """

    tone: str
    icon: str
    fact: str
    then: str
    why: str = ""
    whom: str = ""
    told: str = ""


def notice_of(call: ToolCall, card: Card | None, *, now: datetime) -> Notice | None:
    """The notice of a call that is answered or under way; None while it waits for the first time."""
    notice = _became(call, card, now=now)
    if notice is None or not CallStatus(call.status).answered:
        return notice
    whom = card.subject.given if card and card.subject else gettext("the caller")
    why = _why_not(call) if call.status == CallStatus.REJECTED else ""
    return replace(notice, why=why, whom=whom, told=show_text(call.run.answer))


def _became(call: ToolCall, card: Card | None, *, now: datetime) -> Notice | None:
    status = CallStatus(call.status)
    if status is CallStatus.ASKING:
        return Notice("info", "text", gettext("The caller is asked first."), gettext("Staff decide after their yes."))
    if status is CallStatus.AWAITING:
        return _taken_back(call, card, now=now)
    if is_on_hold(call, now=now):
        until = (
            gettext("It is held until %(at)s and can be taken back.") % {"at": say_clock(call.held_until)}
            if call.held_until
            else ""
        )
        return Notice("info", "clock", _who_said("yes", call, now=now), until)
    if status in {CallStatus.APPROVED, CallStatus.STARTED}:
        return Notice("info", "clock", _who_said("yes", call, now=now), gettext("The assistant is doing it now."))
    if status is CallStatus.SUCCEEDED:
        return Notice(
            "good", "done", _who_said("yes", call, now=now), _sentence(card.done if card else gettext("It was done"))
        )
    if status is CallStatus.FAILED:
        return Notice(
            "destr",
            "stop",
            gettext("It did not work."),
            gettext("%(message)s Nothing was changed by it.") % {"message": _message(call)},
        )
    if status is CallStatus.REJECTED:
        return Notice("info", "people", _who_said("no", call, now=now), gettext("Nothing was changed."))
    if status is CallStatus.IN_DOUBT:
        return Notice("risky", "warn", gettext("Nobody knows whether this happened."), gettext(_DOUBT))
    if status in {CallStatus.HAPPENED, CallStatus.NOT_HAPPENED}:
        return _cleared(call, status, now=now)
    return _not_done(call, status, card, now=now)


def _taken_back(call: ToolCall, card: Card | None, *, now: datetime) -> Notice | None:
    undone = find_undone(call)
    if undone is None:
        return None
    whose = (
        gettext("%(given)s’s request") % {"given": card.subject.given}
        if card and card.subject
        else gettext("The request")
    )
    fact = gettext("Taken back by %(who)s at %(at)s.") % {
        "who": show_text(undone.who),
        "at": say_when(undone.decided_at, now=now),
    }
    return Notice("info", "back", fact, gettext("Nothing was sent. %(whose)s is waiting again.") % {"whose": whose})


_DOUBT = gettext_noop("The worker stopped in the middle of it. Look in the system itself, then say what you found.")


def _not_done(call: ToolCall, status: CallStatus, card: Card | None, *, now: datetime) -> Notice:
    if status is CallStatus.EXPIRED:
        at = call.expires_at or call.decided_at
        fact = gettext("Time ran out at %(at)s.") % {"at": say_when(at, now=now)} if at else gettext("Time ran out.")
        if isinstance(call.result, dict) and call.result.get("code") == UNANSWERED:
            return Notice("risky", "clock", fact, gettext("Nothing was changed. The assistant went on without it."))
        return Notice("risky", "clock", fact, gettext("Nothing was changed."))
    if status is CallStatus.REFUSED:
        return Notice("info", "stop", gettext("This was not allowed."), _message(call))
    if status is CallStatus.ALLOWED:
        return Notice("info", "clock", gettext("This needs no answer."), gettext("It runs by itself."))
    if status is CallStatus.SUPERSEDED:
        fact = gettext("%(message)s, at %(at)s.") % {
            "message": _message(call).rstrip("."),
            "at": say_when(call.finished_at or now, now=now),
        }
        return Notice("info", "pencil", fact, gettext("The changed request took its place."))
    if card and card.renewal and card.renewal.gone:
        return Notice(
            "risky", "warn", card.renewal.gone, gettext("So this request was withdrawn. Nothing was changed.")
        )
    return Notice(
        "risky",
        "warn",
        gettext("This request was withdrawn."),
        (gettext("%(message)s Nothing was changed.") % {"message": _message(call)}).strip(),
    )


def _who_said(answer: str, call: ToolCall, *, now: datetime) -> str:
    if not call.decided_by:
        return gettext("This needed no answer.")
    at = gettext(" at %(at)s") % {"at": say_when(call.decided_at, now=now)} if call.decided_at else ""
    said = gettext("%(who)s said yes%(at)s.") if answer == "yes" else gettext("%(who)s said no%(at)s.")
    return said % {"who": show_text(call.decided_by), "at": at}


def _why_not(call: ToolCall) -> str:
    decision = call.decisions.filter(verdict="rejected").first()
    reason = _sentence(gettext(decision.get_reason_display())) if decision and decision.reason else ""
    note = f"“{show_text(call.decision_note)}”" if call.decision_note else ""
    return f"{reason} {note}".strip()


def _cleared(call: ToolCall, status: CallStatus, *, now: datetime) -> Notice:
    """Who cleared the doubt, when and how: the call's row names who said yes before it was tried."""
    words = gettext("it happened") if status is CallStatus.HAPPENED else gettext("it did not happen")
    decision = call.decisions.filter(verdict__in=["happened", "not_happened"]).first()
    if decision is None:
        return Notice(
            "info",
            "done",
            gettext("A check found that %(words)s.") % {"words": words},
            gettext("The assistant went on from there."),
        )
    fact = gettext("%(who)s said %(words)s, at %(at)s.") % {
        "who": show_text(decision.who),
        "words": words,
        "at": say_when(decision.decided_at, now=now),
    }
    return Notice(
        "info",
        "people",
        fact,
        gettext("“%(note)s” The assistant was told exactly that.") % {"note": show_text(decision.note)},
    )


def _message(call: ToolCall) -> str:
    return _sentence(tell_message(call.result))


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?…" else f"{text}."
