"""The caller's answer to what the assistant asks them first, as somebody at the desk writes it down."""

from django.contrib.auth.models import User
from django.db import transaction

from agentops import control
from agentops.audit import append_entry
from supervision.actions.outcomes import Answered, Refused, refuse_unsettled
from supervision.roles import Permission, display_name, require


def hear_caller(*, user: User, call_id: int, version: int, digest: str, words: str) -> Answered | Refused:
    """Send the caller's answer; a yes puts the request to staff, anything else goes back to the assistant."""
    role = require(user, Permission.START_RUN)
    who = display_name(user)
    with transaction.atomic():
        heard = control.hear_caller(call_id=call_id, version=version, digest=digest, words=words, by=who)
        if isinstance(heard, control.Unsettled):
            return refuse_unsettled(heard, call_id=call_id)
        facts = {"role": str(role), "version": version, "digest": digest, "came_to": heard.status.value}
        append_entry(who=who, what="call.caller_answered", subject=f"call {call_id}", facts=facts)
    return Answered(heard.at)
