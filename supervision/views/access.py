"""Default deny: a view says which permission opens it, or a test fails."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from supervision.roles import Permission, Role, require

P = ParamSpec("P")

PART_HEADER = "X-Desk-Part"


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
                return _ask_to_log_in(request)
            request.role = require(request.user, permission)
            return view(request, *args, **kwargs)

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
    template = parts.get(request.headers.get(PART_HEADER, ""), page)
    response = render(request, f"supervision/{template}", context, status=status)
    patch_vary_headers(response, [PART_HEADER])
    return response


def _is_stranger(request: HttpRequest) -> bool:
    return not request.user.is_authenticated


def _ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """To the log-in page and back: what a form sent is not kept, so the way back leads to the form."""
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    match = request.resolver_match
    page = getattr(match.func, "page", match.url_name) if match else "queue"
    back = reverse(page, kwargs=match.kwargs if match else {})
    return redirect_to_login(back, f"{resolve_url('login')}?unsent={page}")
