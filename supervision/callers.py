"""What the assistant asks a caller before staff are asked, and what they answered."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from agentops.domain.language import Spoken
from agentops.domain.lifecycle import CallStatus
from agentops.domain.visible_text import show_text
from agentops.models import AgentRun, ToolCall
from supervision.cards import read_card
from supervision.wording import say_when


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that the caller has not answered yet; version and digest are those of the call it is about."""

    call_id: int
    version: int
    digest: str
    question: str
    until: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller was asked and answered; `told` says it in a sentence."""

    told: str
    question: str
    words: str
    by: str
    agreed: bool


def find_asking(run: AgentRun, *, now: datetime) -> Asking | None:
    """The first question of this run that the caller has not answered."""
    call = run.calls.filter(status=CallStatus.ASKING).order_by("pk").first()
    return read_asking(call, now=now) if call else None


def read_asking(call: ToolCall, *, now: datetime) -> Asking | None:
    """The question of this call while the caller is asked; None where they are not."""
    card = read_card(call)
    if card is None or call.status != CallStatus.ASKING:
        return None
    until = say_when(call.expires_at, now=now) if call.expires_at else ""
    return Asking(call.pk, call.version, call.digest, card.spoken, until)


def read_heard(call: ToolCall, *, now: datetime) -> Heard | None:
    """What the caller answered; None where they were not asked or have not answered."""
    heard = call.heard
    if not isinstance(heard, dict):
        return None
    at = parse_datetime(str(heard.get("at", "")))
    card = read_card(call)
    facts = {
        "who": card.subject.given if card and card.subject else gettext("The caller"),
        "at": say_when(at, now=now) if at else "",
    }
    answer = heard.get("answer")
    sentence = {
        Spoken.YES: gettext("%(who)s said yes to this at %(at)s"),
        Spoken.NO: gettext("%(who)s said no to this at %(at)s"),
    }.get(Spoken(answer) if answer in set(Spoken) else Spoken.OTHER, gettext("%(who)s said something else at %(at)s"))
    return Heard(
        told=sentence % facts,
        question=show_text(str(heard.get("question", ""))),
        words=show_text(str(heard.get("words", ""))),
        by=show_text(str(heard.get("by", ""))),
        agreed=answer == Spoken.YES,
    )
