"""What a button comes to: it counted, or why not in a sentence for staff."""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Subquery
from django.utils.translation import gettext

from agentops import control
from agentops.domain.visible_text import show_text
from agentops.models import ToolCall, ToolPolicy
from supervision.models import Decision
from supervision.phrases import tell
from supervision.roles import Role, find_why_not_answer
from supervision.wording import say_time

MAX_NOTE = 2_000
_WAITS_AGAIN = {"taken_back", "card_changed"}


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer was used."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer was not used; `message` says why in a sentence for staff, `field` names what to mend in the form.

    `heading` says what was not done, where it is not an answer that was not used. `wrong` says of each field of a
    longer form what is wrong with it.
    """

    code: str
    message: str
    field: str = ""
    heading: str = ""
    wrong: dict[str, str] = dataclass_field(default_factory=dict)


def refuse_unsettled(settled: control.Unsettled, *, call_id: int, heading: str = "") -> Refused:
    """The machine's refusal for a page whose own heading says that the answer was not used.

    That a yes was taken back meanwhile, and by whom, the decisions tell better than the machine.
    """
    last = Decision.objects.filter(call=call_id).order_by("-pk").first() if settled.code in _WAITS_AGAIN else None
    if last and last.verdict == "undone":
        told = gettext("%(who)s took it back at %(at)s, and it is waiting again.") % {
            "who": show_text(last.who),
            "at": say_time(last.decided_at),
        }
        return Refused("taken_back", told, heading=heading)
    return Refused(settled.code, tell(settled.message), heading=heading)


def refuse_answerer(user: User, *, role: Role, call_id: int) -> Refused | None:
    """Why this person may not answer this request, by its tool's policy as it stands; None where they may.

    Call it under the lock of the call's run: a policy that was made stricter before is seen, and one that is made
    stricter afterwards withdraws the answer.
    """
    tool = ToolCall.objects.filter(pk=call_id).values("tool")[:1]
    policy = ToolPolicy.objects.filter(tool=Subquery(tool)).first()
    told = find_why_not_answer(user, role=role, policy=policy)
    return Refused("not_yours", told) if told else None


def refuse_long_note(note: str) -> Refused | None:
    """Why this note cannot be kept; None where it can."""
    if len(note) <= MAX_NOTE:
        return None
    return Refused(
        "note_too_long",
        gettext("The note is too long: %(note)s of %(limit)s characters.")
        % {"note": format(len(note), ","), "limit": format(MAX_NOTE, ",")},
        "note",
    )
