"""Changes of policy that give more room: each waits for a second admin, who confirms or declines it."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from supervision import actions
from supervision.policy.versions import list_waiting
from supervision.roles import Permission
from supervision.second_admin import has_second_admin
from supervision.views.access import DeskRequest, allowed, form_of, render_part
from supervision.views.sent import read_number


@require_safe
@allowed(Permission.SET_TIERS)
def list_changes(request: DeskRequest) -> HttpResponseBase:
    """Every change that waits."""
    return _list(request, refused=None)


@form_of("changes")
@allowed(Permission.SET_TIERS)
def confirm_change(request: DeskRequest) -> HttpResponseBase:
    """The second admin's yes: the change is in force at once."""
    told = actions.confirm_change(user=request.user, change_id=read_number(request, "change", digits=18))
    if isinstance(told, actions.Refused):
        return _list(request, refused=told.message, status=400)
    if isinstance(told, actions.Conflict):
        return _list(request, refused=told.message, status=409)
    messages.success(request, _("Confirmed. It is in force from now on."))
    return redirect("changes")


@form_of("changes")
@allowed(Permission.SET_TIERS)
def decline_change(request: DeskRequest) -> HttpResponseBase:
    """A no, or the way back for whoever proposed it."""
    told = actions.decline_change(user=request.user, change_id=read_number(request, "change", digits=18))
    if isinstance(told, actions.Refused):
        return _list(request, refused=told.message, status=400)
    messages.success(request, _("Declined. Nothing is different."))
    return redirect("changes")


def _list(request: DeskRequest, *, refused: str | None, status: int = 200) -> HttpResponse:
    waiting = list_waiting(user=request.user, now=timezone.now(), would=True)
    context = {"changes": waiting, "refused": refused, "alone": not has_second_admin(request.user)}
    return render_part(request, "changes.html", {}, context, status=status)
