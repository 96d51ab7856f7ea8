"""Real receivers on this machine: a mail server and a webhook, which keep what they were given."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs to hand over a mail."""

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.upper().split(":")[0].split(" ")[0]
            if verb == "DATA":
                self._say("354 go on")
                self.server.mails.append(self._read_mail())  # type: ignore[attr-defined]
                self._say("250 kept")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say(self.server.refusal if verb == "RCPT" and self.server.refusal else "250 fine")  # type: ignore[attr-defined]

    def _read_mail(self) -> str:
        lines: list[str] = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        return "\n".join(lines)

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append(  # type: ignore[attr-defined]
            {"path": self.path, "key": self.headers["Idempotency-Key"], "body": json.loads(body)}
        )
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def _run(server: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def mail_server(*, refusal: str = "") -> Iterator[Any]:
    """A mail server; `mails` are the ones it took. With a `refusal` it takes none."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mail)
    server.daemon_threads = True
    server.mails, server.refusal = [], refusal  # type: ignore[attr-defined]
    with _run(server) as running:
        yield running


@contextmanager
def webhook(*, status: int = 200) -> Iterator[Any]:
    """A webhook; `posts` are the ones it got, `status` is what it answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hook)
    server.posts, server.status = [], status  # type: ignore[attr-defined]
    with _run(server) as running:
        yield running
