"""The emergency switch: one press from every page, or a page with a reason to write; and what is stopped."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from agentops.models import StopScope, TaskType, ToolPolicy
from supervision import actions
from supervision.phrases import named
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, clean_note, form_of, render_part
from supervision.wording import count

EVERYTHING = "all:"
PRESSED = gettext_noop("stopped with one press, no reason given yet")
"""Why, where somebody had no time to write it; lifting the stop needs a reason in any case."""


@require_safe
@allowed(Permission.STOP_WORK)
def show_stops(request: DeskRequest) -> HttpResponseBase:
    """What can be stopped, and what is."""
    return _show(request)


@form_of("stops")
@allowed(Permission.STOP_WORK)
def stop_work(request: DeskRequest) -> HttpResponseBase:
    """Stop now."""
    what = request.POST.get("what", EVERYTHING)
    scope, _colon, name = what.partition(":")
    reason = PRESSED if "press" in request.POST else clean_note(request.POST.get("reason", ""))
    done = actions.stop_work(user=request.user, scope=scope, name=name, reason=reason)
    if isinstance(done, actions.Refused):
        return _show(request, refused=done, what=what, reason=reason, status=400)
    messages.info(request, _say(done))
    return _go_back(scope, name)


@form_of("stops")
@allowed(Permission.STOP_WORK)
def lift_stop(request: DeskRequest) -> HttpResponseBase:
    """Let the work go on."""
    what = request.POST.get("what", "")
    scope, _colon, name = what.partition(":")
    reason = clean_note(request.POST.get("reason", ""))
    done = actions.lift_stop(user=request.user, scope=scope, name=name, reason=reason)
    if isinstance(done, actions.Refused):
        return _show(request, refused=done, lifting=what, lift_reason=reason, status=400)
    messages.info(request, _("The work goes on.") if done else _("This was not stopped any more. Nothing was changed."))
    return _go_back(scope, name)


def _go_back(scope: str, name: str) -> HttpResponseBase:
    """To the page of the run that was stopped alone, else to the page of all stops."""
    return redirect("run", name) if scope == StopScope.RUN and name.isdecimal() else redirect("stops")


def _say(done: actions.Stopped) -> str:
    if not done.created:
        return _("This was stopped before. Nothing was changed.")
    actions_begun = {"number": count(done.in_flight, "action")}
    requests = {"number": count(done.invalidated, "approved request")}
    begun = _(" %(number)s had begun and will end.") % actions_begun if done.in_flight else ""
    withdrawn = _(" %(number)s withdrawn.") % requests if done.invalidated else ""
    return _("Stopped.") + withdrawn + begun


def _show(
    request: DeskRequest,
    *,
    refused: actions.Refused | None = None,
    what: str = EVERYTHING,
    reason: str = "",
    lifting: str = "",
    lift_reason: str = "",
    status: int = 200,
) -> HttpResponse:
    kinds = [(f"task_type:{one.slug}", named(one.name)) for one in TaskType.objects.order_by("name")]
    tools = [(f"tool:{one.tool}", named(one.label or one.tool)) for one in ToolPolicy.objects.order_by("label", "tool")]
    context = {
        "choices": [(_("Everything"), [(EVERYTHING, _("Everything"))]), (_("Type of task"), kinds), (_("Tool"), tools)],
        "what": what,
        "reason": reason,
        "lifting": lifting,
        "lift_reason": lift_reason,
        "refused": refused,
    }
    return render_part(request, "stops.html", {}, context, status=status)
