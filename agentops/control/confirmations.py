"""Two people for one call: each decides without seeing what the other said, and nobody is both."""

from dataclasses import dataclass

from django.db.models.functions import Now

from agentops.control.outcomes import Settled, Unsettled
from agentops.domain.lifecycle import CallStatus
from agentops.domain.phrases import say
from agentops.models import AgentRun, Confirmation, ToolCall, ToolPolicy
from agentops.models.rows import CallRow, RunRow


@dataclass(frozen=True, slots=True)
class Second:
    """The yes that was missing: who said the other one, or why one person is enough this time."""

    seconded_by: str = ""
    seconder: int | None = None
    alone_because: str = ""


def confirm_call(
    call: CallRow, *, run: RunRow, version: int, digest: str, by: str, person: str, alone_because: str
) -> Second | Settled | Unsettled | None:
    """One yes to a call that needs two, whose run is locked. `Settled` is the first one: the call goes on waiting.

    `person` is the account behind the name. Whoever the run acts for cannot say yes, nor anybody twice. None where
    this is not the call as it stands, or its time is up.
    """
    seen = {"version": version, "digest": digest}
    if not ToolCall.objects.filter(pk=call.pk, status=CallStatus.AWAITING, expires_at__gt=Now(), **seen).exists():
        return None
    if alone_because:
        return _decide_alone(call, because=alone_because)
    if _acts_for(run, person=person, by=by):
        return Unsettled(
            "own_request", say("You took this request, so two others have to say yes. You can still say no.")
        )
    said = Confirmation.objects.filter(call=call.pk, **seen)
    if said.filter(person=person).exists():
        return Unsettled(
            "said_already", say("You said yes already. Somebody else has to say yes too before it is done.")
        )
    first = said.first()
    if first:
        return Second(seconded_by=first.who, seconder=int(first.person) if first.person.isdecimal() else None)
    Confirmation.objects.create(call_id=call.pk, person=person, who=by, at=run.now, **seen)
    return Settled(call.pk, CallStatus.AWAITING, run.now)


def _acts_for(run: RunRow, *, person: str, by: str) -> bool:
    """Whether this is whoever the run acts for: by their account; by name where the run knows no account."""
    asker, asked_by = AgentRun.objects.values_list("asker", "asked_by").get(pk=run.pk)
    return by == asked_by if asker is None else person == str(asker)


def _decide_alone(call: CallRow, *, because: str) -> Second | Unsettled:
    """The declared way out for a desk with one person on duty, where the tool's policy allows it."""
    if not ToolPolicy.objects.filter(tool=call.tool, one_on_duty=True).exists():
        return Unsettled(
            "not_alone", say("This always needs two people, also when one is alone on duty. Nothing was done.")
        )
    return Second(alone_because=because)
