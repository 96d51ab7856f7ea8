"""The tier of every tool, and the form that sets it."""

import re

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from agentops.domain.tiers import ActionTier
from agentops.models import ToolPolicy
from supervision import actions
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, form_of, render_part
from supervision.wording import count, say_when

_FIRST_SENTENCE = re.compile(r"(?<=[.!?])\s")
MEANING = {
    ActionTier.READ: "Runs at once. Changes nothing.",
    ActionTier.SAFE: "Runs at once. Can be taken back.",
    ActionTier.RISKY: "Waits for a person’s yes.",
    ActionTier.DESTRUCTIVE: "Waits for a yes with the year of birth typed.",
}


@require_safe
@allowed(Permission.SET_TIERS)
def list_tools(request: DeskRequest) -> HttpResponseBase:
    """Every tool with its level and its switch."""
    return _list(request, refused=None)


@form_of("tools")
@allowed(Permission.SET_TIERS)
def save_tool(request: DeskRequest) -> HttpResponseBase:
    """Set one tool's level and switch."""
    post = request.POST
    tool, version = post.get("tool", ""), post.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise BadRequest("The form is incomplete: version is missing.")
    changed = actions.set_tool_tier(
        user=request.user,
        tool=tool,
        tier=post.get("tier", ""),
        enabled="enabled" in post,
        version=int(version),
        confirmers={"1": 1, "2": 2}.get(post.get("confirmers", "")),
        one_on_duty="one_on_duty" in post if "confirmers" in post else None,
    )
    if isinstance(changed, actions.Refused):
        return _list(request, refused=changed, tool=tool)
    withdrawn = f" {count(changed, 'waiting request')} withdrawn." if changed else ""
    messages.success(request, f"Saved: {tool}.{withdrawn}")
    return redirect("tools")


def _list(request: DeskRequest, *, refused: actions.Refused | None, tool: str = "") -> HttpResponse:
    now = timezone.now()
    rows = [
        {
            "policy": policy,
            "label": policy.label or policy.tool,
            "about": _FIRST_SENTENCE.split(policy.description, maxsplit=1)[0],
            "unclassified": not policy.tier,
            "effective": policy.effective,
            "choices": [
                {
                    "tier": tier,
                    "meaning": MEANING[tier],
                    "chosen": tier.value == policy.tier,
                    "below": bool(policy.floor) and tier.rank < ActionTier(policy.floor).rank,
                }
                for tier in ActionTier
            ],
            "floor": ActionTier(policy.floor).words if policy.floor else "",
            "changed": say_when(policy.changed_at, now=now),
            "refused": refused if policy.tool == tool else None,
        }
        for policy in ToolPolicy.objects.order_by("label", "tool")
    ]
    known = any(row["refused"] for row in rows)
    context = {"tools": rows, "refused": None if known else refused}
    status = 200 if refused is None else 409 if refused.code == "conflict" else 400
    return render_part(request, "tools.html", {}, context, status=status)
