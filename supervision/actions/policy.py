"""What admins decide about tools."""

from django.contrib.auth.models import User
from django.db import transaction

from agentops import control
from agentops.audit import append_entry
from agentops.control import BadRequest
from supervision.actions.outcomes import Refused
from supervision.roles import Permission, display_name, require


def set_tool_tier(*, user: User, tool: str, tier: str, enabled: bool, version: int) -> int | Refused:
    """Classify a tool; how many waiting requests this withdrew, or why it was not done."""
    require(user, Permission.SET_TIERS)
    who = display_name(user)
    try:
        with transaction.atomic():
            changed = control.set_tool_tier(tool=tool, tier=tier, enabled=enabled, version=version, by=who)
            if isinstance(changed, control.Conflict):
                return Refused("conflict", changed.message)
            facts = {"tier": tier, "enabled": enabled, "withdrawn": changed.invalidated}
            append_entry(who=who, what="tool.changed", subject=tool[:80], facts=facts)
    except BadRequest as refusal:
        return Refused(refusal.code, refusal.message, "tier")
    return changed.invalidated
