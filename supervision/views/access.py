"""Default deny: a view says which permission opens it, or a test fails."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers

from supervision.roles import Permission, Role, require

P = ParamSpec("P")
ResponseT = TypeVar("ResponseT", bound=HttpResponseBase)

PART_HEADER = "X-Desk-Part"
EVERYWHERE = {"stops": "_stops.html"}
FORM_HEADER = "X-Desk-Form"
GO_HEADER = "X-Desk-Go"
KEPT_MINUTES = 15
COOKIE_DAYS = 365
_KEPT = "unsent_request"


class DeskRequest(HttpRequest):
    """A request by somebody whose role is known."""

    user: User
    role: Role


def allowed(
    permission: Permission,
) -> Callable[[Callable[Concatenate[DeskRequest, P], HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Open a view to the roles that hold this permission, and record it on the view for the test that looks for it.

    Somebody without a session is sent to log in from here: the middleware that would do it knows nothing of forms and
    the pages they stand on.
    """

    def wrap(view: Callable[Concatenate[DeskRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: DeskRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if _is_stranger(request):
                return _lead(request, _ask_to_log_in(request))
            request.role = require(request.user, permission)
            return _lead(request, view(request, *args, **kwargs))

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.login_required = False  # type: ignore[attr-defined]
        return guarded

    return wrap


def form_of(page: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Take forms only. Whoever comes by a link is sent to `page`, which owns the form and has the same arguments."""

    def wrap(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def taken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, **kwargs) if request.method == "POST" else redirect(page, *args, **kwargs)

        taken.page = page  # type: ignore[attr-defined]
        return taken

    return wrap


def open_to_all(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Open a view to people who are not logged in: the way in and the way out."""

    @wraps(view)
    def opened(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(*args, **kwargs)

    opened.permission = Permission.SIGN_IN  # type: ignore[attr-defined]
    return opened


def render_part(
    request: DeskRequest, page: str, parts: dict[str, str], context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page, or only the fragment that a script asks for by name; both from the same templates."""
    template = {**EVERYWHERE, **parts}.get(request.headers.get(PART_HEADER, ""), page)
    response = render(request, f"supervision/{template}", context, status=status)
    patch_vary_headers(response, [PART_HEADER])
    return response


def speak(response: ResponseT, language: str) -> ResponseT:
    """Let this browser ask for its pages in this language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=COOKIE_DAYS * 86_400,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response


def clean_note(text: str) -> str:
    """A note as typed, with plain line ends and without the characters that no database keeps."""
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def keep_words(request: HttpRequest) -> None:
    """Keep what somebody without a session wrote down of a caller, in the session that logging in will take over."""
    words = request.POST.get("request", "")[: settings.REQUEST_MAX_CHARS]
    if words.strip() and "\x00" not in words:
        kept = {"request": words, "channel": request.POST.get("channel", ""), "at": timezone.now().timestamp()}
        request.session[_KEPT] = kept


def take_kept_words(request: HttpRequest) -> dict[str, str]:
    """What was kept of an unsent request, once, and not after a quarter of an hour."""
    kept = request.session.pop(_KEPT, None)
    if not kept or timezone.now().timestamp() - kept["at"] > KEPT_MINUTES * 60:
        return {}
    return {"request": kept["request"], "channel": kept["channel"]}


def _lead(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """To a form sent by script a redirect is an address: a browser would follow it where the script cannot see."""
    if FORM_HEADER not in request.headers or response.status_code != HTTPStatus.FOUND:
        return response
    led = HttpResponse(status=HTTPStatus.NO_CONTENT, headers={GO_HEADER: response["Location"]})
    led.cookies = response.cookies  # among them the language that was just chosen
    return led


def _is_stranger(request: HttpRequest) -> bool:
    return not request.user.is_authenticated


def _ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """To the log-in page and back. Of what a form sent only a caller's words are kept; answers are given again."""
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    match = request.resolver_match
    page = getattr(match.func, "page", match.url_name) if match else "queue"
    if page == "new_run":
        keep_words(request)
    back = reverse(page, kwargs=match.kwargs if match else {})
    return redirect_to_login(back, f"{resolve_url('login')}?unsent={page}")
