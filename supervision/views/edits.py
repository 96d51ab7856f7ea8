"""Changing a request first: the form with its choices, and the change, both answered by a worker."""

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from supervision import actions
from supervision.inbox.edits import find_edit, read_edit, read_refused
from supervision.roles import Permission
from supervision.views.access import PART_HEADER, DeskRequest, allowed, clean_note, form_of
from supervision.views.queue import Kept, show_beside, show_refusal
from supervision.views.sent import read_number

_VALUE = "value-"
"""What stands before the name of a control in the form, so that no control can be taken for another field."""


@form_of("request")
@allowed(Permission.DECIDE)
def edit_request(request: DeskRequest, call_id: int) -> HttpResponseBase:
    """Ask for the form, for other choices in it, or for the change that it describes."""
    post, version = request.POST, read_number(request, "version")
    values = {name.removeprefix(_VALUE): clean_note(post[name]) for name in post if name.startswith(_VALUE)}
    note, digest = clean_note(post.get("note", "")), post.get("digest", "")
    if post.get("act") == "change":
        outcome = actions.change_call(
            user=request.user, call_id=call_id, version=version, digest=digest, values=values, note=note
        )
    elif post.get("act") == "choices":
        outcome = actions.ask_for_choices(
            user=request.user, call_id=call_id, version=version, digest=digest, values=values
        )
    else:
        raise BadRequest(gettext("The form is incomplete: it does not say what to do."))
    if isinstance(outcome, int):
        return redirect("edit", call_id, outcome)
    return _show_refused(request, outcome, call_id=call_id, values=values, note=note)


@require_safe
@allowed(Permission.DECIDE)
def show_edit(request: DeskRequest, call_id: int, edit_id: int) -> HttpResponseBase:
    """The form, or the changed request as soon as there is one."""
    edit = find_edit(edit_id, call_id=call_id)
    if edit is None:
        raise Http404(gettext("There is no change with this number."))
    if edit.successor_id is None:
        return show_beside(request, call_id=call_id, edit=read_edit(edit, now=timezone.now()))
    # A part is never redirected: to the script that would mean the log-in page.
    if PART_HEADER in request.headers:
        return show_beside(request, call_id=edit.successor_id)
    return redirect("request", edit.successor_id)


def _show_refused(
    request: DeskRequest, refusal: actions.Refused, *, call_id: int, values: dict[str, str], note: str
) -> HttpResponseBase:
    """The form as it was filled in, with what is wrong; the request itself where no form was open yet."""
    sent_from = request.POST.get("edit", "")
    edit = find_edit(int(sent_from), call_id=call_id) if sent_from.isdecimal() and len(sent_from) < 10 else None
    if edit is None:
        return show_refusal(request, refusal, Kept(), call_id=call_id)
    page = read_refused(edit, now=timezone.now(), values=values, note=note, problem=refusal.message)
    return show_beside(request, call_id=call_id, edit=page, status=400 if refusal.field else 409)
