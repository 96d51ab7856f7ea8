"""What a caller answers to the question that the assistant put to them."""

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext

from agentops.models import ToolCall
from supervision import actions
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, clean_note, form_of
from supervision.views.runs import show_run_again
from supervision.views.sent import read_number


@form_of("request")
@allowed(Permission.START_RUN)
def hear_caller(request: DeskRequest, call_id: int) -> HttpResponseBase:
    """The caller's own words; the run's page shows what they led to."""
    run_id = ToolCall.objects.filter(pk=call_id).values_list("run_id", flat=True).first()
    if run_id is None:
        raise Http404(gettext("There is no request with this number."))
    words = clean_note(request.POST.get("words", ""))
    outcome = actions.hear_caller(
        user=request.user,
        call_id=call_id,
        version=read_number(request, "version"),
        digest=request.POST.get("digest", ""),
        words=words,
    )
    if isinstance(outcome, actions.Refused):
        return show_run_again(request, run_id, problem=outcome, words=words)
    return redirect("run", run_id)
