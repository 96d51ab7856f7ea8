"""`make bench-peers`: the standard workload as we do it and as others do it, in turn, round after round.

Each measurement has a process and a database of its own. What a peer's runs need to go on must be stored: every
measurement begins with runs whose first process was killed while they waited.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.machine import flush_cost_ms
from benchmarks.peers.environment import make_environment
from benchmarks.peers.table import Figures, Phase, print_table, read_ours
from bootstrap import ROOT
from tests.servers import new_database, run_postgres

OURS = "Handrail, PostgreSQL"
OURS_ON_SQLITE = "Handrail, SQLite"


@dataclass(frozen=True)
class Contestant:
    """One row of the table: whose measurement it is, and with which row of ours it is compared."""

    name: str
    peer: str = ""
    sqlite: bool = False

    @property
    def ours(self) -> str:
        """The row it is compared with: ours on the same database."""
        return OURS_ON_SQLITE if self.sqlite else OURS


CONTESTANTS = (
    Contestant(OURS),
    Contestant("LangGraph, PostgresSaver", "langgraph"),
    Contestant("LangGraph, durability exit", "langgraph-exit"),
    Contestant("Pydantic AI, own store", "pydantic-ai"),
    Contestant("OpenAI Agents, own store", "openai-agents"),
    Contestant("DBOS", "dbos"),
    Contestant(OURS_ON_SQLITE, sqlite=True),
    Contestant("LangGraph, SqliteSaver", "langgraph", sqlite=True),
)


def measure_ours(url: str, *, runs: int) -> Figures:
    """Our own benchmark, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.supervised_booking", "--runs", str(runs)]
    done = subprocess.run(
        command, check=True, env={**os.environ, "HANDRAIL_DATABASE": url}, capture_output=True, text=True
    )
    return read_ours(done.stdout)


def measure_peer(peer: str, url: str, *, runs: int, python: Path) -> Figures:
    """One process starts runs and is killed; another one finishes them and measures."""
    command = [str(python), "-m", "benchmarks.peers.measure", peer, url]
    left = subprocess.run([*command, "--leave"], check=False, cwd=ROOT)
    if left.returncode != -signal.SIGKILL:
        raise SystemExit(f"{peer}: the process that was to be killed ended with {left.returncode}")
    done = subprocess.run([*command, "--runs", str(runs)], check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return Figures(
        start=Phase(**found["start"]),
        resume=Phase(**found["resume"]),
        alone=(found["p50"], found["p99"]),
    )


@contextmanager
def database_for(contestant: Contestant, server: str) -> Iterator[str]:
    """An empty database."""
    if not contestant.sqlite:
        with new_database(server) as url:
            yield url
        return
    with tempfile.TemporaryDirectory() as home:
        yield f"sqlite:///{home}/runs.sqlite3"


def main() -> None:
    """Measure everybody in turn, as often as asked, and print the table as it stands after each round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300, help="runs in each measurement, 16 in flight")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    python = make_environment()
    measured: dict[str, list[Figures]] = {one.name: [] for one in CONTESTANTS}
    with run_postgres() as server:
        for number in range(given.rounds):
            print(
                f"round {number + 1}: load {os.getloadavg()[0]:.1f}, one disk flush {flush_cost_ms():.2f} ms",
                flush=True,
            )
            for one in CONTESTANTS:
                peer = partial(measure_peer, one.peer, python=python)
                measure: Callable[..., Figures] = peer if one.peer else measure_ours
                with database_for(one, server) as url:
                    measured[one.name].append(measure(url, runs=given.runs))
                last = measured[one.name][-1]
                print(f"  {one.name:<28}{last.start.cpu:>8.1f}{last.resume.cpu:>8.1f} ms of CPU", flush=True)
            print_table(measured, ours={one.name: one.ours for one in CONTESTANTS})


if __name__ == "__main__":
    main()
