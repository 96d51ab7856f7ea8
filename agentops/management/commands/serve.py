"""`manage.py serve`: web server, worker and sweeper in one process, without Redis."""

import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import uvicorn
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.module_loading import import_string

from agentops.embedded import EmbeddedMachine
from agentops.llm.models import describe_model
from agentops.startup import REFUSED, check_start

# From the signal to the end of the process, whatever still runs: everything unfinished is in the database.
STOP_SECONDS = 2.2


class Server(uvicorn.Server):
    """Uvicorn that says when it is up, and tells the machine to stop as soon as it stops itself."""

    def __init__(self, config: uvicorn.Config, *, on_up: Callable[[], None], on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_up = on_up
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._on_up()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        await super().shutdown(sockets=sockets)


class Command(BaseCommand):
    help = "Run Handrail in one process: pages, worker and sweeper. Ctrl-C ends it."
    requires_system_checks = []  # check_start runs them, and says each refusal in one clear line
    stealth_options = ("logins",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen at (8000; 0 takes a free one)")

    def handle(self, *, host: str, port: int, logins: Sequence[str] = (), **_: Any) -> None:
        """Serve until a signal comes; `logins` are lines to print for whoever is to try it out."""
        check_start("serve")
        listener = listen(host=host, port=port)
        address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
        announcement = "\n".join(describe(address, logins))
        import_string(settings.WATCH)()  # a daemon thread: it ends with the process
        if settings.REDIS_URL:
            serve_until_signal(listener, on_up=lambda: self.say(announcement), on_stop=lambda: None)
        else:
            machine = EmbeddedMachine()
            machine.start()
            serve_until_signal(listener, on_up=lambda: self.say(announcement), on_stop=machine.request_stop)
            machine.stop(seconds=STOP_SECONDS)
        self.say("Stopped.")

    def say(self, text: str) -> None:
        """Print at once, also into a pipe."""
        self.stdout.write(text)
        self.stdout.flush()


def serve_until_signal(listener: socket.socket, *, on_up: Callable[[], None], on_stop: Callable[[], None]) -> None:
    """Answer requests until SIGINT or SIGTERM, and then no longer than it takes, or STOP_SECONDS."""

    def stop() -> None:
        on_stop()
        # A thread that waits for a model or a tool would keep the process alive until it is done.
        reaper = threading.Timer(STOP_SECONDS, end_process)
        reaper.daemon = True
        reaper.start()

    for number in (signal.SIGINT, signal.SIGTERM):
        # Uvicorn raises the signal once more after it has stopped; by default that would skip everything after it.
        signal.signal(number, lambda *_: None)
    config = uvicorn.Config(
        "agentops.asgi:application",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=65_536,
    )
    Server(config, on_up=on_up, on_stop=stop).run(sockets=[listener])


def listen(*, host: str, port: int) -> socket.socket:
    """Take the port before anything else starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            advice = f"Stop the program that uses it, or choose another: {sys.argv[0]} serve --port {port + 1}"
            raise CommandError(f"Port {port} is in use. {advice}", returncode=REFUSED) from None
        raise CommandError(f"Cannot listen at {host}:{port}: {error.strerror}.", returncode=REFUSED) from None


def describe(address: str, logins: Sequence[str]) -> list[str]:
    """Say where it runs, with what, and how to end it."""
    database = connection.settings_dict
    kind = "SQLite" if connection.vendor == "sqlite" else "PostgreSQL"
    machine = f"{settings.WORKER_THREADS} threads in this process"
    people = list(logins)
    if not people and not get_user_model().objects.exists():
        people = [f"nobody yet; make the first account with: {sys.argv[0]} createsuperuser"]
    lines = [f"Handrail is running at {address}", f"  Model     {describe_model()}"]
    lines += [f"  Database  {database['NAME']} ({kind})"]
    lines += [f"  Worker    {'other processes, by Redis' if settings.REDIS_URL else machine}"]
    lines += [f"  {'Log in' if not number else '':<8}  {person}" for number, person in enumerate(people)]
    return ["", *lines, "  Stop      Ctrl-C", ""]


def end_process() -> None:
    """Leave at once and in good order: whoever waits in a thread is not waited for."""
    sys.stdout.write("Stopped. What was in progress goes on at the next start.\n")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
