"""Having something in hand, leaving it to a colleague, and the sign of an open page."""

from datetime import datetime, time, timedelta

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext

from supervision import actions
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, clean_note, form_of

DUE = {"15": timedelta(minutes=15), "60": timedelta(hours=1), "240": timedelta(hours=4)}


@form_of("request")
@allowed(Permission.DECIDE)
def claim_request(request: DeskRequest, call_id: int) -> HttpResponseBase:
    """Take a request in hand or leave it."""
    return _claim(request, actions.Work("call", call_id), redirect("request", call_id))


@form_of("handoff")
@allowed(Permission.DECIDE)
def claim_handoff(request: DeskRequest, run_id: int) -> HttpResponseBase:
    """Take a hand-off in hand, with the time it is to be done by, or leave it."""
    return _claim(request, actions.Work("handoff", run_id), redirect("handoff", run_id))


def _claim(request: DeskRequest, work: actions.Work, back: HttpResponse) -> HttpResponse:
    act = request.POST.get("act")
    if act == "look":
        actions.look_at_work(user=request.user, work=work)
        return HttpResponse(status=204)
    if act == "take":
        done = actions.take_work(user=request.user, work=work, due_in=_due_in(request.POST.get("due", "")))
    elif act == "leave":
        done = actions.leave_work(user=request.user, work=work, note=clean_note(request.POST.get("note", "")))
    else:
        raise BadRequest(gettext("The form has to say whether to take it or to leave it."))
    if isinstance(done, actions.Refused) and done.code == "not_found":
        raise Http404(done.message)
    return back


def _due_in(choice: str) -> timedelta | None:
    """The time to be done in; "morning" is nine o'clock of the next day on the clinic's clock."""
    if choice != "morning":
        return DUE.get(choice)
    now = timezone.localtime()
    nine = datetime.combine(now.date() + timedelta(days=1), time(9), tzinfo=now.tzinfo)
    return nine - now
