"""`make bench`: the standard workload, engine alone, with a small and a large past, in one process and in two; then the
real path. On SQLite first, then on a PostgreSQL and a Redis of its own.

`--long` adds a past of 50,000 runs. Everything else is handed on (`--runs 100`, `--threads 8`).
"""

import os
import subprocess
import sys

from tests.servers import new_database, run_postgres

PASTS = (100, 5_000, *((50_000,) if "--long" in sys.argv else ()))
HANDED_ON = [word for word in sys.argv[1:] if word != "--long"]


def measure(env: dict[str, str]) -> None:
    """Each figure comes from a process and a database of its own."""
    for before in PASTS:
        for processes in (1, 2):
            shape = ["--before", str(before), "--processes", str(processes)]
            command = [sys.executable, "-m", "benchmarks.supervised_booking", *shape, *HANDED_ON]
            subprocess.run(command, check=True, env={**os.environ, **env})


measure({})
with run_postgres() as server, new_database(server) as url:
    measure({"HANDRAIL_DATABASE": url})
subprocess.run([sys.executable, "-m", "benchmarks.real_path"], check=True)
