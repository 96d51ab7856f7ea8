"""The card stored with a call, read back with every text as a person may see it.

Anything unreadable is treated as no description at all.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dates import MONTHS
from django.utils.translation import gettext
from pydantic import ValidationError

from agentops.domain import cards
from agentops.domain.cards import Card, Subject
from agentops.domain.lifecycle import CallStatus
from agentops.domain.partial import DOUBTFUL
from agentops.domain.phrases import say_date
from agentops.domain.tiers import ActionTier, read_tier
from agentops.domain.visible_text import show_json, show_text
from agentops.models import AgentRun, ToolCall
from supervision.phrases import is_foreign, tell, tell_all, tell_message

AT_ONCE = 500
"""Runs whose patients are read by one query."""

MOST_TOGETHER = 5
"""So many requests of one kind can be said yes to with one press; more than that nobody reads."""

_YEAR = re.compile(r"\b(\d{4})\s*$")


@dataclass(frozen=True, slots=True)
class ReEntry:
    """What a person types before something that cannot be undone, and what must come out."""

    label: str
    missing: str
    hint: str
    expected: str
    numeric: bool


def read_card(call: ToolCall) -> Card | None:
    """The call's card, or None where it has none or one that this version cannot read."""
    return parse_card(call.card)


def parse_card(stored: Any) -> Card | None:
    """A stored card as JSON values, read back for the eye and in the reader's language."""
    if not stored:
        return None
    try:
        return tell_all(cards.read_card(stored))
    except ValidationError:
        return None


def title_of(call: ToolCall) -> str:
    """The line that names a call in a list."""
    card = read_card(call)
    return card.title if card else gettext("Use “%(tool)s”") % {"tool": show_text(call.tool)}


def summary_of(run: AgentRun, calls: Iterable[ToolCall]) -> str:
    """What was found and done in a run that was handed over, and what was not: as it was written down, or the same
    said again from its calls where the reader's language is another.
    """
    if not run.handoff_summary or not is_foreign():
        return show_text(run.handoff_summary)
    told = [(CallStatus(call.status).took_effect, call) for call in calls if not call.hands_off]
    done = [_line_of(call, done=True) for happened, call in told if happened]
    missing = [_why_missing(call) for happened, call in told if not happened]
    lines = [gettext("Found and done:"), *done] if done else [gettext("Nothing was looked up or done yet.")]
    return "\n".join([*lines, *([gettext("Not done:"), *missing] if missing else [])])


def _line_of(call: ToolCall, *, done: bool) -> str:
    card = read_card(call)
    words = (card.done if done else card.doing) if card else ""
    return f"- {words or title_of(call)}"


def _why_missing(call: ToolCall) -> str:
    doubtful = CallStatus(call.status) in DOUBTFUL
    why = gettext("Nobody knows whether this happened.") if doubtful else tell_message(call.result)
    return f"{_line_of(call, done=False)}: {why}" if why else _line_of(call, done=False)


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
            gettext("Type the year of birth to confirm"),
            gettext("Type the year of birth."),
            gettext("Take it from the patient line above."),
            year[1],
            True,
        )
    return ReEntry(gettext("Type YES to confirm"), gettext("Type YES."), gettext("In capital letters."), "YES", False)


def name_patient(*, given: str, surname: str, number: str) -> str:
    """A patient as the access log names them: "Ana Gomez, 4821 077"."""
    return f"{given} {surname}, {number}".removesuffix(", ")[:200]


def name_patients(runs: Sequence[int]) -> list[str]:
    """Everybody who stands on a card of these runs, each once."""
    found: set[str] = set()
    for at in range(0, len(runs), AT_ONCE):
        calls = ToolCall.objects.filter(run__in=runs[at : at + AT_ONCE], card__subject__surname__isnull=False)
        names = calls.order_by().values_list(*(f"card__subject__{part}" for part in ("given", "surname", "number")))
        found |= {
            name_patient(given=given or "", surname=surname, number=number or "")
            for given, surname, number in names.distinct()
        }
    return sorted(found)


def is_plain(call: ToolCall) -> bool:
    """Whether a yes takes one press and can be taken back: easy to undo, of a known patient, nothing to tick or type,
    nobody else to ask.
    """
    card = read_card(call)
    if card is None or card.subject is None or not card.approvable or ticks_of(card):
        return False
    return read_tier(call.tier) is ActionTier.SAFE and call.confirmers < 2


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
    return Subject(surname=surname, given=given, born=tell(say_date(born)), number="", mobile=mobile)


def age_of(subject: Subject, today: date) -> int | None:
    """Age in full years, None where the date of birth is not written as "14 May 1987", or so in another language."""
    months = {str(name).casefold(): number for number, name in MONTHS.items()}
    words = subject.born.split()
    month = next((months[word.casefold()] for word in words if word.casefold() in months), 0)
    try:
        born = date(int(words[-1]), month, int(words[0]))
    except (ValueError, IndexError):
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
