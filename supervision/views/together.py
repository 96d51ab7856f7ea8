"""Several requests of one kind on one page, and one press that says yes to each of them."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agentops.domain.tiers import ActionTier
from agentops.models import ToolCall, ToolPolicy
from supervision import actions
from supervision.actions import Refused, Seen
from supervision.cards import MOST_TOGETHER, read_card
from supervision.inbox.detail import find_call
from supervision.inbox.together import find_alike, find_calls, read_effects, read_told
from supervision.roles import Permission, find_why_not_answer
from supervision.views.access import DeskRequest, allowed, form_of

MOST_SENT = 20
"""Of what a form says it saw; the verb refuses more than five in words."""


@require_safe
@allowed(Permission.DECIDE)
def show_together(request: DeskRequest, call_id: int) -> HttpResponseBase:
    """This request and others of its kind, each with what a yes would change."""
    return _show(request, call_id)


@form_of("together")
@allowed(Permission.DECIDE)
def answer_together(request: DeskRequest, call_id: int) -> HttpResponseBase:
    """Yes to each of those that are ticked, as they were read."""
    seen = [_read_seen(one) for one in request.POST.getlist("seen")[:MOST_SENT]]
    told = actions.approve_together(user=request.user, seen=seen)
    if isinstance(told, Refused):
        return _show(request, call_id, problem=told, ticked=[one.call_id for one in seen])
    refused = {one.call_id: one.outcome.message for one in told if isinstance(one.outcome, Refused)}
    if refused:
        return _tell(request, [one.call_id for one in told], refused=refused)
    return redirect(f"{reverse('told')}?{urlencode({'call': [one.call_id for one in told]}, doseq=True)}")


@require_safe
@allowed(Permission.DECIDE)
def show_told(request: DeskRequest) -> HttpResponseBase:
    """What became of requests that were answered together, and the way to take each back."""
    ids = [int(one) for one in request.GET.getlist("call")[:MOST_TOGETHER] if _is_number(one)]
    return _tell(request, ids, refused={}) if ids else redirect("queue")


def _show(
    request: DeskRequest, call_id: int, *, problem: Refused | None = None, ticked: list[int] | None = None
) -> HttpResponse:
    now, found = timezone.now(), find_call(call_id)
    if found is None:
        raise Http404(gettext("There is no request with this number."))
    call = found.call
    policy = ToolPolicy.objects.filter(tool=call.tool).first()
    not_theirs = find_why_not_answer(request.user, role=request.role, policy=policy)
    calls = [] if not_theirs else find_alike(call, user=request.user, now=now)
    _record(request, calls)
    unticked = [] if ticked is None else [one.pk for one in calls if one.pk not in ticked]
    effects = read_effects(calls, unticked=unticked, now=now)
    context = {"call_id": call_id, "effects": effects, "problem": problem, "tier": ActionTier.SAFE}
    return render(request, "supervision/together.html", context, status=400 if problem else 200)


def _tell(request: DeskRequest, ids: list[int], *, refused: dict[int, str]) -> HttpResponse:
    calls = find_calls(ids)
    _record(request, calls)
    told = read_told(calls, refused=refused, user=request.user, now=timezone.now())
    context: dict[str, Any] = {"told": told, "used": len(told) - len(refused), "some_refused": bool(refused)}
    return render(request, "supervision/told.html", context, status=409 if refused else 200)


def _record(request: DeskRequest, calls: list[ToolCall]) -> None:
    """Who saw which patient, as if each request had been opened."""
    for call in calls:
        card = read_card(call)
        subject = card.subject if card else None
        actions.record_viewing(
            user=request.user,
            role=request.role,
            page="request",
            run_id=call.run_id,
            call_id=call.pk,
            subject=subject,
        )


def _read_seen(value: str) -> Seen:
    """What the form says was read: "41.3." and the digest."""
    call_id, _, rest = value.partition(".")
    version, _, digest = rest.partition(".")
    if not (_is_number(call_id) and _is_number(version)):
        raise BadRequest(gettext("The form is incomplete: %(name)s is missing.") % {"name": "seen"})
    return Seen(int(call_id), int(version), digest)


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) < 10
