"""Whoever opens a waiting request has it looked at once more, as the calendar and the record stand now."""

from django.contrib.auth.models import User

from agentops import control
from supervision.roles import Permission, display_name, require


def look_again(*, user: User, call_id: int) -> None:
    """Ask for a fresh look, unless there just was one; the page says what came of it when it is read again."""
    require(user, Permission.SEE_QUEUE)
    control.look_again(call_id=call_id, by=display_name(user))
