"""Servers that say no: every status of the Messages API, with and without a wish for patience."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.degradation.cases import (
    BAD_REQUEST,
    CONTEXT_FULL,
    KEY_REJECTED,
    NOT_FOUND,
    UNAVAILABLE,
    Case,
    gives_up,
    then_well,
)
from tests.misbehaving_server import Act, answer, error, send, write_answer
from tests.replies import message

HTML = b"<html><h1>Something went wrong</h1></html>"
AS_HTML = {"content-type": "text/html"}
LATER = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
EARLIER = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
TOO_LONG = "prompt is too long: 210000 tokens > 200000 maximum"
TOO_LONG_2 = "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"
CREDIT = "Your credit balance is too low to access the Anthropic API."
LIMIT = "rate_limit_error"
BUSY = "overloaded_error"


def redirect(status: int, where: str) -> Act:
    """Send the client elsewhere."""
    return answer(b"", status=status, headers={"location": where})


STATUSES = [
    Case("400", error(400, "invalid_request_error"), BAD_REQUEST),
    Case("400 prompt too long", error(400, "invalid_request_error", TOO_LONG), CONTEXT_FULL),
    Case("400 input and max_tokens too long", error(400, "invalid_request_error", TOO_LONG_2), CONTEXT_FULL),
    Case("400 no credit", error(400, "invalid_request_error", CREDIT), KEY_REJECTED),
    Case("400 with half a body", answer(b'{"type":"err', status=400), BAD_REQUEST),
    Case("400 deep", answer(b'{"error":' * 10_000, status=400), BAD_REQUEST),
    Case("401", error(401, "authentication_error", "invalid x-api-key"), KEY_REJECTED),
    Case("402", error(402, "billing_error"), KEY_REJECTED),
    Case("403", error(403, "permission_error"), KEY_REJECTED),
    Case("403 HTML", answer(HTML, status=403, headers=AS_HTML), KEY_REJECTED),
    Case("404 model", error(404, "not_found_error", "model: claude-does-not-exist"), NOT_FOUND),
    Case("404 HTML", answer(HTML, status=404, headers=AS_HTML), NOT_FOUND),
    gives_up("408", error(408)),
    gives_up("409", error(409)),
    Case("413", error(413, "request_too_large"), CONTEXT_FULL),
    Case("418", error(418, "invalid_request_error"), BAD_REQUEST),
    Case("422", error(422, "invalid_request_error"), BAD_REQUEST),
    gives_up("429", error(429, LIMIT)),
    gives_up("429 garbage patience", error(429, LIMIT, retry_after="soon")),
    gives_up("429 negative patience", error(429, LIMIT, retry_after="-5")),
    gives_up("429 patience that is no number", error(429, LIMIT, retry_after="nan")),
    gives_up("429 patience till an hour ago", error(429, LIMIT, retry_after=EARLIER)),
    Case("429 patience till an hour from now", error(429, LIMIT, retry_after=LATER), UNAVAILABLE),
    Case("429 an hour", error(429, LIMIT, retry_after="3600"), UNAVAILABLE),
    Case("429 for ever", error(429, LIMIT, retry_after="1e300"), UNAVAILABLE),
    then_well("429 a moment", error(429, LIMIT, retry_after_ms="20")),
    then_well("429 no time at all", error(429, LIMIT, retry_after="0")),
    gives_up("500", error(500)),
    gives_up("500 HTML", answer(HTML, status=500, headers=AS_HTML)),
    gives_up("500 empty", answer(b"", status=500)),
    gives_up("502 HTML", answer(HTML, status=502, headers=AS_HTML)),
    gives_up("503", error(503)),
    gives_up("504", error(504, "timeout_error")),
    gives_up("529", error(529, BUSY, "Overloaded")),
    gives_up("529 no time at all", error(529, BUSY, retry_after="0")),
    Case("529 an hour", error(529, BUSY, retry_after="3600"), UNAVAILABLE),
    then_well("529 once", error(529, BUSY)),
    then_well("529 twice", error(529, BUSY), error(529, BUSY)),
    then_well("500 once", error(500)),
    gives_up("299", answer(message(), status=299, headers={"content-type": "text/plain"})),
    gives_up("204", answer(b"", status=204)),
    Case("301", redirect(301, "http://127.0.0.1:9/"), BAD_REQUEST),
    Case("302 to itself", redirect(302, "/v1/messages"), BAD_REQUEST),
    Case("307 without an address", answer(b"", status=307), BAD_REQUEST),
    gives_up("101", send(b"HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n")),
    then_well("103 before the answer", send(b"HTTP/1.1 103 Early\r\n\r\n" + write_answer(b"", status=500))),
    gives_up("100 and no more", send(b"HTTP/1.1 100 Continue\r\n\r\n")),
    Case("999", answer(b"", status=999), UNAVAILABLE, asked=3),
]
