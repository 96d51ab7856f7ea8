"""What the figures should be, and the form that sets it."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agentops.models import TaskType
from supervision import actions
from supervision.metrics.definitions import METRICS, Unit
from supervision.metrics.targets import EVERY, KEPT, WEEKLY_BUDGET, Targets, read_targets
from supervision.phrases import named
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, form_of, render_part

MOST = {metric.slug: 100 for metric in METRICS if metric.unit is Unit.PERCENT}


@require_safe
@allowed(Permission.SEE_METRICS)
def show_targets(request: DeskRequest) -> HttpResponseBase:
    """The targets of all types of task and of each."""
    return _show(request)


@form_of("targets")
@allowed(Permission.SET_TARGETS)
def save_targets(request: DeskRequest) -> HttpResponseBase:
    """Set the targets of one type of task, or of all."""
    task, post = request.POST.get("task_type", ""), request.POST
    typed = {metric: post[metric][:30] for metric in KEPT if metric in post}
    changed = actions.set_targets(user=request.user, task_type=task, targets=typed, most=MOST)
    if isinstance(changed, actions.Refused):
        return _show(request, refused=changed, task=task, typed=typed)
    messages.success(request, _("Saved.") if changed else _("Nothing was different."))
    return redirect("targets")


def _show(
    request: DeskRequest,
    *,
    refused: actions.Refused | None = None,
    task: str = EVERY,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    targets = read_targets()
    tasks = [
        (slug, named(name))
        for slug, name in TaskType.objects.filter(sorts=False).order_by("name").values_list("slug", "name")
    ]
    known = [(EVERY, _("All types of task")), *tasks]
    rows = []
    for slug, name in known:
        here = refused if slug == task else None
        fields = _fields(slug, targets, typed if here else None, here)
        own = any(field["value"] for field in fields)
        rows.append({"slug": slug, "name": name, "fields": fields, "refused": here, "own": own})
    lost = refused if not any(row["refused"] for row in rows) else None
    return render_part(request, "targets.html", {}, {"rows": rows, "refused": lost}, status=400 if refused else 200)


def _fields(
    slug: str, targets: Targets, typed: dict[str, str] | None, refused: actions.Refused | None
) -> list[dict[str, Any]]:
    fields = [
        {
            "name": metric.slug,
            "label": str(metric.name),
            "unit": metric.unit.value,
            "usual": _plain(targets.of(metric) if slug else metric.target),
            "side": _("over") if metric.higher_is_better else _("under"),
            "value": _plain(targets.own(metric, slug)),
        }
        for metric in METRICS
    ]
    budget = {
        "name": WEEKLY_BUDGET,
        "label": _("Budget for a week"),
        "unit": "$",
        "usual": _("none"),
        "side": _("up to"),
    }
    fields.append({**budget, "value": _plain(targets.budget(slug))})
    wrong = refused.wrong if refused else {}
    return [
        {**field, "value": (typed or {}).get(field["name"], field["value"]), "wrong": wrong.get(field["name"], "")}
        for field in fields
    ]


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"
