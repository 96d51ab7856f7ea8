"""Around every answer: one request id, one log line, and the headers that keep a page from being abused."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

GetResponse = Callable[[HttpRequest], HttpResponseBase]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
FEATURES = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "payment", "usb")
PERMISSIONS = ", ".join(f"{feature}=()" for feature in FEATURES)

log = structlog.get_logger(__name__)


class RequestIdMiddleware:
    """Gives the request an id of our own making and puts it on the log lines, the page and the answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = str(uuid.uuid4())
        request.request_id = request_id  # type: ignore[attr-defined]
        began = time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            log.info(
                "request_answered",
                method=request.method if request.method in METHODS else "(unknown)",
                path=_known_path(request),
                code=response.status_code,
                duration_ms=round((time.monotonic() - began) * 1000),
            )
        response["X-Request-ID"] = request_id
        return response


def _known_path(request: HttpRequest) -> str:
    """The path where it is one of ours, which hold numbers only; what somebody typed may be about a person."""
    return request.path if getattr(request, "resolver_match", None) else "(unknown)"


class SecurityHeadersMiddleware:
    """Content policy and feature policy on everything; pages are never stored, static files keep their own rule."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in settings.SECURE_CSP.items())

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["Content-Security-Policy"] = self.policy
        response["Permissions-Policy"] = PERMISSIONS
        response.setdefault("Cache-Control", "no-store")
        return response


class LanguageEndMiddleware:
    """Ends the reader's language with the answer: Django's own middleware begins one for each request and ends none."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with translation.override(translation.get_language()):
            return self.get_response(request)
