"""The card stored with a call, read back with every text as a person may see it.

Anything unreadable is treated as no description at all.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext
from pydantic import ValidationError

from agentops.domain.cards import Card, Subject
from agentops.domain.tiers import ActionTier
from agentops.domain.visible_text import show_json, show_text
from agentops.models import ToolCall

_YEAR = re.compile(r"\b(\d{4})\s*$")


@dataclass(frozen=True, slots=True)
class ReEntry:
    """What a person types before something that cannot be undone, and what must come out."""

    label: str
    hint: str
    expected: str
    numeric: bool


def read_card(call: ToolCall) -> Card | None:
    """The call's card, or None where it has none or one that this version cannot read."""
    return parse_card(call.card)


def parse_card(stored: Any) -> Card | None:
    """A stored card as JSON values, read back for the eye."""
    if not stored:
        return None
    try:
        return Card.model_validate(show_json(stored))
    except ValidationError:
        return None


def title_of(call: ToolCall) -> str:
    """The line that names a call in a list."""
    card = read_card(call)
    return card.title if card else gettext("Use “%(tool)s”") % {"tool": show_text(call.tool)}


def undescribed(tool: str) -> str:
    """What is said of a call that nobody described."""
    wish = gettext("The assistant wants to use “%(tool)s”.") % {"tool": show_text(tool)}
    return gettext("%(wish)s It has no plain description, so it cannot be approved here.") % {"wish": wish}


def ticks_of(card: Card) -> list[str]:
    """The sentences a person has to tick: one per conflict; a failed check without one asks for itself."""
    ticks = [mismatch.confirm for mismatch in card.mismatches]
    return ticks or [
        gettext("I looked at this myself: %(label)s") % {"label": check.label} for check in card.checks if not check.ok
    ]


def re_entry_of(card: Card, tier: ActionTier) -> ReEntry | None:
    """What has to be typed for this call; None where nothing has."""
    if tier is not ActionTier.DESTRUCTIVE:
        return None
    year = _YEAR.search(card.subject.born) if card.subject else None
    if year:
        return ReEntry(
            gettext("Type the year of birth to confirm"), gettext("Take it from the patient line above."), year[1], True
        )
    return ReEntry(gettext("Type YES to confirm"), gettext("In capital letters."), "YES", False)


def find_subject(calls: Iterable[ToolCall]) -> Subject | None:
    """The patient these calls are about: by a card of any of them, else the only one that a look-up found."""
    known = list(calls)
    for call in reversed(known):
        card = read_card(call)
        if card and card.subject:
            return card.subject
    return next((found for call in known if (found := _subject_found(call))), None)


def _subject_found(call: ToolCall) -> Subject | None:
    result = call.result if isinstance(call.result, dict) else {}
    data = result.get("data")
    if call.tier != ActionTier.READ or not isinstance(data, dict):
        return None
    data = show_json(data)
    patients = data.get("patients", [data])
    one = patients[0] if isinstance(patients, list) and len(patients) == 1 else None
    if not isinstance(one, dict) or not one.get("name"):
        return None
    given, _, surname = str(one["name"]).rpartition(" ")
    try:
        born = date.fromisoformat(str(one.get("born")))
    except ValueError:
        return None
    mobile = str(one.get("mobile") or "")
    return Subject(surname=surname, given=given, born=f"{born.day} {born:%B %Y}", number="", mobile=mobile)


def age_of(subject: Subject, today: date) -> int | None:
    """Age in full years, None where the date of birth is not written as "14 May 1987"."""
    try:
        born = datetime.strptime(subject.born, "%d %B %Y").date()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
