"""Pages for when something cannot be shown: what happened, what follows, what to do, and the request id."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext, gettext_noop

RETRY_SECONDS = 5
TOO_OLD = gettext_noop("The page was open too long or came from another site. Reload and try again; nothing was done.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: something in the address or the form could not be read. Only our own sentences are repeated."""
    text = (
        str(exception)
        if type(exception).__name__ == "BadRequest"
        else gettext("The form or address could not be read.")
    )
    return _page(
        request, 400, gettext("That could not be read"), gettext("%(text)s Nothing was done.") % {"text": text}
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the account may not."""
    return _page(
        request, 403, gettext("This is not open to your account"), str(exception) or gettext("Ask an administrator.")
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without a valid token, or from another site."""
    return _page(request, 403, gettext("Nothing was done"), gettext(TOO_OLD))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: the same page for what never was and for what is not yours to see."""
    return _page(
        request, 404, gettext("There is nothing here"), gettext("It may have been removed, or the address is mistyped.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours; 503 where only the database was away. Needs neither of them, nor a session."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _busy(request)
    text = gettext("If you were answering a request, open it again: it shows whether your answer was recorded.")
    return _page(request, 500, gettext("Something went wrong here"), text)


def _busy(request: HttpRequest) -> HttpResponse:
    asked = request.method in {"GET", "HEAD"}
    title = gettext("This cannot be shown right now") if asked else gettext("Not recorded. Try again.")
    text = gettext("The database did not answer in time.") + (
        gettext(" Try again in a moment.") if asked else gettext(" Nothing counts twice.")
    )
    answer = _page(request, 503, title, text)
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {"status": status, "title": title, "text": text, "request_id": getattr(request, "request_id", "")}
    return HttpResponse(render_to_string("supervision/error.html", context), status=status)
