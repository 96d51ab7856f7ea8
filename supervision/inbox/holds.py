"""What is held: a yes that can still be taken back; and how much more time a waiting request may be given."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils.translation import gettext

from agentops.domain.holds import extend_until
from agentops.domain.lifecycle import CallStatus
from agentops.domain.visible_text import show_text
from agentops.models import ToolCall
from supervision.cards import read_card, title_of
from supervision.models import Decision
from supervision.wording import count

MOST_SHOWN = 20
OPEN = (CallStatus.ASKING, CallStatus.AWAITING, CallStatus.APPROVED, CallStatus.STARTED, CallStatus.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class Hold:
    """One yes that is held. `soon` goes on with the time that is left, in `seconds` and in words."""

    call_id: int
    version: int
    digest: str
    title: str
    who: str
    given: str
    soon: str
    seconds: int
    may_hurry: bool

    @property
    def key(self) -> str:
        """What the list calls it."""
        return f"call-{self.call_id}"

    @property
    def left(self) -> str:
        """ "24 seconds"."""
        return count(self.seconds, "second")


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept for a request while it is open, and another open request that asks for the same, if there is one."""

    words: str
    first: bool
    rival: int | None
    rival_title: str


@dataclass(frozen=True, slots=True)
class MoreTime:
    """What the form for more time posts: until when the request waits now, and how many minutes it would add."""

    seen_until: str
    minutes: int
    possible: bool


def is_on_hold(call: ToolCall, *, now: datetime) -> bool:
    """Whether its yes can still be taken back, as far as a page can tell: the database has the last word."""
    return call.status == CallStatus.APPROVED and call.held_until is not None and call.held_until > now


def read_hold(call: ToolCall, *, user: User, now: datetime) -> Hold | None:
    """The hold of one call; None where nothing is held."""
    if not is_on_hold(call, now=now) or call.held_until is None:
        return None
    card = read_card(call)
    return Hold(
        call_id=call.pk,
        version=call.version,
        digest=call.digest,
        title=title_of(call),
        who=gettext("You") if call.approver == user.pk else show_text(call.decided_by),
        given=card.subject.given if card and card.subject else "",
        soon=(card.soon if card else "") or gettext("This happens"),
        seconds=max(1, round((call.held_until - now).total_seconds())),
        may_hurry=call.run.conversation.on_the_line,
    )


def list_holds(*, user: User, now: datetime) -> list[Hold]:
    """Every yes that is held, whoever said it, the newest first."""
    held = ToolCall.objects.filter(status=CallStatus.APPROVED, held_until__gt=now)
    calls = held.select_related("run__conversation").defer("run__briefing").order_by("-decided_at", "-pk")[:MOST_SHOWN]
    return [hold for call in calls if (hold := read_hold(call, user=user, now=now))]


def read_keeping(call: ToolCall) -> Keeping | None:
    """What this call keeps for its caller; None where it keeps nothing or is over. Whoever asked first has it."""
    card = read_card(call)
    if not call.keeps or call.status not in OPEN or not card or not card.kept:
        return None
    others = ToolCall.objects.filter(keeps=call.keeps, status__in=OPEN).exclude(run=call.run_id)
    rival = others.order_by("pk").first()
    first = rival is None or call.pk < rival.pk
    return Keeping(card.kept, first, rival.pk if rival else None, title_of(rival) if rival else "")


def read_more_time(call: ToolCall, *, now: datetime) -> MoreTime | None:
    """The form for more time; None where the call does not wait."""
    if call.status != CallStatus.AWAITING or call.expires_at is None or call.expires_at <= now:
        return None
    card = read_card(call)
    until = extend_until(
        proposed_at=call.proposed_at,
        expires_at=call.expires_at,
        answer_minutes=call.run.task_type.answer_minutes,
        useful_until=card.useful_until if card else None,
    )
    minutes = math.ceil((until - call.expires_at) / timedelta(minutes=1)) if until else 0
    return MoreTime(call.expires_at.isoformat(), minutes, possible=until is not None)


def find_undone(call: ToolCall) -> Decision | None:
    """Who took the last yes to this call back, while it waits again; None where nobody did."""
    if call.status != CallStatus.AWAITING or call.version == 1:
        return None
    last = call.decisions.order_by("-pk").first()
    return last if last and last.verdict == "undone" else None
