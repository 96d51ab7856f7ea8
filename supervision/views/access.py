"""Default deny: a view says which permission opens it, or a test fails."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
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
    """Open a view to the roles that hold this permission, and record it on the view for the test that looks for it."""

    def wrap(view: Callable[Concatenate[DeskRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: DeskRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request.role = require(request.user, permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

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
