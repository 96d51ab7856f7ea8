"""Changing a request first: what could be chosen instead, and the change that a worker is to make."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction

from agentops import control
from agentops.audit import append_entry
from supervision.actions.outcomes import Refused, refuse_answerer, refuse_long_note, refuse_unsettled
from supervision.roles import Permission, display_name, require


def ask_for_choices(*, user: User, call_id: int, version: int, digest: str, values: Mapping[str, str]) -> int | Refused:
    """Ask what could be chosen, given what stands in the form; the id of the edit that a worker will answer."""
    role = require(user, Permission.DECIDE)
    if not_theirs := refuse_answerer(user, role=role, call_id=call_id):
        return not_theirs
    asked = control.ask_for_choices(
        call_id=call_id, version=version, digest=digest, values=values, by=display_name(user)
    )
    return refuse_unsettled(asked, call_id=call_id) if isinstance(asked, control.Unsettled) else asked.edit_id


def change_call(
    *, user: User, call_id: int, version: int, digest: str, values: Mapping[str, str], note: str
) -> int | Refused:
    """Send a change; the id of the edit that tells what came of it. Yes or no is said to the changed request later."""
    role = require(user, Permission.DECIDE)
    if not_theirs := refuse_answerer(user, role=role, call_id=call_id):
        return not_theirs
    if too_long := refuse_long_note(note):
        return too_long
    who = display_name(user)
    with transaction.atomic():
        asked = control.change_call(call_id=call_id, version=version, digest=digest, changes=values, by=who, note=note)
        if isinstance(asked, control.Unsettled):
            return refuse_unsettled(asked, call_id=call_id)
        facts = {"version": version, "digest": digest, "fields": sorted(values)}
        append_entry(who=who, what="call.change_sent", subject=f"call {call_id}", facts=facts)
    return asked.edit_id
