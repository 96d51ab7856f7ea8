"""One press for several requests of one kind that are easy to undo. Each is decided as if it stood alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext

from agentops.domain.lifecycle import CallStatus
from agentops.domain.tiers import ActionTier
from agentops.domain.visible_text import show_text
from agentops.models import ToolCall
from supervision.actions.answers import approve_call
from supervision.actions.outcomes import Answered, Refused
from supervision.cards import MOST_TOGETHER, is_plain
from supervision.models import Claim
from supervision.roles import Permission, require


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it was read: nothing else of it is said yes to."""

    call_id: int
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the press came to for one of the requests."""

    call_id: int
    outcome: Answered | Refused


def approve_together(*, user: User, seen: Sequence[Seen]) -> list[Told] | Refused:
    """Say yes to each of up to five requests of one tool, all easy to undo; what became of each, in their order.

    Each has its own transaction, hold, decision and entry in the record: one that somebody else decided meanwhile
    leaves the others as they are. Where they may not be answered together at all, none is.
    """
    require(user, Permission.DECIDE)
    calls = {call.pk: call for call in ToolCall.objects.filter(pk__in=[one.call_id for one in seen])}
    if refused := _refuse_all(seen, list(calls.values())):
        return refused
    return [Told(one.call_id, _approve_one(user, one, calls[one.call_id])) for one in seen]


def _refuse_all(seen: Sequence[Seen], calls: list[ToolCall]) -> Refused | None:
    if not seen:
        return Refused("nothing_ticked", gettext("Tick what you say yes to."), "seen")
    if len(seen) > MOST_TOGETHER:
        many = gettext("At most %(most)s requests can be answered together.") % {"most": MOST_TOGETHER}
        return Refused("too_many", many, "seen")
    if len({one.call_id for one in seen}) < len(seen) or len(calls) < len(seen):
        return Refused("not_together", gettext("This form did not come from this page. Read the requests again."))
    if any(call.tier != ActionTier.SAFE for call in calls) or len({call.tool for call in calls}) > 1:
        unlike = gettext("Only requests of one kind that are easy to undo can be answered together.")
        return Refused("not_together", unlike)
    return None


def _approve_one(user: User, seen: Seen, call: ToolCall) -> Answered | Refused:
    """The yes that a press on the request's own page would be, where nothing is to be checked and nobody has it."""
    alone = gettext("It has to be read and answered by itself.")
    as_read = (call.version, call.digest) == (seen.version, seen.digest)
    if as_read and not is_plain(call):
        return Refused("not_together", alone)
    claim = Claim.objects.of_others(user, now=timezone.now()).filter(call=seen.call_id).first()
    if claim and call.status == CallStatus.AWAITING:
        return Refused("taken", gettext("%(who)s has this.") % {"who": show_text(claim.who)} + f" {alone}")
    return approve_call(
        user=user,
        call_id=seen.call_id,
        version=seen.version,
        digest=seen.digest,
        shown="",
        ticked=frozenset(),
        typed="",
    )
