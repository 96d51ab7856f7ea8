"""The production installation of the README on this machine: PostgreSQL, Redis, web server, workers, beat."""

import re
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from websockets.sync.client import ClientConnection, connect

from tests.integration.visitor import Visitor
from tests.programs import PYTHON, Program, clean_environment, manage
from tests.servers import free_port

# Short, so that what a killed worker held is taken up again while a test waits. Nothing else differs from the README.
LEASE_SECONDS = 10
SWEEP_SECONDS = 1
WORKERS = ("one", "two")

T = TypeVar("T")


class Production:
    """The running installation: pages to visit, rows to look at, workers to kill."""

    def __init__(self, *, env: dict[str, str], database: str, logs: Path) -> None:
        self.env, self.database, self.logs = env, database, logs
        self.port = free_port()
        self.passwords: dict[str, str] = {}
        self.programs: dict[str, Program] = {}
        self.started = 0

    def prepare(self) -> None:
        """Migrate, seed, collect the static files; the seed prints each password once."""
        for words in (["migrate"], ["collectstatic", "--noinput"], ["seed"]):
            done = manage(*words, env=self.env)
            assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        self.hold_for(0)
        self.passwords = dict(re.findall(r"^(\w+): (\S+)$", done.stdout, re.MULTILINE))

    def hold_for(self, seconds: int) -> None:
        """How long every tool's policy holds a yes from now on."""
        policies = f"from agentops.models import ToolPolicy; ToolPolicy.objects.update(hold_seconds={seconds})"
        done = manage("shell", "-c", policies, env=self.env)
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start everything and wait until it works."""
        web = ["uvicorn", "agentops.asgi:application", "--host", "127.0.0.1", "--port", str(self.port)]
        self._run("web", *web).wait_for("Uvicorn running on")
        for name in WORKERS:
            self.start_worker(name)
        self._run("beat", "celery", "-A", "agentops.celery", "beat")

    def start_worker(self, name: str) -> None:
        celery = ["celery", "-A", "agentops.celery", "worker", "-P", "threads", "-c", "50"]
        self._run(name, *celery, "-n", f"{name}@%h").wait_for(r"\[queues\]")

    def kill_workers(self) -> None:
        """SIGKILL every worker at once."""
        for name in WORKERS:
            self.programs[name].kill()

    def stop(self) -> dict[str, float]:
        """SIGTERM everything; the seconds each took to end cleanly."""
        # Uvicorn by itself ends with the signal that it was sent, once it has finished.
        codes = {"web": (-signal.SIGTERM,)}
        return {name: program.stop(codes=codes.get(name, (0,))) for name, program in self.programs.items()}

    def log_in(self, name: str) -> Visitor:
        visitor = Visitor(self.port)
        visitor.log_in(name, self.passwords[name])
        return visitor

    def open_socket(self, visitor: Visitor) -> ClientConnection:
        """Open the desk's live socket with this visitor's session."""
        return connect(
            f"ws://127.0.0.1:{self.port}/live/",
            origin=visitor.origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": visitor.cookie_header},
        )

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def value(self, query: str, *values: Any) -> Any:
        found = self.rows(query, *values)
        return found[0][0] if found else None

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Hold a table so that whoever reads it waits: a worker stands still in the middle of its work."""
        with psycopg.connect(self.database) as connection:
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            yield
            connection.rollback()

    def logs_of(self, *names: str) -> str:
        return "\n".join(f"--- {name}\n{self.programs[name].output[-3000:]}" for name in names or self.programs)

    def _run(self, name: str, *words: str) -> Program:
        self.started += 1
        log = self.logs / f"{self.started}-{name}.log"
        self.programs[name] = Program(PYTHON, "-m", *words, env=self.env, log=log)
        return self.programs[name]


@contextmanager
def run_production(*, database: str, redis: str, logs: Path) -> Iterator[Production]:
    """Install and start everything; nothing is left running afterwards."""
    env = clean_environment(
        HANDRAIL_PRODUCTION="yes",
        HANDRAIL_SECRET_KEY=secrets.token_urlsafe(64),
        HANDRAIL_HOSTS="127.0.0.1",
        HANDRAIL_BEHIND_PROXY="yes",
        HANDRAIL_DATABASE=database,
        HANDRAIL_REDIS=redis,
        HANDRAIL_LEASE_SECONDS=str(LEASE_SECONDS),
        HANDRAIL_SWEEP_SECONDS=str(SWEEP_SECONDS),
    )
    production = Production(env=env, database=database, logs=logs)
    production.prepare()
    with ExitStack() as stack:

        def end_all() -> None:
            for program in production.programs.values():
                program.__exit__()

        stack.callback(end_all)
        production.start()
        yield production


def wait_until(look: Callable[[], T], *, seconds: float, failing: Callable[[], str]) -> T:
    """Look again and again until there is something; fails with what `failing` says."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, failing()
        time.sleep(0.05)
    return found
