"""The standard workload "supervised booking": 4 model turns without latency, 3 tool calls, 1 approval.

`python -m benchmarks.supervised_booking` measures the engine alone on the database that HANDRAIL_DATABASE names:
from the request to the durably suspended run, and from the decision to the finished run.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median, quantiles
from typing import Any
from unittest import mock

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")
os.environ.setdefault("HANDRAIL_LOG_LEVEL", "ERROR")
django.setup()

from django.db import connection, connections  # noqa: E402

from agentops import after_commit  # noqa: E402
from agentops.domain.lifecycle import Effect  # noqa: E402
from agentops.domain.tiers import ActionTier  # noqa: E402
from agentops.ledger import give_back_connection  # noqa: E402
from agentops.models import AgentRun, Conversation, ToolCall  # noqa: E402
from agentops.models.prepared import insert_row  # noqa: E402
from agentops.runner.loop import advance  # noqa: E402
from agentops.tools.registry import ToolContext  # noqa: E402
from benchmarks import dialogue  # noqa: E402
from benchmarks.earlier_runs import fill_tables  # noqa: E402
from benchmarks.machine import counted_commits, flush_cost_ms, postgres_cpu_seconds, stored_bytes  # noqa: E402
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy  # noqa: E402
from tests.toys import answer, begin, make_task, set_tier, use_model  # noqa: E402

TABLES = ["agentops_agentrun", "agentops_step", "agentops_toolcall", "agentops_conversation", "agentops_runfact"]


@dataclass(frozen=True)
class Phase:
    """One phase of the workload over many runs."""

    runs: int
    seconds: float
    cpu_s: float
    postgres_s: float
    commits: int

    def line(self, name: str) -> str:
        """The phase as a row of the table, per run."""
        per = 1000 / self.runs
        return (
            f"{name:<8}{self.runs / self.seconds:>10.0f}{self.cpu_s * per:>12.2f}"
            f"{self.postgres_s * per:>12.2f}{self.commits / self.runs:>10.1f}"
        )


def search(context: ToolContext, args: Note) -> Answer:
    return Answer(text=dialogue.SLOTS)


def info(context: ToolContext, args: Note) -> Answer:
    return Answer(text=dialogue.PATIENT)


def book(context: ToolContext, args: Note) -> Answer:
    insert_row(Conversation, channel="text", opened_at=context.now)
    return Answer(text="booked")


def script() -> ScriptedModel:
    turns = [call((tool, {"text": text})) for tool, text in dialogue.CALLS]
    return ScriptedModel(*turns, say(dialogue.ANSWER))


@contextmanager
def workload() -> Iterator[None]:
    """The tools, their policies and a silent doorbell: the engine alone, without a broker."""
    make_task()
    for name, tier in (("find_slots", "read"), ("read_patient", "read"), ("book_slot", "risky")):
        set_tier(name, tier)
    tools = (
        toy("find_slots", search, local=True),
        toy("read_patient", info, local=True),
        toy("book_slot", book, effect=Effect.TRANSACTIONAL, floor=ActionTier.RISKY, local=True),
    )
    silent = mock.patch.multiple(after_commit, _ring=lambda run_id: None, _hint=lambda event: None)
    with plugged_in(*tools), silent, use_model(script()):
        yield


def start(_: int) -> int:
    """One run from the request to suspended."""
    run_id = begin(dialogue.REQUEST)
    advance(run_id)
    return run_id


def resume(waiting: ToolCall) -> float:
    """One run from the decision to its end; returns the seconds it took.

    What a person says yes to stands on their page already, with its version and digest.
    """
    begun = time.perf_counter()
    answer(waiting)
    advance(waiting.run_id)
    return time.perf_counter() - begun


def read_page() -> list[ToolCall]:
    """What waits, as the desk has it before anybody answers."""
    return list(ToolCall.objects.filter(status="awaiting").order_by("pk"))


def start_one() -> ToolCall:
    """One run up to its question; returns the call that waits."""
    run_id = start(0)
    return ToolCall.objects.get(run_id=run_id, status="awaiting")


def one_task(work: Callable[[Any], object], item: Any) -> object:
    """As a worker does: after each task the connection goes back to the pool."""
    try:
        return work(item)
    finally:
        give_back_connection()


def measure(
    work: Callable[[Any], object], items: list[Any], *, threads: int, processes: int
) -> tuple[Phase, list[object]]:
    """Do the work on every item, in so many processes of so many threads each."""
    shares = [items[number::processes] for number in range(processes)]
    postgres, begun = postgres_cpu_seconds(), time.perf_counter()
    if processes == 1:
        done = [_work_share(work, items, threads)]
    else:
        _leave_nothing_to_share()
        with get_context("fork").Pool(processes) as pool:
            done = pool.starmap(_work_share, [(work, share, threads) for share in shares])
    seconds = time.perf_counter() - begun
    cpu, commits = sum(one.cpu_s for one in done), sum(one.commits for one in done)
    phase = Phase(len(items), seconds, cpu, postgres_cpu_seconds() - postgres, commits)
    return phase, [result for one in done for result in one.results]


def _leave_nothing_to_share() -> None:
    """Close every connection, the pool's too: a forked process must not use what its parent uses."""
    connections.close_all()
    if connection.vendor == "postgresql":
        connection.close_pool()


@dataclass(frozen=True)
class Share:
    """What one process did."""

    cpu_s: float
    commits: int
    results: list[object]


def _work_share(work: Callable[[Any], object], items: list[Any], threads: int) -> Share:
    with counted_commits() as commits, ThreadPoolExecutor(threads) as pool:
        cpu = time.process_time()
        results = list(pool.map(lambda item: one_task(work, item), items))
        return Share(time.process_time() - cpu, commits[0], results)


def warm_up(threads: int) -> None:
    """A worker's connections have long been open, and PostgreSQL has settled on its plans on each."""
    measure(start, list(range(10 * threads)), threads=threads, processes=1)
    measure(resume, read_page(), threads=threads, processes=1)


def bench(*, runs: int, threads: int, processes: int, before: int) -> None:
    """Print the table."""
    with workload():
        warm_up(threads)
        fill_tables(before)
        empty = stored_bytes(TABLES)
        started, _ = measure(start, list(range(runs)), threads=threads, processes=processes)
        suspended = stored_bytes(TABLES) - empty
        resumed, _ = measure(resume, read_page(), threads=threads, processes=processes)
        done = stored_bytes(TABLES) - empty
        alone = [resume(start_one()) * 1000 for _ in range(min(runs, 200))]
    assert not AgentRun.objects.exclude(status="completed").exists(), "every run must come to its end"
    cuts = quantiles(alone, n=100)
    in_flight = f"{threads} in flight in each of {processes} process{'es' if processes > 1 else ''}"
    print(f"\n{connection.vendor}, {runs} runs on top of {before:,}, {in_flight}")
    print(f"{'':<8}{'runs/s':>10}{'CPU ms':>12}{'PG CPU ms':>12}{'commits':>10}")
    print(started.line("start"))
    print(resumed.line("resume"))
    print(f"KiB stored per run, suspended / done: {suspended / runs / 1024:.1f} / {done / runs / 1024:.1f}")
    print(f"resume alone, p50 / p99: {median(alone):.1f} / {cuts[98]:.1f} ms; one disk flush: {flush_cost_ms():.2f} ms")


def main() -> None:
    """Measure on a fresh test database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--threads", type=int, default=16, help="runs in flight in each process")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--before", type=int, default=100, help="finished runs that lie in the tables already")
    given = parser.parse_args()
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        bench(runs=given.runs, threads=given.threads, processes=given.processes, before=given.before)
    finally:
        connections.close_all()
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
