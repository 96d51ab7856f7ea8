"""What admins decide of tools, types of task and models. The machine records each; what gives more room waits."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import transaction

from agentops import control
from agentops.control import BadRequest
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.policy.task_settings import RoutingSetting, TaskSetting
from agentops.models import PolicyChange
from supervision.actions.outcomes import Refused
from supervision.phrases import tell
from supervision.roles import Permission, display_name, require
from supervision.second_admin import why_not_second

PolicyOutcome = control.Changed | control.Proposed | control.Conflict | Refused
Setting = ToolSetting | TaskSetting | RoutingSetting
Told = TypeVar("Told")


def change_policy(*, user: User, kind: str, subject: str, after: Setting, version: int, reason: str) -> PolicyOutcome:
    """Save the setting of a tool ("tool"), a type of task ("task_type") or the models for all types ("routing"), or
    propose it to a second admin.
    """
    asked = {"kind": kind, "subject": subject, "after": after, "version": version, "reason": reason}
    return _ask(control.change_policy, user, **asked)


def return_policy(*, user: User, kind: str, subject: str, to_version: int, version: int, reason: str) -> PolicyOutcome:
    """Bring an earlier version back, or propose it to a second admin."""
    asked = {"kind": kind, "subject": subject, "to_version": to_version, "version": version, "reason": reason}
    return _ask(control.return_policy, user, **asked)


@transaction.atomic
def confirm_change(*, user: User, change_id: int) -> PolicyOutcome:
    """The second admin's yes to a change that gives more room; not of one whom the first could have made up."""
    require(user, Permission.SET_TIERS)
    change = PolicyChange.objects.filter(pk=change_id, state="waiting").first()
    why_not = why_not_second(user=user, change=change) if change and change.account != user.pk else ""
    return Refused("not_second", why_not) if why_not else _ask(control.confirm_change, user, change_id=change_id)


def decline_change(*, user: User, change_id: int) -> Refused | None:
    """Say no to a change that waits, or take back one's own."""
    return _ask(control.decline_change, user, change_id=change_id)


def _ask(verb: Callable[..., Told], user: User, **asked: Any) -> Told | Refused:
    """Ask the machine in this admin's name."""
    require(user, Permission.SET_TIERS)
    try:
        return verb(by=display_name(user), account=user.pk, **asked)
    except BadRequest as refusal:
        return Refused(refusal.code, tell(refusal.message), refusal.field)
