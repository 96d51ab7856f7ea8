"""What somebody reads of a request that needs two: why, and their own part in it. Never what the other one said."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext

from agentops.domain.lifecycle import CallStatus
from agentops.domain.visible_text import show_text
from agentops.models import AgentRun, Confirmation, ToolCall, ToolPolicy
from supervision.cards import read_card
from supervision.roles import display_name
from supervision.wording import say_when


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """`mine` is when the reader said yes, `requester` whether the run acts for the reader; `said` is shown at the end.

    `may_be_alone` tells whether somebody alone on duty may answer, `alone_because` why somebody did.
    """

    reasons: list[str]
    waits: bool
    mine: str
    requester: bool
    may_be_alone: bool
    said: list[str]
    alone_because: str

    @property
    def offers_yes(self) -> bool:
        """Whether the reader's yes could count."""
        return self.may_be_alone or not (self.mine or self.requester)


def read_second_person(call: ToolCall, *, policy: ToolPolicy | None, user: User, now: datetime) -> SecondPerson | None:
    """Why this needs two people and what the reader has to do with it; None where one is enough.

    While it waits, only the reader's own yes is looked up: the second person decides without seeing the first.
    """
    if call.confirmers < 2:
        return None
    card, waits = read_card(call), call.status == CallStatus.AWAITING
    own = Confirmation.objects.filter(call=call, version=call.version, person=str(user.pk)).first()
    return SecondPerson(
        reasons=(card.two_people if card else []) or [gettext("This always needs two people.")],
        waits=waits,
        mine=say_when(own.at, now=now) if own else "",
        requester=_acts_for(call.run, user=user),
        may_be_alone=waits and policy is not None and policy.one_on_duty,
        said=[] if waits else _said(call, now=now),
        alone_because=show_text(call.alone_because),
    )


def _acts_for(run: AgentRun, *, user: User) -> bool:
    """Whether the run acts for the reader: by account; by name where the run knows no account."""
    if run.asker is not None:
        return run.asker == user.pk
    return bool(run.asked_by) and run.asked_by == display_name(user)


def _said(call: ToolCall, *, now: datetime) -> list[str]:
    """Everybody's yes, once it is decided or over."""
    first = Confirmation.objects.filter(call=call).order_by("-pk").first()
    said = (
        [gettext("%(who)s said yes at %(at)s.") % {"who": show_text(first.who), "at": say_when(first.at, now=now)}]
        if first
        else []
    )
    if call.decided_at and (call.seconded_by or call.alone_because):
        said.append(
            gettext("%(decided_by)s said yes at %(at)s.")
            % {"decided_by": show_text(call.decided_by), "at": say_when(call.decided_at, now=now)}
        )
    return said
