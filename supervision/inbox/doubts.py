"""A call of unknown outcome: what was tried, since when, and by which reference it can be looked for."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from agentops.domain.cards import Card
from agentops.domain.lifecycle import CallStatus
from agentops.domain.transcript import call_key
from agentops.domain.visible_text import show_text
from agentops.models import ToolCall
from supervision.wording import count, say_ago, say_when


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a person needs to find out whether it happened. `values` are the bytes sent, where no card says them."""

    attempted: str
    since: str
    ago: str
    tries: str
    approved: str
    reference: str
    how: str
    values: list[tuple[str, str]]


def read_doubt(call: ToolCall, card: Card | None, *, now: datetime) -> Doubt | None:
    """The doubt about a call; None where there is none, or where it was cleared up."""
    if call.status != CallStatus.IN_DOUBT:
        return None
    since = call.started_at or call.proposed_at
    return Doubt(
        attempted=card.doing if card and card.doing else gettext("Use “%(tool)s”") % {"tool": show_text(call.tool)},
        since=say_when(since, now=now),
        ago=say_ago(since, now=now),
        tries=count(call.attempts or 1, "attempt"),
        approved=_who_approved(call, now=now),
        reference=call_key(call_id=call.pk, digest=call.digest),
        how=_how_to_check(card),
        values=[] if card and card.changes else _values_of(call),
    )


def _who_approved(call: ToolCall, *, now: datetime) -> str:
    at = gettext(" at %(at)s") % {"at": say_when(call.decided_at, now=now)} if call.decided_at else ""
    return f"{show_text(call.decided_by)}{at}"


def _how_to_check(card: Card | None) -> str:
    patient = f"{card.subject.given} {card.subject.surname}" if card and card.subject else ""
    where = (
        gettext("Open %(patient)s in the system that this changes") % {"patient": patient}
        if patient
        else gettext("Open the system that this changes")
    )
    return gettext("%(where)s. Look whether what stands below is there, or search for the reference.") % {
        "where": where
    }


def _values_of(call: ToolCall) -> list[tuple[str, str]]:
    try:
        values = json.loads(call.arguments)
    except ValueError:
        return [(gettext("Sent"), show_text(call.arguments))]
    if not isinstance(values, dict):
        return [(gettext("Sent"), show_text(call.arguments))]
    named = {name.replace("_", " ").capitalize(): value for name, value in values.items()}
    return [(show_text(name), show_text(str(value))) for name, value in named.items() if value not in ("", None)]
