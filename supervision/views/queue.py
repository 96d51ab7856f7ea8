"""The queue with one request beside it, and the answers to it."""

from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agentops.domain.cards import Subject
from agentops.domain.policy.settings import Expiry
from agentops.models import ToolPolicy
from supervision import actions
from supervision.callers import read_asking, read_heard
from supervision.inbox.claims import read_held
from supervision.inbox.desk import Desk, read_desk
from supervision.inbox.detail import find_call, read_request
from supervision.inbox.edits import EditPage, read_changed
from supervision.inbox.handoffs import find_handoff, just_answered
from supervision.inbox.holds import list_holds, read_hold, read_keeping, read_more_time
from supervision.inbox.looks import read_look
from supervision.inbox.rows import Row
from supervision.inbox.second_person import read_second_person
from supervision.inbox.together import find_alike
from supervision.models import REASONS
from supervision.roles import Permission, find_why_not_answer
from supervision.views.access import PART_HEADER, DeskRequest, allowed, clean_note, form_of, render_part
from supervision.views.drawing import draw_groups
from supervision.views.sent import read_number

PARTS = {"list": "_list.html", "request": "_beside.html"}
MOST_CHARS = 100
STATUS_OF = {
    "not_found": 404,
    "tick_missing": 400,
    "re_entry_missing": 400,
    "re_entry_wrong": 400,
    "reason_missing": 400,
    "note_missing": 400,
    "alone_missing": 400,
    "note_too_long": 400,
    "form_unknown": 400,
    "not_yours": 403,
}
"""HTTP status of a refusal; any other code is a conflict with what happened meanwhile."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was filled in on a form that was refused, so that nothing has to be written twice."""

    problem: actions.Refused | None = None
    ticked: frozenset[str] = frozenset()
    typed: str = ""
    reason: str = ""
    note: str = ""
    alone: bool = False
    alone_because: str = ""


@require_safe
@allowed(Permission.SEE_QUEUE)
def show_queue(request: DeskRequest) -> HttpResponseBase:
    """The list; beside it the first row's page, so that a wide screen is never half empty."""
    desk = _read_desk(request)
    first = desk.rows[0] if desk.view != "decided" and desk.rows and PART_HEADER not in request.headers else None
    call_id = first.id if first and first.kind == "call" else None
    handoff_id = first.id if first and first.kind == "handoff" else None
    return show_beside(request, call_id=call_id, handoff_id=handoff_id, desk=desk)


@require_safe
@allowed(Permission.SEE_QUEUE)
def show_request(request: DeskRequest, call_id: int) -> HttpResponseBase:
    """One request beside the list."""
    return show_beside(request, call_id=call_id)


@require_safe
@allowed(Permission.SEE_QUEUE)
def show_handoff(request: DeskRequest, run_id: int) -> HttpResponseBase:
    """One run that needs a person beside the list."""
    return show_beside(request, handoff_id=run_id)


@form_of("request")
@allowed(Permission.DECIDE)
def answer_request(request: DeskRequest, call_id: int) -> HttpResponseBase:
    """Yes or no to one request, as it was read."""
    following = _row_after(request, f"call-{call_id}")
    post, version = request.POST, read_number(request, "version")
    kept = Kept(
        ticked=frozenset(post.getlist("ticked")),
        typed=post.get("typed", ""),
        reason=post.get("reason", ""),
        note=clean_note(post.get("note", "")),
        alone="alone" in post,
        alone_because=clean_note(post.get("alone_because", "")),
    )
    digest = post.get("digest", "")
    if post.get("answer") == "yes":
        outcome = actions.approve_call(
            user=request.user,
            call_id=call_id,
            version=version,
            digest=digest,
            shown=post.get("shown", ""),
            ticked=kept.ticked,
            typed=kept.typed,
            alone=actions.Alone(kept.alone_because) if kept.alone else None,
        )
    elif post.get("answer") == "no":
        outcome = actions.reject_call(
            user=request.user, call_id=call_id, version=version, digest=digest, reason=kept.reason, note=kept.note
        )
    else:
        raise BadRequest(gettext("The answer has to be yes or no."))
    if isinstance(outcome, actions.Refused):
        return show_refusal(request, outcome, kept, call_id=call_id)
    return _go_to(following)


@form_of("request")
@allowed(Permission.DECIDE)
def undo_answer(request: DeskRequest, call_id: int) -> HttpResponseBase:
    """Take a yes back while it is held."""
    version, digest = read_number(request, "version"), request.POST.get("digest", "")
    outcome = actions.undo_approval(user=request.user, call_id=call_id, version=version, digest=digest)
    return _back_to(request, outcome, call_id)


@form_of("request")
@allowed(Permission.DECIDE)
def end_hold(request: DeskRequest, call_id: int) -> HttpResponseBase:
    """Do now what is held."""
    version, digest = read_number(request, "version"), request.POST.get("digest", "")
    outcome = actions.end_hold(user=request.user, call_id=call_id, version=version, digest=digest)
    return _back_to(request, outcome, call_id)


@form_of("request")
@allowed(Permission.DECIDE)
def extend_request(request: DeskRequest, call_id: int) -> HttpResponseBase:
    """Give a request more time."""
    outcome = actions.extend_call(
        user=request.user,
        call_id=call_id,
        version=read_number(request, "version"),
        digest=request.POST.get("digest", ""),
        seen_until=request.POST.get("until", ""),
    )
    return _back_to(request, outcome, call_id)


@form_of("request")
@allowed(Permission.DECIDE)
def resolve_request(request: DeskRequest, call_id: int) -> HttpResponseBase:
    """Whether a call of unknown outcome happened."""
    following = _row_after(request, f"call-{call_id}")
    note, happened = clean_note(request.POST.get("note", "")), request.POST.get("happened")
    if happened not in {"yes", "no"}:
        raise BadRequest(gettext("The answer has to be yes or no."))
    version = read_number(request, "version")
    outcome = actions.resolve_call(
        user=request.user, call_id=call_id, version=version, happened=happened == "yes", note=note
    )
    if isinstance(outcome, actions.Refused):
        return show_refusal(request, outcome, Kept(note=note), call_id=call_id)
    return _go_to(following)


@form_of("handoff")
@allowed(Permission.CLOSE_HANDOFF)
def close_handoff(request: DeskRequest, run_id: int) -> HttpResponseBase:
    """Take a handed-over run off the desk."""
    following = _row_after(request, f"handoff-{run_id}")
    note = clean_note(request.POST.get("note", ""))
    outcome = actions.close_handoff(user=request.user, run_id=run_id, note=note)
    if isinstance(outcome, actions.Refused):
        return show_refusal(request, outcome, Kept(note=note), handoff_id=run_id)
    return _go_to(following)


def show_beside(
    request: DeskRequest,
    *,
    call_id: int | None = None,
    handoff_id: int | None = None,
    desk: Desk | None = None,
    edit: EditPage | None = None,
    kept: Kept | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one request, of the form that changes it, or of one hand-off, beside the list."""
    now, part = timezone.now(), request.headers.get(PART_HEADER, "")
    context: dict[str, Any] = {"at_list": desk is not None, "kept": kept or Kept(), "reasons": REASONS, "now": now}
    if call_id is not None and part != "list":
        found = find_call(call_id)
        if found is None:
            raise Http404(gettext("There is no request with this number."))
        call, context["asked"] = found.call, read_request(found, now=now)
        context["hold"] = read_hold(call, user=request.user, now=now)
        context["asking"], context["heard"] = read_asking(call, now=now), read_heard(call, now=now)
        context["keeping"] = read_keeping(call)
        context["more_time"] = read_more_time(call, now=now)
        context["changed"], context["edit"] = read_changed(call, now=now), edit
        look = context["look"] = read_look(call, now=now)
        if look and look.due:
            actions.look_again(user=request.user, call_id=call_id)
        policy = ToolPolicy.objects.filter(tool=call.tool).first()
        context["goes_on"] = policy is not None and policy.on_expiry == Expiry.GO_ON
        second = context["second"] = read_second_person(call, policy=policy, user=request.user, now=now)
        not_theirs = context["not_theirs"] = find_why_not_answer(request.user, role=request.role, policy=policy)
        context["alike"] = [] if not_theirs else find_alike(call, user=request.user, now=now)
        context["may_say_yes"] = context["asked"].approvable and (second is None or second.offers_yes)
        _record_viewing(request, "request", run_id=call.run_id, call_id=call_id, subject=context["asked"].subject)
        context["held"] = read_held("call", call_id, user=request.user, now=now)
        context["claim_url"] = reverse("claim", args=[call_id])
        context["shown"] = actions.sign_showing(user=request.user, call_id=call.pk, version=call.version)
    if handoff_id is not None and part != "list":
        context["handoff"] = find_handoff(handoff_id, now=now)
        if context["handoff"] is None:
            raise Http404(gettext("There is no hand-off with this number."))
        _record_viewing(request, "handoff", run_id=handoff_id, subject=context["handoff"].subject)
        context["held"] = read_held("handoff", handoff_id, user=request.user, now=now)
        context["claim_url"], context["dues"] = reverse("claim_handoff", args=[handoff_id]), True
    context["selected"] = f"call-{call_id}" if call_id else f"handoff-{handoff_id}" if handoff_id else ""
    if part != "request":
        context["desk_list"] = desk or _read_desk(request)
        context["waiting_count"] = context["desk_list"].waiting
        listed = [row.run_id for group in context["desk_list"].groups for row in group.rows]
        actions.record_list(user=request.user, role=request.role, page="queue", runs=listed)
        context["groups"] = draw_groups(context["desk_list"], selected=context["selected"])
        context["holds"] = list_holds(user=request.user, now=now)
        context["just_answered"] = just_answered(request.user, now=now)
    context["here"] = _address(call_id=call_id, handoff_id=handoff_id)
    return render_part(request, "queue.html", PARTS, context, status=status)


def _record_viewing(
    request: DeskRequest, page: str, *, run_id: int, subject: Subject | None, call_id: int | None = None
) -> None:
    actions.record_viewing(
        user=request.user, role=request.role, page=page, run_id=run_id, call_id=call_id, subject=subject
    )


def _address(*, call_id: int | None, handoff_id: int | None) -> str:
    """Where the shown page can be read again: a refused form answers at an address that only takes forms."""
    if call_id is not None:
        return reverse("request", args=[call_id])
    return reverse("handoff", args=[handoff_id]) if handoff_id is not None else reverse("queue")


def show_refusal(
    request: DeskRequest,
    refusal: actions.Refused,
    kept: Kept,
    *,
    call_id: int | None = None,
    handoff_id: int | None = None,
) -> HttpResponse:
    """The page again with why the answer was not used, and everything that was filled in."""
    status = STATUS_OF.get(refusal.code, 409)
    if status == 404:
        raise Http404(refusal.message)
    refused = replace(kept, problem=refusal)
    return show_beside(request, call_id=call_id, handoff_id=handoff_id, kept=refused, status=status)


def _back_to(request: DeskRequest, outcome: actions.Answered | actions.Refused, call_id: int) -> HttpResponse:
    """The same request again, with why not where it was not done."""
    if isinstance(outcome, actions.Refused):
        return show_refusal(request, outcome, Kept(), call_id=call_id)
    return redirect("request", call_id)


def _go_to(row: Row | None) -> HttpResponse:
    if row is None:
        return redirect("queue")
    return redirect("request", row.id) if row.kind == "call" else redirect("handoff", row.id)


def _row_after(request: DeskRequest, key: str) -> Row | None:
    """The row under this one, or the first of the others, as the list stands before the answer."""
    rows = read_desk(view="waiting", now=timezone.now()).rows
    at = next((index for index, row in enumerate(rows) if row.key == key), -1)
    others = [*rows[at + 1 :], *rows[: max(at, 0)]]
    return others[0] if others else None


def _read_desk(request: DeskRequest) -> Desk:
    """The list as the address asks for it."""
    words, page = request.GET.get("q", "")[:MOST_CHARS].replace("\x00", "").strip(), request.GET.get("page", "")
    number = int(page) if page.isdecimal() and len(page) < 4 else 1
    return read_desk(view=_view_of(request), now=timezone.now(), user=request.user, words=words, page=max(number, 1))


def _view_of(request: HttpRequest) -> str:
    view = request.GET.get("view", "")
    return view if view in {"mine", "decided"} else "waiting"
