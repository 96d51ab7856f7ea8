"""The test box: a call that nobody made, and what the policy as it stands would do with it."""

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agentops.domain.policy.judging import Gate, Verdict
from agentops.models import TaskType, ToolPolicy
from supervision.policy.what_if import try_call
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, render_part


@require_safe
@allowed(Permission.SET_TIERS)
def show_what_if(request: DeskRequest) -> HttpResponseBase:
    """The form, and the verdict once it was filled in; all of it stands in the address."""
    asked = request.GET
    tools = list(ToolPolicy.objects.order_by("label", "tool"))
    tasks = list(TaskType.objects.filter(sorts=False).order_by("name"))
    policy = next((one for one in tools if one.tool == asked.get("tool")), tools[0] if tools else None)
    task = next((one for one in tasks if one.slug == asked.get("task")), tasks[0] if tasks else None)
    trial = None
    if policy and task:
        same = asked.get("filled") == policy.tool
        trial = try_call(asked.dict() if same else {}, policy=policy, task=task, judged=same)
    context = {
        "tools": tools,
        "tasks": tasks,
        "policy": policy,
        "task": task,
        "trial": trial,
        "outcome": _say_outcome(trial.verdict) if trial and trial.verdict else "",
    }
    return render_part(request, "what_if.html", {}, context)


def _say_outcome(verdict: Verdict) -> str:
    if verdict.gate is Gate.ALLOW:
        return _("It runs without asking anybody.")
    if verdict.gate is Gate.REFUSE:
        return _("It is refused, and the assistant is told why.")
    if verdict.confirmers > 1:
        return _("It waits for two people.")
    return _("It waits for one person.")
