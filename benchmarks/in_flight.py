"""How many runs one worker process holds while their models think, and what waiting runs cost it.

`python -m benchmarks.in_flight` starts a model that takes its time, then real workers: `manage.py serve` on SQLite, and
the Celery worker on a PostgreSQL and a Redis of its own. Each works off a wave of runs; then very many suspended runs
are put into the table, and another process works off the same wave. A run may work for 30 s in all, its model's time
included.
"""

import argparse
import asyncio
import json
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.programs import PYTHON, Program, clean_environment, manage
from tests.servers import new_database, run_postgres, run_redis

REPLY = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "slow-model",
    "content": [{"type": "text", "text": "We open at nine."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 12, "output_tokens": 7},
}
PART = 10_000  # rows written by one process
START = """
from agentops.control import start_run
from agentops.models import TaskType
slug = TaskType.objects.filter(sorts=False, enabled=True).order_by("pk").first().slug
for number in range({runs}):
    start_run(request="When do you open?", task_type=slug)
"""
COUNT = """
from agentops.models import AgentRun
print("open:", AgentRun.objects.filter(status__in=["queued", "running"]).count())
print("failed:", AgentRun.objects.exclude(status__in=["queued", "running", "suspended", "completed"]).count())
"""
SUSPEND = """
from datetime import timedelta
from django.utils import timezone
from agentops.models import AgentRun, Conversation, Step, TaskType, ToolCall
now = timezone.now()
talk = Conversation.objects.create(channel="text", opened_at=now)
task = TaskType.objects.filter(sorts=False).first()
limits = dict(max_iterations=9, max_tokens=9, max_active_ms=9, max_tool_calls=9, max_identical_calls=3)
runs = AgentRun.objects.bulk_create([
    AgentRun(conversation=talk, ordinal=number, task_type=task, request="Book me in.", status="suspended",
             created_at=now, queued_at=now, rung_at=now, suspended_at=now, **limits)
    for number in range({runs})], batch_size=2_000)
step = Step.objects.create(run=runs[0], seq=1, kind="model", started_at=now)
later = now + timedelta(days=1)
ToolCall.objects.bulk_create([
    ToolCall(run=run, step=step, position=number, tool="book", arguments="{{}}", digest=str(number), tier="risky",
             effect="transactional", status="awaiting", proposed_at=now, expires_at=later)
    for number, run in enumerate(runs)], batch_size=2_000)
"""
SWEEP = """
import time
from statistics import median
from agentops.runner.sweeper import sweep_once
def sweep():
    begun = time.perf_counter()
    sweep_once()
    return time.perf_counter() - begun
sweep()
print("sweep ms:", round(1000 * median(sweep() for _ in range(21)), 2))
"""


class SlowModel:
    """A Messages API server that answers every request after the same time, and counts how many wait at once."""

    def __init__(self, *, seconds: float) -> None:
        self.seconds = seconds
        self.waiting = self.most = self.answered = 0
        self.url = ""
        self._up = threading.Event()
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> "SlowModel":
        self._thread = threading.Thread(target=self._run, name="slow-model", daemon=True)
        self._thread.start()
        self._up.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._up.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(asyncio.sleep(0.1))  # the last answers leave
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await asyncio.sleep(self.seconds)
        self.waiting -= 1
        self.answered += 1
        body = json.dumps(REPLY).encode()
        fields = f"content-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(b"HTTP/1.1 200 OK\r\n" + fields.encode() + body)
        writer.close()


@dataclass(frozen=True)
class Wave:
    """What one process did with one wave of runs."""

    most: int
    seconds: float
    peak_mib: float
    rest_mib: float
    sweep_ms: float

    def line(self, name: str) -> str:
        """The wave as a row of the table."""
        return (
            f"{name:<34}{self.most:>10}{self.seconds:>10.1f}{self.peak_mib:>10.0f}{self.rest_mib:>10.0f}"
            f"{self.sweep_ms:>10.1f}"
        )


@dataclass(frozen=True)
class Installation:
    """One way to run a worker: its command, the line that says it is up, and its environment."""

    name: str
    command: list[str]
    ready: str
    env: dict[str, str]

    def prepare(self) -> None:
        """Make the tables and fill them."""
        for words in (["migrate"], ["seed", "--patients", "10", "--days", "5"]):
            done = manage(*words, env=self.env)
            assert done.returncode == 0, done.stderr


@contextmanager
def on_sqlite(threads: int, model: SlowModel) -> Iterator[Installation]:
    """Everything in one process."""
    with tempfile.TemporaryDirectory() as home:
        env = environment(threads, model, HANDRAIL_DATABASE=f"sqlite:///{home}/handrail.sqlite3")
        yield Installation("serve, SQLite", ["manage.py", "serve", "--port", "0"], "Ctrl-C", env)


@contextmanager
def on_postgresql(threads: int, model: SlowModel) -> Iterator[Installation]:
    """One Celery worker of several processes: broker and database are servers of their own."""
    celery = ["-m", "celery", "-A", "agentops.celery"]
    with run_postgres() as server, new_database(server) as database, run_redis() as redis:
        env = environment(threads, model, HANDRAIL_DATABASE=database, HANDRAIL_REDIS=redis)
        worker = [*celery, "worker", "-P", "threads", "-c", str(threads)]
        yield Installation("Celery, PostgreSQL", worker, r"\[queues\]", env)


def environment(threads: int, model: SlowModel, **more: str) -> dict[str, str]:
    """What both installations have in common."""
    return clean_environment(
        HANDRAIL_MODEL="anthropic",
        ANTHROPIC_API_KEY="only-for-this-benchmark",
        ANTHROPIC_BASE_URL=model.url,
        HANDRAIL_SWEEP_SECONDS="1",
        HANDRAIL_LOG_LEVEL="WARNING",
        HANDRAIL_WORKER_THREADS=str(threads),
        **more,
    )


def run_wave(place: Installation, *, model: SlowModel, runs: int) -> Wave:
    """Queue the runs, start the worker on them, and watch it until they are done."""
    env = place.env
    ask(START.format(runs=runs), env=env)
    model.most = model.answered = 0
    with (
        tempfile.TemporaryDirectory() as home,
        Program(PYTHON, *place.command, env=env, log=Path(home) / "log") as worker,
    ):
        worker.wait_for(place.ready)
        begun = time.monotonic()
        while model.answered < runs:
            assert time.monotonic() - begun < 300, f"{model.answered} of {runs} in 300 s\n{worker.output[-3000:]}"
            assert worker.process.poll() is None, worker.output[-3000:]
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        wait_for_rows(env)
        peak, rest = (read_memory(worker.process.pid, line) for line in ("VmHWM", "VmRSS"))
    found = ask(SWEEP, env=env)
    return Wave(model.most, seconds, peak, rest, float(found["sweep ms"]))


def add_suspended(place: Installation, *, runs: int) -> None:
    """Put runs into the table that wait for a person, each with its request."""
    for begun in range(0, runs, PART):
        ask(SUSPEND.format(runs=min(PART, runs - begun)), env=place.env)


def wait_for_rows(env: dict[str, str]) -> None:
    """Wait until the last answers are written down; every run must have come to a good end."""
    deadline = time.monotonic() + 60
    while (found := ask(COUNT, env=env))["open"] != "0":
        assert time.monotonic() < deadline, f"{found} after 60 s"
    assert found["failed"] == "0", found


def ask(script: str, *, env: dict[str, str]) -> dict[str, str]:
    """Run a few lines in the application's shell; what they print as `name: value`."""
    done = manage("shell", "-v", "0", "-c", script, env=env)
    assert done.returncode == 0, done.stderr
    return dict(re.findall(r"^([a-z ]+): (.*)$", done.stdout, re.MULTILINE))


def read_memory(pid: int, line: str) -> float:
    """A figure of this process's memory, in MiB: VmRSS for now, VmHWM for its highest."""
    found = re.search(rf"{line}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=200, help="runs in flight at most in one process")
    parser.add_argument("--runs", type=int, default=400, help="runs in a wave")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long the model takes to answer")
    parser.add_argument("--suspended", type=int, default=100_000, help="runs that wait for a person")
    given = parser.parse_args()
    print(f"{given.runs} runs a wave, {given.threads} threads, a model that answers after {given.seconds} s")
    print(f"{'':<34}{'in flight':>10}{'seconds':>10}{'peak MiB':>10}{'then MiB':>10}{'sweep ms':>10}")
    for kind in (on_sqlite, on_postgresql):
        with SlowModel(seconds=given.seconds) as model, kind(given.threads, model) as place:
            place.prepare()
            print(run_wave(place, model=model, runs=given.runs).line(f"{place.name}, none suspended"), flush=True)
            add_suspended(place, runs=given.suspended)
            wave = run_wave(place, model=model, runs=given.runs)
            print(wave.line(f"{place.name}, {given.suspended:,} suspended"), flush=True)


if __name__ == "__main__":
    main()
