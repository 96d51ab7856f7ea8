"""What admins decide about tools."""

from django.contrib.auth.models import User
from django.db import transaction

from agentops import control
from agentops.audit import append_entry
from agentops.control import BadRequest
from supervision.actions.outcomes import Refused
from supervision.roles import Permission, display_name, require


def set_tool_tier(
    *,
    user: User,
    tool: str,
    tier: str,
    enabled: bool,
    version: int,
    confirmers: int | None = None,
    one_on_duty: bool | None = None,
) -> int | Refused:
    """Classify a tool, and say how many people confirm it; how many waiting requests this withdrew, or why it was not
    done.
    """
    require(user, Permission.SET_TIERS)
    who = display_name(user)
    try:
        with transaction.atomic():
            changed = control.set_tool_tier(
                tool=tool,
                tier=tier,
                enabled=enabled,
                version=version,
                by=who,
                confirmers=confirmers,
                one_on_duty=one_on_duty,
            )
            if isinstance(changed, control.Conflict):
                return Refused("conflict", changed.message)
            facts = {"tier": tier, "enabled": enabled, "withdrawn": changed.invalidated}
            facts |= {} if confirmers is None else {"confirmers": confirmers, "one_on_duty": bool(one_on_duty)}
            append_entry(who=who, what="tool.changed", subject=tool[:80], facts=facts)
    except BadRequest as refusal:
        return Refused(refusal.code, refusal.message, "tier")
    return changed.invalidated
