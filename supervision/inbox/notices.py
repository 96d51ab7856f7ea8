"""What became of a request, in one sentence of fact and one of consequence."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext

from agentops.domain.cards import Card
from agentops.domain.lifecycle import CallStatus
from agentops.domain.visible_text import show_text
from agentops.models import ToolCall
from supervision.inbox.holds import find_undone, is_on_hold
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
    whom = card.subject.given if card and card.subject else "the caller"
    why = _why_not(call) if call.status == CallStatus.REJECTED else ""
    return replace(notice, why=why, whom=whom, told=show_text(call.run.answer))


def _became(call: ToolCall, card: Card | None, *, now: datetime) -> Notice | None:
    status = CallStatus(call.status)
    if status is CallStatus.ASKING:
        return Notice("info", "text", gettext("The caller is asked first."), gettext("Staff decide after their yes."))
    if status is CallStatus.AWAITING:
        return _taken_back(call, card, now=now)
    if is_on_hold(call, now=now):
        until = f"It is held until {say_clock(call.held_until)} and can be taken back." if call.held_until else ""
        return Notice("info", "clock", _who_said("yes", call, now=now), until)
    if status in {CallStatus.APPROVED, CallStatus.STARTED}:
        return Notice("info", "clock", _who_said("yes", call, now=now), "The assistant is doing it now.")
    if status is CallStatus.SUCCEEDED:
        return Notice("good", "done", _who_said("yes", call, now=now), _sentence(card.done if card else "It was done"))
    if status is CallStatus.FAILED:
        return Notice("destr", "stop", "It did not work.", f"{_message(call)} Nothing was changed by it.")
    if status is CallStatus.REJECTED:
        return Notice("info", "people", _who_said("no", call, now=now), "Nothing was changed.")
    if status is CallStatus.IN_DOUBT:
        return Notice("risky", "warn", "Nobody knows whether this happened.", _DOUBT)
    if status in {CallStatus.HAPPENED, CallStatus.NOT_HAPPENED}:
        return _cleared(call, status, now=now)
    return _not_done(call, status, card, now=now)


def _taken_back(call: ToolCall, card: Card | None, *, now: datetime) -> Notice | None:
    undone = find_undone(call)
    if undone is None:
        return None
    whose = f"{card.subject.given}’s request" if card and card.subject else "The request"
    fact = f"Taken back by {show_text(undone.who)} at {say_when(undone.decided_at, now=now)}."
    return Notice("info", "back", fact, f"Nothing was sent. {whose} is waiting again.")


_DOUBT = "The worker stopped in the middle of it. Look in the system itself, then say what you found."


def _not_done(call: ToolCall, status: CallStatus, card: Card | None, *, now: datetime) -> Notice:
    if status is CallStatus.EXPIRED:
        at = call.expires_at or call.decided_at
        fact = f"Time ran out at {say_when(at, now=now)}." if at else "Time ran out."
        return Notice("risky", "clock", fact, "Nothing was changed.")
    if status is CallStatus.REFUSED:
        return Notice("info", "stop", "This was not allowed.", _message(call))
    if status is CallStatus.ALLOWED:
        return Notice("info", "clock", "This needs no answer.", "It runs by itself.")
    if status is CallStatus.SUPERSEDED:
        fact = f"{_message(call).rstrip('.')}, at {say_when(call.finished_at or now, now=now)}."
        return Notice("info", "pencil", fact, "The changed request took its place.")
    if card and card.renewal and card.renewal.gone:
        return Notice("risky", "warn", card.renewal.gone, "So this request was withdrawn. Nothing was changed.")
    return Notice("risky", "warn", "This request was withdrawn.", f"{_message(call)} Nothing was changed.".strip())


def _who_said(answer: str, call: ToolCall, *, now: datetime) -> str:
    if not call.decided_by:
        return "This needed no answer."
    at = f" at {say_when(call.decided_at, now=now)}" if call.decided_at else ""
    return f"{show_text(call.decided_by)} said {answer}{at}."


def _why_not(call: ToolCall) -> str:
    decision = call.decisions.filter(verdict="rejected").first()
    reason = _sentence(decision.get_reason_display()) if decision and decision.reason else ""
    note = f"“{show_text(call.decision_note)}”" if call.decision_note else ""
    return f"{reason} {note}".strip()


def _cleared(call: ToolCall, status: CallStatus, *, now: datetime) -> Notice:
    """Who cleared the doubt, when and how: the call's row names who said yes before it was tried."""
    words = "it happened" if status is CallStatus.HAPPENED else "it did not happen"
    decision = call.decisions.filter(verdict__in=["happened", "not_happened"]).first()
    if decision is None:
        return Notice("info", "done", f"A check found that {words}.", "The assistant went on from there.")
    fact = f"{show_text(decision.who)} said {words}, at {say_when(decision.decided_at, now=now)}."
    return Notice("info", "people", fact, f"“{show_text(decision.note)}” The assistant was told exactly that.")


def _message(call: ToolCall) -> str:
    result = call.result if isinstance(call.result, dict) else {}
    return _sentence(show_text(str(result.get("message", ""))))


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".!?…" else f"{text}."
