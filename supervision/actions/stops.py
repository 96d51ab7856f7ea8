"""The emergency switch of the people in charge: everything, one type of task, one tool or one run."""

from django.contrib.auth.models import User

from agentops import control
from agentops.control import BadRequest
from supervision.actions.outcomes import Refused
from supervision.phrases import tell
from supervision.roles import Permission, display_name, require


def stop_work(*, user: User, scope: str, name: str, reason: str) -> control.Stopped | Refused:
    """Stop at once what the scope names. The machine records who, when and why; what has begun still ends."""
    require(user, Permission.STOP_WORK)
    try:
        return control.stop_work(scope=scope, name=name, reason=reason, by=display_name(user))
    except BadRequest as refusal:
        return Refused(refusal.code, tell(refusal.message), "reason")


def lift_stop(*, user: User, scope: str, name: str, reason: str) -> bool | Refused:
    """Let the work go on; False where nothing was stopped, or somebody else lifted it first."""
    require(user, Permission.STOP_WORK)
    try:
        return control.lift_stop(scope=scope, name=name, reason=reason, by=display_name(user))
    except BadRequest as refusal:
        return Refused(refusal.code, tell(refusal.message), "lift-reason")
