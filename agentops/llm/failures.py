"""What an error of the Messages API means for the loop, however it came: by status, in a body or inside a stream."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from agentops.domain.messages import FailureKind, ModelFailure

MAX_DETAIL_CHARS = 300

_BY_STATUS = {
    401: FailureKind.KEY_REJECTED,
    402: FailureKind.KEY_REJECTED,
    403: FailureKind.KEY_REJECTED,
    404: FailureKind.MODEL_NOT_FOUND,
    408: FailureKind.TIMEOUT,
    409: FailureKind.UNAVAILABLE,
    413: FailureKind.CONTEXT_FULL,
    429: FailureKind.RATE_LIMITED,
    504: FailureKind.TIMEOUT,
    529: FailureKind.OVERLOADED,
}
_BY_TYPE = {
    "authentication_error": FailureKind.KEY_REJECTED,
    "billing_error": FailureKind.KEY_REJECTED,
    "permission_error": FailureKind.KEY_REJECTED,
    "invalid_request_error": FailureKind.BAD_REQUEST,
    "not_found_error": FailureKind.MODEL_NOT_FOUND,
    "request_too_large": FailureKind.CONTEXT_FULL,
    "rate_limit_error": FailureKind.RATE_LIMITED,
    "timeout_error": FailureKind.TIMEOUT,
    "overloaded_error": FailureKind.OVERLOADED,
    "api_error": FailureKind.UNAVAILABLE,
}
_TOO_LONG = re.compile(r"prompt is too long|exceeds?\b.{0,40}\bcontext|maximum context", re.IGNORECASE)
_NO_CREDIT = re.compile(r"credit balance", re.IGNORECASE)
_SECRETS = re.compile(r"\bsk-[\w-]{4,}|(?<=bearer )\S+", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def read_failure(
    *, status: int, body: Any, headers: Mapping[str, str] | None = None, now: datetime | None = None
) -> ModelFailure:
    """Name the failure behind an error body. An error inside a 200 counts by its type, else as unavailable.

    `now` is the moment the answer came, for a `retry-after` that is a date; without it, the present.
    """
    error = body.get("error") if isinstance(body, dict) else None
    kind, message = "", ""
    if isinstance(error, dict):
        kind, message = str(error.get("type") or ""), str(error.get("message") or "")
    detail = describe(f"HTTP {status} {kind}: {message}" if kind or message else f"HTTP {status}")
    return ModelFailure(
        _name(status=status, kind=kind, message=message),
        detail,
        retry_after=read_retry_after(headers or {}, now=now or datetime.now(UTC)),
        begun=status == HTTPStatus.OK,
    )


def describe(text: str) -> str:
    """Text from outside as one short line that every database can hold, without a key that a server sent back."""
    return _SECRETS.sub("[key]", _CONTROLS.sub(" ", text)).strip()[:MAX_DETAIL_CHARS]


def read_retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds the server asks to wait, however many; None where it said nothing that is a time."""
    milliseconds = _read_number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _read_number(value)
    if seconds is not None or value is None:
        return seconds
    return _seconds_until(value, now=now)


def _read_number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _seconds_until(date: str, *, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def _name(*, status: int, kind: str, message: str) -> FailureKind:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if kind == "invalid_request_error" and _TOO_LONG.search(message):
        return FailureKind.CONTEXT_FULL
    if kind == "invalid_request_error" and _NO_CREDIT.search(message):
        return FailureKind.KEY_REJECTED
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    return FailureKind.UNAVAILABLE if status == 200 or status >= 500 else FailureKind.BAD_REQUEST
