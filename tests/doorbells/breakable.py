"""A PostgreSQL and a Redis that can be taken away in the middle, and come back on the same port with what survives."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers import START_SECONDS, _answers_ping, _answers_sql, _find, _own_directory, free_port


@dataclass
class Breakable:
    """One server program: its command, whom it runs as, and how to tell that it answers."""

    url: str
    command: list[str]
    home: Path
    user: dict[str, Any]
    is_up: Callable[[], bool]
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    def start(self) -> None:
        """Start it, or start it again; returns when it answers."""
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=subprocess.STDOUT, cwd=self.home, **self.user
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_up():
            assert time.monotonic() < deadline, (self.home / "log").read_text(errors="replace")[-2000:]
            time.sleep(0.05)

    def end(self, number: signal.Signals) -> None:
        """Send a signal and wait until it is gone."""
        assert self.process
        self.process.send_signal(number)
        self.process.wait(30)


@contextmanager
def breakable_postgres() -> Iterator[Breakable]:
    """A PostgreSQL of our own. `SIGQUIT` ends it at once and without a checkpoint, as a crash would."""
    initdb = _find("initdb", places="/usr/lib/postgresql/*/bin/initdb", package="postgresql")
    with _own_directory("handrail-pg-") as (home, user):
        data, port = home / "data", free_port()
        create = [initdb, "-D", str(data), "-U", "handrail", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(create, check=True, capture_output=True, cwd=home, **user)
        command = [str(Path(initdb).with_name("postgres")), "-D", str(data), "-k", str(home), "-p", str(port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        url = f"postgresql://handrail@127.0.0.1:{port}"
        yield from _running(Breakable(url, command, home, user, lambda: _answers_sql(url)))


@contextmanager
def breakable_redis() -> Iterator[Breakable]:
    """A Redis of our own that keeps nothing: killed, it comes back empty."""
    server = _find("redis-server", places="/usr/sbin/redis-server", package="redis-server")
    with _own_directory("handrail-redis-") as (home, user):
        port = free_port()
        command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        url = f"redis://127.0.0.1:{port}"
        yield from _running(Breakable(url, command, home, user, lambda: _answers_ping(port)))


def _running(server: Breakable) -> Iterator[Breakable]:
    server.start()
    try:
        yield server
    finally:
        if server.process and server.process.poll() is None:
            server.end(signal.SIGINT)
