"""What managers and admins let the assistant spend."""

from django.contrib.auth.models import User

from agentops import control
from agentops.control import BadRequest
from supervision.actions.outcomes import Refused
from supervision.phrases import tell
from supervision.roles import Permission, display_name, require


def set_budget(*, user: User, scope: str, period: str, limit_nano: int | None) -> bool | Refused:
    """Set, change or lift (None) a budget; False where nothing changed. The machine records who and when."""
    require(user, Permission.SET_BUDGETS)
    try:
        return control.set_budget(scope=scope, period=period, limit_nano=limit_nano, by=display_name(user))
    except BadRequest as refusal:
        return Refused(refusal.code, tell(refusal.message), "limit")
