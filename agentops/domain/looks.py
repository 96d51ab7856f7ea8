"""What a fresh look at a waiting call found, told against the card that people have been reading."""

from datetime import datetime, timedelta
from typing import Any

from agentops.domain.cards import Card, Change, Check, Renewal
from agentops.domain.phrases import join_phrases, say

LOOK_EVERY = timedelta(seconds=10)
"""However many have it open and however often they read it, a call is looked at no more often than this."""

_NOTHING = say("None")
_NOT_DECIDED_BY = {"checked_at", "said_spans", "renewal"}
"""What may differ although nothing that a person decides by does: when it was looked at, and which words are marked."""


def is_old(checked_at: datetime | None, *, now: datetime) -> bool:
    """Whether a card was made so long ago that a fresh look is due. What was never checked is not checked again."""
    return checked_at is not None and now - checked_at > LOOK_EVERY


def renew_card(before: Card, after: Card, *, at: datetime) -> Card:
    """The card of a fresh look. What people put on the old one stays, and a reason for two people is never lost.

    Its `renewal` is new where something differs that a person decides by.
    """
    after = after.model_copy(
        update={
            "changeable": before.changeable,
            "edit": before.edit,
            "two_people": list(dict.fromkeys([*before.two_people, *after.two_people])),
            "renewal": before.renewal,
            "why": before.why,
        }
    )
    if _decisive(before) == _decisive(after):
        return after
    return after.model_copy(update={"renewal": Renewal(at=at, shown=_differences(before, after))})


def gone_card(before: Card, *, at: datetime, told: str) -> Card:
    """The card of a call that a fresh look withdrew, with why in a sentence for staff."""
    checks = [Check(label=told, ok=False)]
    return before.model_copy(update={"renewal": Renewal(at=at, gone=told), "checks": checks, "checked_at": at})


def _decisive(card: Card) -> dict[str, Any]:
    """Everything of a card that a person decides by; how a check was made is no part of it."""
    stored = card.model_dump(mode="json", exclude=_NOT_DECIDED_BY)
    stored["checks"] = [(check.label, check.ok) for check in card.checks]
    return stored


def _differences(before: Card, after: Card) -> list[Change]:
    """The lines in which the two differ: what would change, who it is about, and what the checks found."""
    was, now = _lines(before, beside=after), _lines(after, beside=before)
    messages = {change.label for change in (*before.changes, *after.changes) if change.is_message}
    return [
        Change(
            label=label,
            now=was.get(label, _NOTHING),
            then=now.get(label, _NOTHING),
            is_message=label in messages,
        )
        for label in dict.fromkeys([*was, *now])
        if was.get(label) != now.get(label)
    ]


def _lines(card: Card, *, beside: Card) -> dict[str, str]:
    others = {check.label for check in beside.checks}
    lines: dict[str, str] = {say("Question"): card.question}
    if subject := card.subject:
        lines[say("Patient")] = say(
            "%(given)s %(surname)s, born %(born)s, no. %(number)s",
            given=subject.given,
            surname=subject.surname,
            born=subject.born,
            number=subject.number,
        )
        lines[say("Mobile")] = subject.mobile or _NOTHING
    lines |= {say("%(label)s now", label=change.label): change.now for change in card.changes}
    lines |= {change.label: change.then for change in card.changes}
    checked = [check.label for check in card.checks if check.label not in others]
    lines[say("Checked")] = join_phrases(checked, between="; ") or _NOTHING
    lines[say("Does not match")] = join_phrases([one.text for one in card.mismatches], between="; ") or _NOTHING
    lines[say("Two people")] = join_phrases(card.two_people) or _NOTHING
    return lines
