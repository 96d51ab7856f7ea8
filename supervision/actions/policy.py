"""What admins decide about tools and types of task. The machine records each change; what gives more room waits."""

from django.contrib.auth.models import User
from django.db import transaction

from agentops import control
from agentops.control import BadRequest
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.policy.task_settings import TaskSetting
from agentops.models import PolicyChange
from supervision.actions.outcomes import Refused
from supervision.roles import Permission, display_name, require
from supervision.second_admin import why_not_second

Outcome = control.Changed | control.Proposed | control.Conflict | Refused


def change_policy(
    *, user: User, kind: str, subject: str, after: ToolSetting | TaskSetting, version: int, reason: str
) -> Outcome:
    """Save the setting of a tool ("tool") or a type of task ("task_type"), or propose it to a second admin."""
    require(user, Permission.SET_TIERS)
    try:
        return control.change_policy(
            kind=kind,
            subject=subject,
            after=after,
            version=version,
            reason=reason,
            by=display_name(user),
            account=user.pk,
        )
    except BadRequest as refusal:
        return Refused(refusal.code, refusal.message, refusal.field)


def return_policy(
    *, user: User, kind: str, subject: str, to_version: int, version: int, reason: str
) -> Outcome:
    """Bring an earlier version back, or propose it to a second admin."""
    require(user, Permission.SET_TIERS)
    try:
        return control.return_policy(
            kind=kind,
            subject=subject,
            to_version=to_version,
            version=version,
            reason=reason,
            by=display_name(user),
            account=user.pk,
        )
    except BadRequest as refusal:
        return Refused(refusal.code, refusal.message, refusal.field)


def confirm_change(*, user: User, change_id: int) -> Outcome:
    """The second admin's yes to a change that gives more room; not of one whom the first could have made up."""
    require(user, Permission.SET_TIERS)
    try:
        return _confirm(user=user, change_id=change_id)
    except BadRequest as refusal:
        return Refused(refusal.code, refusal.message, refusal.field)


@transaction.atomic
def _confirm(*, user: User, change_id: int) -> Outcome:
    change = PolicyChange.objects.filter(pk=change_id, state="waiting").first()
    why_not = why_not_second(user=user, change=change) if change and change.account != user.pk else ""
    if why_not:
        return Refused("not_second", why_not)
    return control.confirm_change(change_id=change_id, by=display_name(user), account=user.pk)


def decline_change(*, user: User, change_id: int) -> Refused | None:
    """Say no to a change that waits, or take back one's own."""
    require(user, Permission.SET_TIERS)
    try:
        control.decline_change(change_id=change_id, by=display_name(user), account=user.pk)
    except BadRequest as refusal:
        return Refused(refusal.code, refusal.message, refusal.field)
    return None
