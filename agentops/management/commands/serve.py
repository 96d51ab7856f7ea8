"""`manage.py serve`: web server, worker and sweeper in one process, without Redis."""

import errno
import fcntl
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import uvicorn
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError as BrokerError

from agentops.celery import app
from agentops.embedded import EmbeddedMachine
from agentops.llm.models import describe_model

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
    requires_system_checks = []  # run below, where each refusal is one clear line
    stealth_options = ("logins",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen at (8000; 0 takes a free one)")

    def handle(self, *, host: str, port: int, logins: Sequence[str] = (), **_: Any) -> None:
        """Serve until a signal comes; `logins` are lines to print for whoever is to try it out."""
        refuse_faults()
        refuse_old_tables()
        refuse_silent_redis()
        lock = lock_database()
        listener = listen(host=host, port=port)
        address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
        announcement = "\n".join(describe(address, logins))
        if settings.REDIS_URL:
            serve_until_signal(listener, on_up=lambda: self.say(announcement), on_stop=lambda: None)
        else:
            machine = EmbeddedMachine()
            machine.start()
            serve_until_signal(listener, on_up=lambda: self.say(announcement), on_stop=machine.request_stop)
            machine.stop(seconds=STOP_SECONDS)
        if lock:
            lock.close()
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


def refuse_faults() -> None:
    """Stop with the first thing the system checks find, the database's own answers among them."""
    try:
        connection.ensure_connection()
        serious = [found for found in run_checks(databases=["default"]) if found.is_serious()]
    except OperationalError as error:
        raise CommandError(f"The database does not answer ({error}). Start it, or correct HANDRAIL_DATABASE.") from None
    if serious:
        raise CommandError(" ".join(filter(None, [str(serious[0].msg), serious[0].hint])))


def refuse_old_tables() -> None:
    """Stop where migrations have not been applied."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise CommandError(f"The database is {len(missing)} migrations behind. Run: {sys.argv[0]} migrate")


def refuse_silent_redis() -> None:
    """Stop where Redis is set and does not answer."""
    if not settings.REDIS_URL:
        return
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0.5, timeout=3)
    except BrokerError as error:
        raise CommandError(
            f"Redis does not answer ({error}). Start it, correct HANDRAIL_REDIS, or leave that unset to run everything "
            "in this process."
        ) from None


def lock_database() -> IO[str] | None:
    """Hold the SQLite file for this process: a second one would not hear the first one's hints and doorbells."""
    if connection.vendor != "sqlite":
        return None
    database = Path(connection.settings_dict["NAME"])
    lock = database.with_name(f"{database.name}.serve-lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        raise CommandError(
            f"Process {lock.read().strip() or '?'} already serves {database}. Stop it first, or set HANDRAIL_DATABASE "
            "to another file."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def listen(*, host: str, port: int) -> socket.socket:
    """Take the port before anything else starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            advice = f"Stop the program that uses it, or choose another: {sys.argv[0]} serve --port {port + 1}"
            raise CommandError(f"Port {port} is in use. {advice}") from None
        raise CommandError(f"Cannot listen at {host}:{port}: {error.strerror}.") from None


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
