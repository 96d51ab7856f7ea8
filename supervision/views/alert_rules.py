"""The rules of alerts and the channels they go to: forms that lose nothing when they are turned back."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agentops.domain.visible_text import show_text
from agentops.models import TaskType
from supervision import actions
from supervision.alert_rows import CHANNELS, NO_DATA
from supervision.alerts.kinds import KINDS, MEASURES
from supervision.alerts.preview import SHOWN, Preview, Reset, preview_rule
from supervision.alerts.states import State
from supervision.alerts.words import STATE_WORDS, mask_address, name_rule, name_scope, say_bounds
from supervision.models import AlertChannel, AlertRule
from supervision.phrases import named
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, form_of, render_part
from supervision.views.alerts import read_key
from supervision.views.rule_form import describe_fields, draft_rule, read_form, scopes_of, write_fields
from supervision.wording import count, say_when


@require_safe
@allowed(Permission.SEE_ALERTS)
def list_rules(request: DeskRequest) -> HttpResponseBase:
    """Every rule, and where alerts go."""
    return _list(request)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_ALERTS)
def new_rule(request: DeskRequest) -> HttpResponseBase:
    """A rule of the kind that the address names."""
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        raise BadRequest("There is no such kind of rule.")
    measure = next(iter(MEASURES)) if kind == "rate" else ""
    return _edit(request, AlertRule(kind=kind, measure=measure, scope="*" if KINDS[kind].scoped else "", version=0))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SET_ALERTS)
def edit_rule(request: DeskRequest, rule_id: int) -> HttpResponseBase:
    """One rule: look at what it would have told, then save it."""
    rule = AlertRule.objects.filter(pk=rule_id).first()
    if rule is None or rule.kind not in KINDS:
        raise Http404("There is no such rule.")
    return _edit(request, rule)


@form_of("alert_rules")
@allowed(Permission.SET_ALERTS)
def add_channel(request: DeskRequest) -> HttpResponseBase:
    """Add a place that alerts go to."""
    typed = {name: request.POST.get(name, "").strip() for name in ("kind", "name", "address")}
    done = actions.add_channel(user=request.user, **typed)
    if isinstance(done, actions.Refused):
        return _list(request, refused=done, typed=typed, status=400)
    messages.success(request, _("Added: %(name)s. Choose it in the rules that are to go there.") % {"name": done.name})
    return redirect("alert_rules")


@form_of("alert_rules")
@allowed(Permission.SET_ALERTS)
def switch_channel(request: DeskRequest) -> HttpResponseBase:
    """Switch a channel on or off."""
    on = request.POST.get("on", "") == "yes"
    if actions.switch_channel(user=request.user, channel_id=read_key(request, "channel"), enabled=on) is None:
        raise Http404("There is no such channel.")
    messages.success(request, _("Switched on.") if on else _("Switched off."))
    return redirect("alert_rules")


def _list(
    request: DeskRequest,
    *,
    refused: actions.Refused | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    now, names = timezone.now(), {slug: named(name) for slug, name in TaskType.objects.values_list("slug", "name")}
    rules = [
        {
            "rule": rule,
            "name": name_rule(rule),
            "scope": show_text(name_scope(rule, names)),
            "bounds": say_bounds(rule),
            "channels": ", ".join(show_text(channel.name) for channel in rule.channels.all()),
            "changed": f"{show_text(rule.changed_by)}, {say_when(rule.changed_at, now=now)}" if rule.changed_by else "",
        }
        for rule in AlertRule.objects.prefetch_related("channels").order_by("pk")
        if rule.kind in KINDS
    ]
    channels = [
        {
            "channel": channel,
            "kind": dict(CHANNELS)[channel.kind],
            "address": show_text(mask_address(channel.kind, channel.address)),
            "delivered": say_when(channel.delivered_at, now=now) if channel.delivered_at else "",
            "failing": say_when(channel.failing_since, now=now) if channel.failing_since else "",
        }
        for channel in AlertChannel.objects.order_by("name")
    ]
    context = {
        "rules": rules,
        "channels": channels,
        "kinds": KINDS.values(),
        "channel_kinds": CHANNELS,
        "refused": refused,
        "typed": typed or {"kind": "email"},
    }
    return render_part(request, "alert_rules.html", {}, context, status=status)


def _edit(request: DeskRequest, rule: AlertRule) -> HttpResponse:
    kind = KINDS[rule.kind]
    if request.method != "POST":
        values = write_fields(rule)
        chosen = set(rule.channels.values_list("pk", flat=True)) if rule.pk else set()
        return _form(request, rule, values=values, chosen=chosen, enabled=rule.enabled)
    read = read_form(request.POST, kind)
    values = {name: request.POST.get(name, "") for name in request.POST}
    shown: dict[str, Any] = {"values": values, "chosen": set(read.draft.channels), "enabled": "enabled" in request.POST}
    if read.errors:
        return _form(request, rule, **shown, errors=read.errors, status=400)
    if request.POST.get("act") == "preview":
        return _form(request, rule, **shown, preview=preview_rule(draft_rule(read.draft), now=timezone.now()))
    version = read_key(request, "version")
    saved = actions.save_rule(user=request.user, rule_id=rule.pk, version=version, draft=read.draft)
    if isinstance(saved, actions.Refused):
        return _form(request, rule, **shown, problem=saved.message, status=409)
    messages.success(request, _("Saved: %(name)s.") % {"name": name_rule(saved)})
    return redirect("alert_rules")


def _form(
    request: DeskRequest,
    rule: AlertRule,
    *,
    values: dict[str, str],
    chosen: set[int],
    enabled: bool,
    errors: dict[str, str] | None = None,
    problem: str = "",
    preview: Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    kind, errors = KINDS[rule.kind], errors or {}
    context = {
        "rule": rule,
        "kind": kind,
        "name": name_rule(rule),
        "fields": describe_fields(kind, values, errors),
        "values": values,
        "errors": errors,
        "problem": problem,
        "enabled": enabled,
        "scopes": scopes_of(kind),
        "measures": MEASURES.items() if kind.slug == "rate" else (),
        "no_data": NO_DATA,
        "channels": [(channel, channel.pk in chosen) for channel in AlertChannel.objects.order_by("name")],
        "preview": _say_preview(preview) if preview else None,
    }
    return render_part(request, "alert_rule.html", {}, context, status=status)


def _say_preview(preview: Preview) -> dict[str, Any]:
    now, names = timezone.now(), {slug: named(name) for slug, name in TaskType.objects.values_list("slug", "name")}
    lines = [
        {
            "at": say_when(one.at, now=now),
            "cell": show_text(names.get(one.cell, one.cell)) or _("All runs"),
            "state": one.state.value,
            "state_words": STATE_WORDS[one.state],
            "words": one.words,
            "reset": _say_reset(one.reset, now=now) if one.reset else "",
        }
        for one in preview.told[:SHOWN]
    ]
    return {
        "why_not": preview.why_not,
        "told": count(len(preview.told), "time"),
        "any": bool(lines),
        "lines": lines,
        "more": len(preview.told) - len(lines),
        "anew": [(show_text(names.get(cell, cell)), say_when(since, now=now)) for cell, since in preview.anew],
    }


def _say_reset(reset: Reset, *, now: datetime) -> str:
    """Why it would have been told once more."""
    when = {"when": say_when(reset.at, now=now)}
    match reset.state:
        case State.NO_DATA:
            return _("Told again, because from %(when)s on there was too little to judge.") % when
        case State.WARN:
            return _("Told again, because from %(when)s on it was only a warning.") % when
        case State.OK | State.ALERT:
            return _("Told again, because from %(when)s on it was within its bounds.") % when
