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

import redis
import uvicorn
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import run_checks
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from agentops.embedded import EmbeddedMachine
from agentops.models import ModelRoute

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
        machine = None if settings.REDIS_URL else EmbeddedMachine()
        if machine:
            machine.start()
        address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
        self.serve(listener, machine, announcement="\n".join(describe(address, logins)))
        if machine:
            machine.stop(seconds=STOP_SECONDS)
        if lock:
            lock.close()
        self.stdout.write("Stopped.")

    def serve(self, listener: socket.socket, machine: EmbeddedMachine | None, *, announcement: str) -> None:
        """Answer requests until SIGINT or SIGTERM."""

        def say_up() -> None:
            self.stdout.write(announcement)
            self.stdout.flush()

        def stop() -> None:
            if machine:
                machine.request_stop()
            # A thread that waits for a model or a tool would keep the process alive until it is done.
            reaper = threading.Timer(STOP_SECONDS, end_process)
            reaper.daemon = True
            reaper.start()

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
        for number in (signal.SIGINT, signal.SIGTERM):
            # Uvicorn raises the signal once more after it has stopped; by default that would skip everything after it.
            signal.signal(number, lambda *_: None)
        Server(config, on_up=say_up, on_stop=stop).run(sockets=[listener])


def refuse_faults() -> None:
    """Stop with the first thing the system checks find."""
    serious = [found for found in run_checks(databases=["default"]) if found.is_serious()]
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
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        raise CommandError(
            f"Redis does not answer ({type(error).__name__}). Start it, correct HANDRAIL_REDIS, or leave that unset "
            "to run everything in this process."
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


def describe_model() -> str:
    """Say who answers for the agent, so that nobody takes the planner for a language model."""
    if settings.MODEL_PROVIDER == "offline":
        return "offline planner (no AI model, no key)"
    routes = ModelRoute.objects.filter(provider=settings.MODEL_PROVIDER)
    names = ", ".join(sorted(set(routes.values_list("model", flat=True)))) or "no route yet"
    return f"{settings.MODEL_PROVIDER}: {names}{' at ' + settings.ANTHROPIC_BASE_URL if settings.ANTHROPIC_BASE_URL else ''}"


def end_process() -> None:
    """Leave at once and in good order: whoever waits in a thread is not waited for."""
    print("Stopped. What was in progress goes on at the next start.", flush=True)
    sys.stderr.flush()
    os._exit(0)
