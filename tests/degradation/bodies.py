"""Servers that say yes and then send no message: broken connections, broken bytes, bodies of the wrong kind."""

import gzip
import json
import socket
import time

from agentops.llm.transport import MAX_BODY_BYTES
from tests.degradation.cases import UNAVAILABLE, Case, gives_up, then_well
from tests.degradation.statuses import AS_HTML, HTML
from tests.misbehaving_server import (
    Act,
    answer,
    cut,
    drip,
    end_early,
    error,
    never_end,
    send,
    send_chunks,
    stay_silent,
    write_answer,
)
from tests.replies import message

GOOD = write_answer(message())
HEAD = GOOD[: GOOD.index(b"\r\n\r\n") + 4]
LONG = json.dumps(message()).encode() + b" " * MAX_BODY_BYTES
GZIP = {"content-encoding": "gzip"}
ECHO = error(500, "api_error", "authorization: Bearer sk-invented")


def then_silent(start: bytes) -> Act:
    """Send a beginning, then nothing more until the other side leaves."""

    def act(peer: socket.socket) -> None:
        peer.sendall(start)
        stay_silent(peer)

    return act


def then_drip(start: bytes, *, pause_s: float = 0.05) -> Act:
    """Send a beginning at once, and blanks one at a time for as long as anybody reads."""

    def act(peer: socket.socket) -> None:
        peer.sendall(start)
        drip(b" " * 10_000, pause_s=pause_s)(peer)

    return act


def answer_late(peer: socket.socket) -> None:
    """A good answer, when nobody waits for it any longer."""
    time.sleep(2.5)
    peer.sendall(GOOD)


BODIES = [
    gives_up("closed at once", lambda peer: None),
    gives_up("reset at once", cut(GOOD, 0)),
    gives_up("reset in the status line", cut(GOOD, 8)),
    gives_up("reset in the headers", cut(GOOD, 40)),
    gives_up("reset in the body", cut(GOOD, len(GOOD) - 20)),
    gives_up("ended in the headers", end_early(GOOD, 40)),
    gives_up("ended after the headers", end_early(GOOD, len(HEAD))),
    gives_up("ended in the body", end_early(GOOD, len(GOOD) - 20)),
    then_well("reset once", cut(GOOD, len(GOOD) - 20)),
    gives_up("no HTTP", send(b"\x16\x03\x01 what?\r\n\r\n")),
    gives_up("no headers", send(b"HTTP/1.1 200 OK\r\n\r\n")),
    gives_up("a header without end", send(b"HTTP/1.1 200 OK\r\nx: " + b"x" * 300_000)),
    gives_up("ten thousand headers", send(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 10_000 + b"\r\n")),
    gives_up("a length that is no number", send(HEAD.replace(b"content-length: ", b"content-length: x") + b"{}")),
    gives_up("a negative length", send(HEAD.replace(b"content-length: ", b"content-length: -") + b"{}")),
    gives_up("invalid JSON", answer(b'{"id": ')),
    gives_up("empty body", answer(b"")),
    gives_up("null", answer(b"null")),
    gives_up("a list", answer(b"[]")),
    gives_up("not UTF-8", answer(b'{"type": "\xff\xfe"}')),
    gives_up("deep nesting", answer(b'{"a":' * 10_000)),
    gives_up("a number of 5,000 digits", answer(b'{"a": ' + b"9" * 5_000 + b"}")),
    gives_up("wrong content type", answer(message(), headers={"content-type": "text/plain"})),
    gives_up("no content type", answer(message(), headers={"content-type": ""})),
    gives_up("HTML with 200", answer(HTML, headers=AS_HTML)),
    gives_up("HTML that calls itself JSON", answer(HTML)),
    gives_up("gzip garbage", answer(message(), headers=GZIP)),
    gives_up("half a gzip", answer(gzip.compress(json.dumps(message()).encode())[:40], headers=GZIP)),
    gives_up("a bomb", answer(gzip.compress(LONG), headers=GZIP)),
    gives_up("huge body", answer(LONG)),
    gives_up("body without end", never_end(200)),
    gives_up("error body without end", never_end(529)),
    gives_up("chunk of a wrong length", send_chunks(b"{}", end=b"zz\r\n")),
    gives_up("chunks without an end", send_chunks(b"{}", end=b"", content_type="application/json")),
    gives_up("an error that names the key", ECHO),
    Case("silence", stay_silent, UNAVAILABLE, slow=True),
    Case("headers, then silence", then_silent(HEAD), UNAVAILABLE, slow=True),
    Case("headers one byte at a time", drip(GOOD), UNAVAILABLE, slow=True),
    Case(
        "body one byte at a time",
        then_drip(HEAD.replace(b"content-length: ", b"content-length: 9")),
        UNAVAILABLE,
        slow=True,
    ),
    Case("one byte a second", then_drip(HEAD, pause_s=1.0), UNAVAILABLE, slow=True),
    Case(
        "error body one byte at a time", then_drip(write_answer(b"x" * 999, status=529)[:-999]), UNAVAILABLE, slow=True
    ),
    Case("an answer that comes too late", answer_late, UNAVAILABLE, slow=True),
]
