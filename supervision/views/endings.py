"""What became of rows that left a list which is still on somebody's screen."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from supervision.inbox.endings import read_endings
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed

MOST_ROWS = 60


@require_safe
@allowed(Permission.SEE_QUEUE)
def list_endings(request: DeskRequest) -> HttpResponseBase:
    """A part that a script asks for when rows are gone."""
    endings = read_endings(request.GET.getlist("row")[:MOST_ROWS])
    return render(request, "supervision/_endings.html", {"endings": endings})
