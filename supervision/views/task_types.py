"""The types of task: a table of all, one with its limits, models and instructions, and the check before a change."""

from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agentops.domain.policy.changes import Difference, compare_tasks
from agentops.domain.policy.task_settings import ANSWER_EARLY, TaskSetting
from agentops.domain.tiers import ActionTier
from agentops.models import TaskType, read_general_caps
from supervision import actions
from supervision.phrases import named
from supervision.policy.reach import count_stopped, read_reach
from supervision.policy.route_rows import known_models, say_of_model
from supervision.policy.task_form import (
    NOTHING,
    NUMBERS,
    TaskDraft,
    draft_of_task,
    read_task_draft,
)
from supervision.policy.versions import first_version, list_versions, list_waiting, task_setting_at
from supervision.policy.would_have import read_would_have
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, form_of, render_part
from supervision.views.policy_changes import Pages, check_known, frame_check, save_checked
from supervision.views.sent import read_number, read_setting


@require_safe
@allowed(Permission.SET_TIERS)
def list_task_types(request: DeskRequest) -> HttpResponseBase:
    """Every type of task: what it may do, its limits beside what the last week took, and models that end."""
    now = timezone.now()
    rows = []
    for task in TaskType.objects.order_by("name"):
        draft = draft_of_task(task.setting, today=timezone.localdate())
        tiers = sorted(task.tiers, key=lambda tier: tier.rank)
        notes = dict.fromkeys(row.note for row in draft.rows if row.note)
        rows.append(
            {"task": task, "upto": tiers[-1] if tiers else None, "reach": read_reach(task.slug, now=now),
             "fields": draft.fields, "notes": list(notes)}
        )  # fmt: skip
    return render_part(request, "task_types.html", {}, {"tasks": rows})


@require_safe
@allowed(Permission.SET_TIERS)
def show_task_type(request: DeskRequest, task_id: int) -> HttpResponseBase:
    """One type of task: its form and its versions."""
    task = get_object_or_404(TaskType, pk=task_id)
    return _show(request, task, draft_of_task(task.setting, today=timezone.localdate()), version=task.version)


@form_of("task_type")
@allowed(Permission.SET_TIERS)
def check_task_type(request: DeskRequest, task_id: int) -> HttpResponseBase:
    """What a change would come to, before it counts: from the form, or from an earlier version."""
    task, today = get_object_or_404(TaskType, pk=task_id), timezone.localdate()
    known = check_known(request, _pages(request, task), of=TaskSetting, at=partial(task_setting_at, task))
    if known:
        return known
    post, version = request.POST, read_number(request, "version")
    draft = read_task_draft(post.dict(), task=task, today=today)
    if draft.setting is None:
        return _show(request, task, draft, version=version, status=400)
    return _check(request, task, draft.setting, version=version)


@form_of("task_type")
@allowed(Permission.SET_TIERS)
def save_task_type(request: DeskRequest, task_id: int) -> HttpResponseBase:
    """Save what was checked, or propose it to a second admin."""
    task = get_object_or_404(TaskType, pk=task_id)
    return save_checked(
        request,
        _pages(request, task),
        kind="task_type",
        subject=task.slug,
        setting=read_setting(request, TaskSetting),
        name=named(task.name),
        back=("task_type", task_id),
    )


def _pages(request: DeskRequest, task: TaskType) -> Pages:
    return Pages(
        partial(draft_of_task, today=timezone.localdate()),
        partial(_show, request, task),
        partial(_check, request, task),
    )


def _show(
    request: DeskRequest,
    task: TaskType,
    draft: TaskDraft,
    *,
    version: int,
    theirs: tuple[Difference, ...] = (),
    told: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    reach = read_reach(task.slug, now=now)
    limits = [
        {"name": name, "label": label, "least": least, "most": most, "value": draft.fields[name],
         "error": draft.errors.get(name), "reach": reach.get(name)}
        for name, (label, least, most, _unit) in NUMBERS.items()
    ]  # fmt: skip
    context = {
        "task": task,
        "draft": draft,
        "version": version,
        "theirs": theirs,
        "told": told,
        "nothing": NOTHING,
        "tiers": list(ActionTier),
        "limits": limits,
        "models": known_models(),
        "answer_early": ANSWER_EARLY,
        "answers_early": ANSWER_EARLY in draft.fields["prompt"],
        "versions": list_versions(task, now=now),
        "first": first_version(task),
        "waiting": list_waiting(user=request.user, now=now, kind="task_type", subject=task.slug),
    }
    return render_part(request, "task_type.html", {}, context, status=status)


def _check(
    request: DeskRequest,
    task: TaskType,
    setting: TaskSetting,
    *,
    version: int,
    returns_to: int | None = None,
    refused: actions.Refused | None = None,
) -> HttpResponse:
    now, today, before = timezone.now(), timezone.localdate(), task.setting
    differences = compare_tasks(before, setting, caps=read_general_caps(on=today))
    if not differences and refused is None:
        draft = draft_of_task(setting, today=today, errors={"form": _("Nothing is different from what is saved.")})
        return _show(request, task, draft, version=version, status=400)
    new_models = {route.model: route.valid_from for route in setting.routes if route not in before.routes}
    frame = frame_check(request, setting, differences, version=version, returns_to=returns_to, refused=refused)
    context: dict[str, Any] = {
        **frame,
        "task": task,
        "stopped": count_stopped(task.slug, before=before, after=setting, now=now),
        "notes": [note for model, day in new_models.items() if (note := say_of_model(model, on=day))],
        "new_prompt": task.prompt_version + 1 if setting.prompt != before.prompt else 0,
        "answers_early": ANSWER_EARLY in setting.prompt,
        "answer_early": ANSWER_EARLY,
        "would": read_would_have(kind="task_type", subject=task.slug, after=setting, now=now)
        if setting.permitted_tiers != before.permitted_tiers
        else None,
    }
    return render_part(request, "task_type_check.html", {}, context, status=400 if refused else 200)
