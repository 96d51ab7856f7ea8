"""One peer on one database, measured as `benchmarks.supervised_booking` measures ours; prints its figures as JSON.

`python -m benchmarks.peers.measure PEER URL --leave` starts runs and kills itself; without `--leave` it first brings
those runs to their end, then measures. It runs in the peers' own environment: see `python -m benchmarks.peers`.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from inspect import isawaitable, iscoroutinefunction
from statistics import median, quantiles
from typing import Any

from benchmarks import dialogue
from benchmarks.peers.database import Database
from benchmarks.peers.peer import Peer

MODULES: dict[str, tuple[str, dict[str, Any]]] = {
    "langgraph": ("langgraph_hitl", {}),
    "langgraph-exit": ("langgraph_hitl", {"durability": "exit"}),
    "pydantic-ai": ("pydantic_ai_deferred", {}),
    "openai-agents": ("openai_run_state", {}),
    "dbos": ("dbos_workflow", {}),
}
LEFT = [f"left-{number}" for number in range(16)]
"""Runs that one process starts and, after its death, another one resumes."""
WARM_UP = [f"warm-up-{number}" for number in range(160)]
"""As many as ours has: PostgreSQL settles on a plan after some uses of a statement on a connection."""
AT_HOME = ("127.0.0.1", "::1", "localhost")


class Bench:
    """Takes one peer through the workload, and checks after every phase what is stored."""

    def __init__(self, peer: Peer, database: Database, *, in_flight: int) -> None:
        self.peer, self.database, self.in_flight = peer, database, in_flight

    async def start(self, runs: list[str]) -> dict[str, float]:
        """Start the runs; every one must be stored as waiting, and none may have booked."""
        phase, _ = await self._measure(self.peer.start, runs)
        assert all(await self._do_all(self.peer.is_waiting, runs)), "a run is not stored as waiting"
        assert not set(runs) & set(self.database.bookings()), "a run booked before anybody agreed"
        return phase

    async def resume(self, runs: list[str]) -> dict[str, float]:
        """Approve the runs; every one must have come to its answer and have booked exactly once."""
        phase, answers = await self._measure(self.peer.resume, runs)
        booked = self.database.bookings()
        assert set(answers) == {dialogue.ANSWER}, set(answers)
        assert all(booked[run] == 1 for run in runs), "a run did not book exactly once"
        return phase

    async def resume_alone(self, run: str) -> float:
        """Start one run and resume it while nothing else goes on; returns the milliseconds of the resumption."""
        await _call(self.peer.start, run)
        begun = time.perf_counter()
        await _call(self.peer.resume, run)
        return 1000 * (time.perf_counter() - begun)

    async def _measure(self, work: Callable[[str], Any], runs: list[str]) -> tuple[dict[str, float], list[Any]]:
        server, commits = self.database.cpu_seconds(), self.database.commits()
        begun, cpu = time.perf_counter(), time.process_time()
        results = await self._do_all(work, runs)
        cpu, seconds = time.process_time() - cpu, time.perf_counter() - begun
        phase = {
            "rate": len(runs) / seconds,
            "cpu": 1000 * cpu / len(runs),
            "server": 1000 * (self.database.cpu_seconds() - server) / len(runs),
            "commits": (self.database.commits() - commits) / len(runs),
        }
        return phase, results

    async def _do_all(self, work: Callable[[str], Any], runs: list[str]) -> list[Any]:
        """So many at once: tasks for a coroutine, threads for a plain function."""
        if not iscoroutinefunction(work):
            with ThreadPoolExecutor(self.in_flight) as pool:
                return list(pool.map(work, runs))
        waiting = iter(runs)

        async def work_off() -> list[Any]:
            return [await work(run) for run in waiting]

        return [
            result for done in await asyncio.gather(*(work_off() for _ in range(self.in_flight))) for result in done
        ]


async def _call(work: Callable[[str], Any], run: str) -> Any:
    result = work(run)
    return await result if isawaitable(result) else result


async def take_figures(bench: Bench, *, runs: int) -> dict[str, Any]:
    """First the runs that another process left and a warm-up, then the workload, then resumptions one by one."""
    await bench.resume(LEFT)
    await bench.start(WARM_UP)
    await bench.resume(WARM_UP)
    ids = [f"run-{number}" for number in range(runs)]
    started = await bench.start(ids)
    resumed = await bench.resume(ids)
    alone = [await bench.resume_alone(f"alone-{number}") for number in range(min(runs, 200))]
    return {"start": started, "resume": resumed, "p50": median(alone), "p99": quantiles(alone, n=100)[98]}


def stay_at_home(event: str, given: tuple[Any, ...]) -> None:
    """An audit hook: nothing that Python opens may lead away from this machine."""
    if event == "socket.connect" and isinstance(given[1], tuple) and given[1][0] not in AT_HOME:
        raise PermissionError(f"a peer tried to reach {given[1]}")


async def main() -> None:
    """Leave runs behind, or print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=MODULES)
    parser.add_argument("url", help="an empty database: postgresql://… or sqlite:///path")
    parser.add_argument("--leave", action="store_true")
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--in-flight", type=int, default=16)
    given = parser.parse_args()
    sys.addaudithook(stay_at_home)
    module, options = MODULES[given.peer]
    database = Database(given.url)
    async with import_module(f"benchmarks.peers.{module}").open_peer(given.url, **options) as peer:
        bench = Bench(peer, database, in_flight=given.in_flight)
        if given.leave:
            await bench.start(LEFT)
            os.kill(os.getpid(), signal.SIGKILL)
        print(json.dumps(await take_figures(bench, runs=given.runs)))


if __name__ == "__main__":
    asyncio.run(main())
