"""The access log: who saw whom."""

from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from supervision.inbox.viewings import read_viewings
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, clean_note, render_part
from supervision.views.sent import read_cursor


@require_safe
@allowed(Permission.SEE_ACCESS)
def list_viewings(request: DeskRequest) -> HttpResponseBase:
    """The log, newest first; a cursor that cannot be read begins at the newest."""
    words = clean_note(request.GET.get("q", ""))[:200]
    looks, following = read_viewings(words=words, before=read_cursor(request), now=timezone.now())
    return render_part(request, "viewings.html", {}, {"looks": looks, "following": following, "q": words})
