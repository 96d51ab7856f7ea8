"""Taking what the assistant could not finish off the desk."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from agentops import control
from agentops.audit import append_entry
from agentops.models import AgentRun
from supervision.actions.outcomes import Answered, Refused, refuse_long_note
from supervision.models import HandoffClosing
from supervision.roles import Permission, display_name, require


def close_handoff(*, user: User, run_id: int, note: str) -> Answered | Refused:
    """Take what the assistant could not finish off the desk, saying what was done about it. The first one counts."""
    require(user, Permission.CLOSE_HANDOFF)
    if not note.strip():
        return Refused("note_missing", gettext("Write what you did about it."), "note")
    if too_long := refuse_long_note(note):
        return too_long
    now, who = timezone.now(), display_name(user)
    with transaction.atomic():
        run = AgentRun.objects.select_for_update().filter(pk=run_id).exclude(handoff_reason="").first()
        if run is None:
            return Refused("not_found", gettext("There is nothing to close here."))
        closing, created = HandoffClosing.objects.get_or_create(
            run=run, defaults={"user": user, "who": who, "note": note, "closed_at": now}
        )
        if not created:
            return Refused("already_closed", gettext("%(who)s closed this before you.") % {"who": closing.who})
        append_entry(who=who, what="handoff.closed", subject=f"run {run_id}", facts={})
        control.note_handoff_closed(run_id=run_id)
    return Answered(now)
