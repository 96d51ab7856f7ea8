"""Taking a yes back while it is held, letting it go at once, and giving a waiting request more time."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from agentops import control
from agentops.audit import append_entry
from supervision.actions.answers import record_decision
from supervision.actions.outcomes import Answered, Refused, refuse_unsettled
from supervision.roles import Permission, display_name, require

NOT_UNDONE = gettext_noop("It was not taken back")
NOT_HURRIED = gettext_noop("It was not done sooner")
NOT_EXTENDED = gettext_noop("No time was added")


def undo_approval(*, user: User, call_id: int, version: int, digest: str) -> Answered | Refused:
    """Take a held yes back, one's own or a colleague's: nothing was done, and the request waits again."""
    role = require(user, Permission.DECIDE)
    with transaction.atomic():
        undone = control.undo_approval(call_id=call_id, version=version, digest=digest)
        if isinstance(undone, control.Unsettled):
            return refuse_unsettled(undone, call_id=call_id, heading=gettext(NOT_UNDONE))
        record_decision(user, role=role, call_id=call_id, verdict="undone", version=version, digest=digest)
    return Answered(undone.at)


def end_hold(*, user: User, call_id: int, version: int, digest: str) -> Answered | Refused:
    """Do it now, for a caller who holds the line."""
    role = require(user, Permission.DECIDE)
    with transaction.atomic():
        ended = control.end_hold(call_id=call_id, version=version, digest=digest)
        if isinstance(ended, control.Unsettled):
            return refuse_unsettled(ended, call_id=call_id, heading=gettext(NOT_HURRIED))
        facts = {"role": str(role), "version": version, "digest": digest}
        append_entry(who=display_name(user), what="call.hold_ended", subject=f"call {call_id}", facts=facts)
    return Answered(ended.at)


def extend_call(*, user: User, call_id: int, version: int, digest: str, seen_until: str) -> Answered | Refused:
    """Give a waiting request ten minutes more than this person saw it had."""
    role = require(user, Permission.DECIDE)
    with transaction.atomic():
        extended = control.extend_call(call_id=call_id, version=version, digest=digest, seen_until=seen_until)
        if isinstance(extended, control.Unsettled):
            return refuse_unsettled(extended, call_id=call_id, heading=gettext(NOT_EXTENDED))
        facts = {"role": str(role), "version": version, "until": extended.expires_at.isoformat()}
        append_entry(who=display_name(user), what="call.extended", subject=f"call {call_id}", facts=facts)
    return Answered(extended.expires_at)
