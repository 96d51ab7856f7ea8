"""Whether two admins are two: an account that the hand behind the first could hold is no second (decision 12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from agentops.models import AuditEntry, PolicyChange
from supervision.roles import Role, display_name

WITHIN = timedelta(days=30)
"""So long the hand that opened an account, or the way into it, counts as one that may hold it."""

_DEEDS = {
    "person.added": "was made by",
    "person.changed": "got its role from",
    "person.activated": "was let in again by",
    "person.link_made": "got a password link from",
}
_GIVES_ROLE = ("person.added", "person.changed")
NOT_SECOND = "so it cannot be the second."


@dataclass(frozen=True, slots=True)
class Hand:
    """One admin's hand in an account: who had it, in whose account, how and when."""

    by: str
    name: str
    account: str
    what: str
    at: datetime


def has_second_admin(user: User) -> bool:
    """Whether anybody else is an admin who may log in."""
    admins = User.objects.filter(is_active=True, groups__name=Role.ADMIN.value)
    return admins.exclude(pk=user.pk).exists()


def why_not_second(*, user: User, change: PolicyChange) -> str:
    """Why this admin may not confirm this change, in words; empty where they may.

    Whoever became an admin after the proposal may not, nor whose account is of one hand with that of the proposer.
    """
    hands = _read_hands(since=min(change.at, timezone.now() - WITHIN))
    late = [one for one in hands if one.account == _subject(user.username) and one.at > change.at]
    for hand in late:
        if hand.what in _GIVES_ROLE:
            return f"This admin account {_DEEDS[hand.what]} {hand.name} after this was proposed, {NOT_SECOND}"
    if user.date_joined > change.at:
        return f"This admin account was made after this was proposed, {NOT_SECOND}"
    proposer = User.objects.filter(pk=change.account or 0).first()
    if proposer is None or proposer.pk == user.pk:
        return ""
    return _why_one_hand(hands, user=user, proposer=proposer)


def _why_one_hand(hands: list[Hand], *, user: User, proposer: User) -> str:
    mine, theirs = _subject(user.username), _subject(proposer.username)
    for hand in hands:
        if (hand.account, hand.by) == (mine, theirs):
            return f"This admin account {_DEEDS[hand.what]} {hand.name} within the last 30 days, {NOT_SECOND}"
    if _holders(hands, mine).isdisjoint(_holders(hands, theirs)):
        return ""
    return (
        f"This admin account and that of {display_name(proposer)} may be in one hand: within the last 30 days one of "
        f"them, or one admin for both, made the account or gave it its role or a password link, {NOT_SECOND}"
    )


def _holders(hands: Iterable[Hand], account: str) -> set[str]:
    """The account, and all whose hand leads to it, be it through accounts that they opened."""
    found, rest = {account}, [account]
    while rest:
        last = rest.pop()
        makers = {hand.by for hand in hands if hand.account == last} - found
        found |= makers
        rest += makers
    return found


def _read_hands(*, since: datetime) -> list[Hand]:
    """What admins did to accounts since then, by the sealed record. Another name or team opens nothing."""
    entries = AuditEntry.objects.filter(what__in=_DEEDS, at__gte=since).order_by("-seq")
    known = {display_name(user): user.username for user in User.objects.all()}
    return [
        Hand(
            by=_subject(one.facts.get("by") or known.get(one.who, one.who)),
            name=one.who,
            account=one.subject,
            what=one.what,
            at=one.at,
        )
        for one in entries
        if one.what != "person.changed" or "role" in one.facts
    ]


def _subject(username: str) -> str:
    """An account as the record names it."""
    return f"person {username}"[:80]
