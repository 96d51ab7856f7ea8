"""`make bench-metrics`: a generated past, then the pages that read it, on SQLite and on a PostgreSQL of its own.

`--long` makes it 100,000 runs on SQLite and 1,320,000 with 10,000,000 turns and calls on PostgreSQL, of which 20,000
runs are seeded and the others copies that PostgreSQL makes of them; `--runs N` any other number for both, `--sqlite`
or `--postgresql` leaves the other out.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.servers import new_database, run_postgres

parser = argparse.ArgumentParser(prog="make bench-metrics", description=__doc__)
parser.add_argument("--long", action="store_true", help="100,000 runs on SQLite, 1,320,000 on PostgreSQL")
parser.add_argument("--runs", type=int, help="so many runs on both")
parser.add_argument("--sqlite", action="store_true", help="SQLite only")
parser.add_argument("--postgresql", action="store_true", help="PostgreSQL only")
asked = parser.parse_args()
SIZES = {"sqlite": (100_000, 1), "postgresql": (20_000, 66)} if asked.long else {}
"""Runs that are seeded, and how many there are of each in the end."""


def measure(kind: str, url: str) -> None:
    """In a process of its own, because the settings choose the database when they are read."""
    runs, times = (asked.runs, 1) if asked.runs else SIZES.get(kind, (5_000, 1))
    command = [sys.executable, "-m", "benchmarks.metrics.pages", "--runs", str(runs), "--times", str(times)]
    subprocess.run(command, check=True, env={**os.environ, "HANDRAIL_DATABASE": url, "HANDRAIL_LOG_LEVEL": "ERROR"})


if not asked.postgresql:
    with tempfile.TemporaryDirectory() as home:
        measure("sqlite", f"sqlite:///{Path(home) / 'bench.sqlite3'}")
if not asked.sqlite:
    with run_postgres() as server, new_database(server) as url:
        measure("postgresql", url)
