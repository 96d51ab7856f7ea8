"""Whether two admins are two: an account that the hand behind the first could hold is no second (decision 12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from agentops.models import AuditEntry, PolicyChange
from supervision.roles import Role, display_name

WITHIN = timedelta(days=30)
"""So long the hand that opened an account, or the way into it, counts as one that may hold it."""

_AFTER = {
    "person.added": gettext_noop(
        "This admin account was made by %(name)s after this was proposed, so it cannot be the second."
    ),
    "person.changed": gettext_noop(
        "This admin account got its role from %(name)s after this was proposed, so it cannot be the second."
    ),
}
_WITHIN = {
    "person.added": gettext_noop(
        "This admin account was made by %(name)s within the last 30 days, so it cannot be the second."
    ),
    "person.changed": gettext_noop(
        "This admin account got its role from %(name)s within the last 30 days, so it cannot be the second."
    ),
    "person.activated": gettext_noop(
        "This admin account was let in again by %(name)s within the last 30 days, so it cannot be the second."
    ),
    "person.link_made": gettext_noop(
        "This admin account got a password link from %(name)s within the last 30 days, so it cannot be the second."
    ),
}


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
        if hand.what in _AFTER:
            return gettext(_AFTER[hand.what]) % {"name": hand.name}
    if user.date_joined > change.at:
        return gettext("This admin account was made after this was proposed, so it cannot be the second.")
    proposer = User.objects.filter(pk=change.account or 0).first()
    if proposer is None or proposer.pk == user.pk:
        return ""
    return _why_one_hand(hands, user=user, proposer=proposer)


def _why_one_hand(hands: list[Hand], *, user: User, proposer: User) -> str:
    mine, theirs = _subject(user.username), _subject(proposer.username)
    for hand in hands:
        if (hand.account, hand.by) == (mine, theirs):
            return gettext(_WITHIN[hand.what]) % {"name": hand.name}
    if _holders(hands, mine).isdisjoint(_holders(hands, theirs)):
        return ""
    told = gettext(
        "This admin account and that of %(name)s may be in one hand, so it cannot be the second. Within the last 30 "
        "days one of them, or one admin for both, made the account or gave it its role or a password link."
    )
    return told % {"name": display_name(proposer)}


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
    """What admins did to accounts since then, by the sealed record. Another name or team makes no admin."""
    entries = AuditEntry.objects.filter(what__in=_WITHIN, at__gte=since).order_by("-seq")
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
