"""`python -m benchmarks`: the standard workload on SQLite, then on a PostgreSQL of its own."""

import os
import subprocess
import sys

from tests.servers import new_database, run_postgres

MEASURE = [sys.executable, "-m", "benchmarks.supervised_booking", *sys.argv[1:]]

subprocess.run(MEASURE, check=True)
with run_postgres() as server, new_database(server) as url:
    subprocess.run(MEASURE, env={**os.environ, "HANDRAIL_DATABASE": url}, check=True)
