"""Who has what in hand, and what was left with a note."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Q

from agentops.domain.visible_text import show_text
from supervision.cards import title_of
from supervision.models import Claim
from supervision.wording import say_when, shorten


@dataclass(frozen=True, slots=True)
class Held:
    """Who has this: `mine` where it is the reader, `left` the last note that somebody left with it."""

    who: str
    mine: bool
    kept: bool
    since: str
    due: str
    left: str
    left_by: str


@dataclass(frozen=True, slots=True)
class WorkInHand:
    """One thing that a person has: what kind, which, and what it is called."""

    kind: str
    id: int
    title: str


def read_held(kind: str, work_id: int, *, user: User, now: datetime) -> Held:
    """Who has it now, and the last note that was left with it."""
    told = list(Claim.objects.of(kind, work_id).filter(~Q(note="") | Q(released_at=None)).order_by("-taken_at")[:20])
    claim = next((one for one in told if one.is_alive(now)), None)
    left = next((one for one in told if one.note), None)
    return Held(
        who=show_text(claim.who) if claim else "",
        mine=bool(claim and claim.user_id == user.pk),
        kept=bool(claim and claim.kept),
        since=say_when(claim.taken_at, now=now) if claim else "",
        due=say_when(claim.due_at, now=now) if claim and claim.due_at else "",
        left=show_text(left.note) if left else "",
        left_by=f"{show_text(left.who)}, {say_when(left.released_at or left.taken_at, now=now)}" if left else "",
    )


def holders(*, now: datetime) -> dict[str, Claim]:
    """Every live claim, by the key of its row."""
    alive = Claim.objects.alive(now).select_related("call").defer("call__result").order_by("pk")
    return {f"{one.kind}-{one.work_id}": one for one in alive}


def works_of(user: User) -> list[WorkInHand]:
    """What this person has and is still to be done."""
    return [
        WorkInHand(one.kind, one.work_id, _title(one))
        for one in Claim.objects.kept_by(user).select_related("call", "run")
    ]


def _title(claim: Claim) -> str:
    if claim.call:
        return title_of(claim.call)
    return shorten(claim.run.request if claim.run else "", 90)
