"""The tools: a table of all, one with its form, rules and versions, and the page that checks a change first."""

import re
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agentops.domain.policy.changes import Difference, compare_tools
from agentops.domain.policy.rules import Confirmation
from agentops.domain.policy.settings import Answerers, Expiry, ToolSetting
from agentops.domain.tiers import ActionTier
from agentops.models import PolicyChange, ToolPolicy
from supervision import actions
from supervision.metrics.statistics import wilson
from supervision.phrases import named
from supervision.policy.answering import list_team_choices
from supervision.policy.figures import FIGURES, figures_by_tool
from supervision.policy.form import Draft, draft_of, read_draft
from supervision.policy.rule_rows import NEW, OUTCOMES, empty_row, looks_of
from supervision.policy.suggestions import list_suggestions
from supervision.policy.versions import first_version, list_versions, list_waiting, setting_at
from supervision.policy.would_have import read_would_have
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, form_of, render_part
from supervision.views.policy_changes import Pages, check_known, frame_check, save_checked
from supervision.views.sent import read_number, read_setting

_FIRST_SENTENCE = re.compile(r"(?<=[.!?])\s")


@require_safe
@allowed(Permission.SET_TIERS)
def list_tools(request: DeskRequest) -> HttpResponseBase:
    """Every tool in one table: what it may do, who confirms, what became of its calls."""
    now = timezone.now()
    figures, none = figures_by_tool(now=now), dict.fromkeys(FIGURES, 0)
    rows = [
        {
            "policy": policy,
            "label": named(policy.label or policy.tool),
            "confirms": policy.setting.confirmation_for(policy.lowest),
            "hold": policy.setting.hold_for(policy.lowest),
            "figures": figures.get(policy.tool, none),
        }
        for policy in ToolPolicy.objects.order_by("label", "tool")
    ]
    waiting = PolicyChange.objects.filter(state="waiting").count()
    suggestions = list_suggestions(now=now, lower_bound=lambda hits, n: wilson(hits, n).low)
    context = {"tools": rows, "waiting": waiting, "suggestions": suggestions}
    return render_part(request, "tools.html", {}, context)


@require_safe
@allowed(Permission.SET_TIERS)
def show_tool(request: DeskRequest, tool_id: int) -> HttpResponseBase:
    """One tool: its form, its rules, its versions."""
    policy = get_object_or_404(ToolPolicy, pk=tool_id)
    return _show(request, policy, draft_of(policy.setting), version=policy.version)


@form_of("tool")
@allowed(Permission.SET_TIERS)
def check_tool(request: DeskRequest, tool_id: int) -> HttpResponseBase:
    """What a change would come to, before it counts: from the form, or from an earlier version."""
    policy = get_object_or_404(ToolPolicy, pk=tool_id)
    known = check_known(request, _pages(request, policy), of=ToolSetting, at=partial(setting_at, policy))
    if known:
        return known
    post, version = request.POST, read_number(request, "version")
    draft = read_draft(post.dict(), keys=[*post.getlist("rule"), NEW], teams=post.getlist("teams"), policy=policy)
    if draft.setting is None:
        return _show(request, policy, draft, version=version, status=400)
    return _check(request, policy, draft.setting, version=version)


@form_of("tool")
@allowed(Permission.SET_TIERS)
def save_tool(request: DeskRequest, tool_id: int) -> HttpResponseBase:
    """Save what was checked, or propose it to a second admin."""
    policy = get_object_or_404(ToolPolicy, pk=tool_id)
    return save_checked(
        request,
        _pages(request, policy),
        kind="tool",
        subject=policy.tool,
        setting=read_setting(request, ToolSetting),
        name=named(policy.label or policy.tool),
        back=("tool", tool_id),
    )


def _pages(request: DeskRequest, policy: ToolPolicy) -> Pages:
    return Pages(draft_of, partial(_show, request, policy), partial(_check, request, policy))


def _show(
    request: DeskRequest,
    policy: ToolPolicy,
    draft: Draft,
    *,
    version: int,
    theirs: tuple[Difference, ...] = (),
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    context = {
        "policy": policy,
        "label": named(policy.label or policy.tool),
        "about": named(_FIRST_SENTENCE.split(policy.description, maxsplit=1)[0]),
        "unclassified": not policy.tier,
        "draft": draft,
        "version": version,
        "theirs": theirs,
        "told": told,
        "tiers": [_tier_choice(tier, policy) for tier in ActionTier],
        "confirmations": list(Confirmation),
        "answerers": list(Answerers),
        "expiries": [_expiry_choice(one) for one in (Expiry.CALL_BACK, Expiry.GO_ON)],
        "teams": list_team_choices(draft.teams),
        "rows": [*draft.rows, *([] if any(row.key == NEW for row in draft.rows) else [empty_row()])],
        "looks": looks_of(policy),
        "outcomes": OUTCOMES,
        "usual_hold": policy.setting.model_copy(update={"hold_seconds": None}).hold_for(policy.lowest),
        "figures": figures_by_tool(now=now, tool=policy.tool).get(policy.tool, dict.fromkeys(FIGURES, 0)),
        "versions": list_versions(policy, now=now),
        "first": first_version(policy),
        "waiting": list_waiting(user=request.user, now=now, kind="tool", subject=policy.tool),
    }
    return render_part(request, "tool.html", {}, context, status=status)


def _tier_choice(tier: ActionTier, policy: ToolPolicy) -> dict[str, Any]:
    """One of the four levels with what follows from it, or why it cannot be chosen."""
    meaning = {
        ActionTier.READ: _("Runs at once. Changes nothing."),
        ActionTier.SAFE: _("Runs at once. Can be taken back."),
        ActionTier.RISKY: _("Waits for a person’s yes."),
        ActionTier.DESTRUCTIVE: _("Waits for a yes with the year of birth typed."),
    }[tier]
    closed = ""
    if policy.lowest and tier.rank < policy.lowest.rank:
        closed = _("Not open: its code says at least “%(level)s”.") % {"level": _(policy.lowest.words)}
    elif tier.needs_person and not policy.described and policy.tier != tier:
        closed = _("Add a plain description first: nobody could approve it.")
    return {"tier": tier, "meaning": meaning, "closed": closed}


def _expiry_choice(expiry: Expiry) -> dict[str, Any]:
    """What may follow where nobody answers, and what that means for those at the desk."""
    meaning = {
        Expiry.CALL_BACK: _("The caller is told so, and it stands under “Needs a person” until somebody called."),
        Expiry.GO_ON: _("It says what was not done. Nobody is asked to call; nothing stands under “Needs a person”."),
    }[expiry]
    return {"expiry": expiry, "meaning": meaning}


def _check(
    request: DeskRequest,
    policy: ToolPolicy,
    setting: ToolSetting,
    *,
    version: int,
    returns_to: int | None = None,
    refused: actions.Refused | None = None,
) -> HttpResponse:
    differences = compare_tools(policy.setting, setting, floor=policy.lowest)
    if not differences and refused is None:
        draft = draft_of(setting, errors={"form": _("Nothing is different from what is saved.")})
        return _show(request, policy, draft, version=version, status=400)
    frame = frame_check(request, setting, differences, version=version, returns_to=returns_to, refused=refused)
    context = {
        **frame,
        "policy": policy,
        "label": named(policy.label or policy.tool),
        "would": read_would_have(kind="tool", subject=policy.tool, after=setting, now=timezone.now()),
    }
    return render_part(request, "tool_check.html", {}, context, status=400 if refused else 200)
