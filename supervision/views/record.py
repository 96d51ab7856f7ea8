"""The record of decisions and changes: a page to search, and the same as a file."""

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from supervision.exports import export_csv, export_json
from supervision.record import COLUMNS, WHAT, Asked, check_health, read_asked, read_record, read_rows
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, render_part
from supervision.views.sent import read_cursor

FIELDS = ("q", "who", "what", "about", "since", "until")


@require_safe
@allowed(Permission.SEE_RECORD)
def list_record(request: DeskRequest) -> HttpResponseBase:
    """The record, newest first; a cursor that cannot be read begins at the newest."""
    return _list(request, read_asked(request.GET))


@require_safe
@allowed(Permission.SEE_RECORD)
def export_record(request: DeskRequest) -> HttpResponseBase:
    """What the search finds, as a file; the page with its errors where it cannot be read."""
    asked = read_asked(request.GET)
    if asked.errors:
        return _list(request, asked)
    name = f"record-{timezone.localdate().isoformat()}"
    if request.GET.get("as") == "json":
        return export_json(name, read_rows(asked))
    return export_csv(name, COLUMNS, read_rows(asked))


def _list(request: DeskRequest, asked: Asked) -> HttpResponse:
    now = timezone.now()
    lines, following = ([], None) if asked.errors else read_record(asked, before=read_cursor(request), now=now)
    typed = {name: request.GET.get(name, "")[:200] for name in FIELDS}
    context = {
        "lines": lines,
        "following": following,
        "typed": typed,
        "search": urlencode({name: value for name, value in typed.items() if value}),
        "choices": sorted(((code, str(label)) for code, label in WHAT.items()), key=lambda choice: choice[1]),
        "errors": dict(asked.errors),
        "health": check_health(now=now),
    }
    return render_part(request, "record.html", {}, context, status=400 if asked.errors else 200)
