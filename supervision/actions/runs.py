"""Starting and ending one run."""

from django.contrib.auth.models import User
from django.db import transaction

from agentops import control
from agentops.audit import append_entry
from supervision.roles import Permission, display_name, require


def start_run(
    *,
    user: User,
    request: str,
    channel: str,
    on_the_line: bool,
    conversation_id: int | None = None,
    request_key: str | None = None,
) -> int:
    """Hand a caller's words to the assistant; the run's id. Raises BadRequest, in words for the form."""
    require(user, Permission.START_RUN)
    who = display_name(user)
    with transaction.atomic():
        started = control.start_run(
            request=request,
            channel=channel,
            on_the_line=on_the_line,
            asked_by=who,
            asker=user.pk,
            conversation_id=conversation_id,
            request_key=request_key,
        )
        if started.created:
            append_entry(who=who, what="run.started", subject=f"run {started.run_id}", facts={"channel": channel})
    return started.run_id


def cancel_run(*, user: User, run_id: int) -> bool:
    """End a run for good; False where it was over already."""
    require(user, Permission.STOP_RUN)
    who = display_name(user)
    with transaction.atomic():
        stopped = control.cancel_run(run_id=run_id, by=who)
        if stopped:
            append_entry(who=who, what="run.stopped", subject=f"run {run_id}", facts={})
    return stopped
