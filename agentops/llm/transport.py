"""An HTTP transport whose calls end: connecting, sending and every byte received count against one deadline.

A timeout per read is not enough: a server that sends one byte a second is never too late for it. Here each wait on
the network is cut to what is left of the call, headers and error bodies included, and no body is read without end.
Looking a name up has no timeout at all, and a name with many addresses has one for each: both count here too.
"""

import math
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore2
import httpx2

MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
SEND_BYTES = 16 * 1024

_ends_at: ContextVar[float] = ContextVar("ends_at", default=math.inf)


@contextmanager
def end_within(seconds: float) -> Iterator[None]:
    """Everything the transport does in this block, on this thread, is over after so many seconds."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def _cut(timeout: float | None, error: type[Exception]) -> float:
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise error("the time for this call is over")
    return left if timeout is None else min(timeout, left)


class BoundedTransport(httpx2.HTTPTransport):
    """The usual transport with a deadline under it and a bound on how much of a body is handed on."""

    def __init__(self, *, proxy: str | None = None) -> None:
        # As many calls at once as there are runs at work: their number is bounded by the worker's threads.
        super().__init__(proxy=proxy, limits=httpx2.Limits(max_connections=None, max_keepalive_connections=20))
        # The pool takes a backend only when it is built, and httpx2 builds it: there is no public way in.
        self._pool._network_backend = _Backend()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request. A body that is too long ends one byte after the bound, for the reader to notice."""
        response = super().handle_request(request)
        limit = MAX_BODY_BYTES + 1 if response.is_success else MAX_ERROR_BYTES
        response.stream = _Beginning(response.stream, limit)
        return response


class _Beginning(httpx2.SyncByteStream):
    def __init__(self, stream: Any, limit: int) -> None:
        self._stream = stream
        self._limit = limit

    def __iter__(self) -> Iterator[bytes]:
        left = self._limit
        for chunk in self._stream:
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return

    def close(self) -> None:
        self._stream.close()


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _cut(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # In pieces: a single long write starts its timeout anew with every byte that the other side takes.
        for start in range(0, len(buffer), SEND_BYTES):
            self._stream.write(buffer[start : start + SEND_BYTES], _cut(timeout, httpcore2.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _cut(timeout, httpcore2.ConnectTimeout)))

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore2.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = _look_up(host, port, within_s=_cut(timeout, httpcore2.ConnectTimeout))
        failed: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in addresses:
            left = _cut(timeout, httpcore2.ConnectTimeout)
            try:
                return _Stream(super().connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed


def _look_up(host: str, port: int, *, within_s: float) -> list[str]:
    """The addresses of a host. The system's look-up cannot be stopped, so it is left behind when time is up."""
    found: list[str] = []
    errors: list[str] = []

    def look() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(str(address[0]) for *_, address in answers)
        except (OSError, UnicodeError) as error:
            errors.append(str(error))

    thread = threading.Thread(target=look, name="look-up", daemon=True)
    thread.start()
    thread.join(within_s)
    if errors:
        raise httpcore2.ConnectError(errors[0])
    if thread.is_alive():
        raise httpcore2.ConnectTimeout(f"looking up {host} took too long")
    return found
