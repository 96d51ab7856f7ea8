"""Requests of one kind that one press may answer: what stands on their page, and what became of each."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from agentops.domain.cards import Card, Subject
from agentops.domain.lifecycle import CallStatus
from agentops.domain.visible_text import show_text
from agentops.models import ToolCall
from supervision.cards import MOST_TOGETHER, age_of, is_plain, read_card, title_of
from supervision.inbox.holds import Hold, read_hold
from supervision.inbox.notices import Notice, notice_of
from supervision.models import Claim
from supervision.wording import say_left_long

MOST_READ = 50
"""Of one kind that are looked through for five that can be answered together."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One request on the page: what a yes to it would do, for whom, and the version and bytes that the yes is to.

    A `twin` reads like another one on the page.
    """

    call: ToolCall
    card: Card
    age: int | None
    said: str
    left: str
    ticked: bool
    twin: bool

    @property
    def seen(self) -> str:
        """What the form says of it."""
        return f"{self.call.pk}.{self.call.version}.{self.call.digest}"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one of them. `refused` says why a yes to it was not used."""

    call: ToolCall
    title: str
    subject: Subject | None
    age: int | None
    refused: str
    hold: Hold | None
    notice: Notice | None


def find_alike(call: ToolCall, *, user: User, now: datetime) -> list[ToolCall]:
    """This request and up to four more of its kind that this person may say yes to with it, soonest first.

    None where it has to be read by itself, or where it is the only one.
    """
    open_now = ToolCall.objects.filter(status=CallStatus.AWAITING, expires_at__gt=now)
    if call.status != CallStatus.AWAITING or not is_plain(call):
        return []
    of_others = Claim.objects.of_others(user, now=now).values("call")
    kind = open_now.filter(tool=call.tool, tier=call.tier).exclude(pk__in=of_others).select_related("run")
    waiting = [one for one in kind.order_by("expires_at", "pk")[:MOST_READ] if is_plain(one)]
    first = [one for one in waiting if one.pk == call.pk] or list(kind.filter(pk=call.pk))
    others = [one for one in waiting if one.pk != call.pk][: MOST_TOGETHER - 1]
    return [*first, *others] if first and others else []


def read_effects(calls: Sequence[ToolCall], *, unticked: Collection[int] = (), now: datetime) -> list[Effect]:
    """What the page says of each of them."""
    today, times = timezone.localtime(now).date(), Counter(title_of(call) for call in calls)
    return [
        Effect(
            call=call,
            card=card,
            age=age_of(card.subject, today) if card.subject else None,
            said=show_text(call.run.request),
            left=say_left_long(call.expires_at, now=now),
            ticked=call.pk not in unticked,
            twin=times[card.title] > 1,
        )
        for call in calls
        if (card := read_card(call))
    ]


def read_told(calls: Sequence[ToolCall], *, refused: Mapping[int, str], user: User, now: datetime) -> list[Told]:
    """How each of them stands, with why a yes to it was not used."""
    return [_tell(call, refused.get(call.pk, ""), user=user, now=now) for call in calls]


def _tell(call: ToolCall, refused: str, *, user: User, now: datetime) -> Told:
    card = read_card(call)
    subject = card.subject if card else None
    hold = read_hold(call, user=user, now=now)
    return Told(
        call=call,
        title=card.question if card and card.question else title_of(call),
        subject=subject,
        age=age_of(subject, timezone.localtime(now).date()) if subject else None,
        refused=refused,
        hold=hold,
        notice=None if hold else notice_of(call, card, now=now),
    )


def find_calls(ids: Sequence[int]) -> list[ToolCall]:
    """These requests, in this order; those that do not exist are left out."""
    found = ToolCall.objects.select_related("run__conversation").in_bulk(ids)
    return [found[one] for one in ids if one in found]
