"""The models for all types of task: who takes each kind of decision where a type has no model of its own."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agentops.domain.policy.changes import Difference, compare_routing
from agentops.domain.policy.task_settings import RoutingSetting
from agentops.models import ModelRoute, RoutingPolicy, read_routing_policy
from supervision import actions
from supervision.policy.route_rows import RouteRow, fill_rows, known_models, read_rows, say_of_model
from supervision.policy.versions import first_version, list_versions, list_waiting, routing_at
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, form_of, render_part
from supervision.views.policy_changes import Pages, check_known, frame_check, save_checked
from supervision.views.sent import read_number, read_setting

SUBJECT = "all"


@dataclass(frozen=True, slots=True)
class RoutingDraft:
    """What stands in the form, and what is wrong with it by field."""

    rows: tuple[RouteRow, ...]
    errors: dict[str, str]


@require_safe
@allowed(Permission.SET_TIERS)
def show_routing(request: DeskRequest) -> HttpResponseBase:
    """The models for all types: their form and their versions."""
    policy = read_routing_policy()
    return _show(request, policy, _fill(policy.setting), version=policy.version)


@form_of("routing")
@allowed(Permission.SET_TIERS)
def check_routing(request: DeskRequest) -> HttpResponseBase:
    """What a change would come to, before it counts: from the form, or from an earlier version."""
    policy = read_routing_policy()
    known = check_known(request, _pages(request, policy), of=RoutingSetting, at=partial(routing_at, policy))
    if known:
        return known
    post, version = request.POST, read_number(request, "version")
    rows, routes = read_rows(post.dict(), policy.setting.routes, general=(), today=timezone.localdate())
    errors = {name: words for row in rows for name, words in row.errors.items()}
    if errors:
        return _show(request, policy, RoutingDraft(rows, errors), version=version, status=400)
    return _check(request, policy, RoutingSetting(routes=routes), version=version)


@form_of("routing")
@allowed(Permission.SET_TIERS)
def save_routing(request: DeskRequest) -> HttpResponseBase:
    """Save what was checked, or propose it to a second admin."""
    policy = read_routing_policy()
    return save_checked(
        request,
        _pages(request, policy),
        kind="routing",
        subject=SUBJECT,
        setting=read_setting(request, RoutingSetting),
        name=_("Models for all types"),
        back=("routing",),
    )


def _fill(setting: RoutingSetting, *, errors: dict[str, str] | None = None) -> RoutingDraft:
    return RoutingDraft(fill_rows(setting.routes, general=(), today=timezone.localdate()), errors or {})


def _pages(request: DeskRequest, policy: RoutingPolicy) -> Pages:
    return Pages(_fill, partial(_show, request, policy), partial(_check, request, policy))


def _show(
    request: DeskRequest,
    policy: RoutingPolicy,
    draft: RoutingDraft,
    *,
    version: int,
    theirs: tuple[Difference, ...] = (),
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    context = {
        "policy": policy,
        "draft": draft,
        "version": version,
        "theirs": theirs,
        "told": told,
        "models": known_models(),
        "own": _list_own(),
        "versions": list_versions(policy, now=now),
        "first": first_version(policy),
        "waiting": list_waiting(user=request.user, now=now, kind="routing", subject=SUBJECT),
    }
    return render_part(request, "routing.html", {}, context, status=status)


def _list_own() -> list[dict[str, Any]]:
    """The types of task that have a model of their own by now or later, each with what it is for."""
    own = ModelRoute.objects.filter(provider=settings.MODEL_PROVIDER, task_type__isnull=False)
    return [
        {"task": one.task_type, "decision": one.setting.decision, "model": one.model, "day": one.valid_from}
        for one in own.select_related("task_type").order_by("task_type__name", "decision", "valid_from")
    ]


def _check(
    request: DeskRequest,
    policy: RoutingPolicy,
    setting: RoutingSetting,
    *,
    version: int,
    returns_to: int | None = None,
    refused: actions.Refused | None = None,
) -> HttpResponse:
    before = policy.setting
    differences = compare_routing(before, setting)
    if not differences and refused is None:
        draft = _fill(setting, errors={"form": _("Nothing is different from what is saved.")})
        return _show(request, policy, draft, version=version, status=400)
    new_models = {route.model: route.valid_from for route in setting.routes if route not in before.routes}
    context = {
        **frame_check(request, setting, differences, version=version, returns_to=returns_to, refused=refused),
        "notes": [note for model, day in new_models.items() if (note := say_of_model(model, on=day))],
        "own": _list_own(),
    }
    return render_part(request, "routing_check.html", {}, context, status=400 if refused else 200)
