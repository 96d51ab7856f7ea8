"""A small HTTP server on 127.0.0.1 that answers as a Messages API server must not, one named fault at a time."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

Act = Callable[[socket.socket], None]


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class MisbehavingServer:
    """Answers every request by `act`, and keeps what it was asked in `seen`."""

    def answer_by(self, act: Act) -> list[Seen]:
        """Act otherwise from now on; returns the list that what is asked from now on goes to."""
        self.act, self.seen = act, []
        return self.seen

    def __init__(self, act: Act) -> None:
        self.act = act
        self.seen: list[Seen] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            try:
                self.seen.append(_read_request(peer))
                self.act(peer)
            except (OSError, ValueError, IndexError):  # the other side left, or does not speak HTTP
                return


def _read_request(peer: socket.socket) -> Seen:
    with peer.makefile("rb") as stream:
        path = stream.readline().split(b" ")[1].decode()
        headers: dict[str, str] = {}
        while line := stream.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Seen(path, headers, json.loads(stream.read(int(headers.get("content-length", "0"))) or b"{}"))


def write_answer(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> bytes:
    """A whole HTTP answer. A dict is written as JSON, bytes as they are."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"content-type": "application/json", "content-length": str(len(data)), "request-id": "req_test"}
    fields |= headers or {}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Answer\r\n{head}connection: close\r\n\r\n".encode() + data


def answer(body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Act:
    """Send one whole answer."""
    return lambda peer: peer.sendall(write_answer(body, status=status, headers=headers))


def error(status: int, kind: str = "api_error", text: str = "no", **headers: str) -> Act:
    """Send one error as the Messages API writes it; `retry_after` becomes `retry-after`."""
    body = {"type": "error", "error": {"type": kind, "message": text}}
    return answer(body, status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})


def cut(data: bytes, at: int) -> Act:
    """Send the beginning of an answer, then reset the connection."""

    def act(peer: socket.socket) -> None:
        peer.sendall(data[:at])
        time.sleep(0.05)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return act


def in_turn(*acts: Act) -> Act:
    """The first request is answered by the first act, and so on; the last act stays."""
    left = list(acts)
    lock = threading.Lock()

    def act(peer: socket.socket) -> None:
        with lock:
            mine = left.pop(0) if len(left) > 1 else left[0]
        mine(peer)

    return act


def send(data: bytes) -> Act:
    """Send these bytes, whatever they are, and close."""
    return lambda peer: peer.sendall(data)


def send_chunks(*chunks: bytes, end: bytes = b"0\r\n\r\n", content_type: str = "text/event-stream") -> Act:
    """Send a body in chunks; `end` is how the last chunk is told."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    body = b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks)
    return send(head + body + end)


def end_early(data: bytes, at: int) -> Act:
    """Send the beginning of an answer, then close the connection in good order."""
    return lambda peer: peer.sendall(data[:at])


def drip(data: bytes, *, pause_s: float = 0.05) -> Act:
    """Send one byte at a time and never come to an end."""

    def act(peer: socket.socket) -> None:
        for byte in data:
            peer.sendall(bytes([byte]))
            time.sleep(pause_s)

    return act


def never_end(status: int) -> Act:
    """Send a body that has no end, as fast as it is taken."""
    head = write_answer(b"", status=status).replace(b"content-length: 0\r\n", b"")

    def act(peer: socket.socket) -> None:
        peer.sendall(head)
        while True:
            peer.sendall(b"x" * 65_536)

    return act


def stay_silent(peer: socket.socket) -> None:
    """Take the request and answer nothing until the other side leaves."""
    peer.recv(1)
