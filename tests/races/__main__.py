"""Run every race 1,000 times on SQLite and on PostgreSQL, and print the table: python -m tests.races

HANDRAIL_RACES sets another number of rounds.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

from tests.programs import PYTHON, ROOT, clean_environment
from tests.servers import new_database, run_postgres

ROUNDS = int(os.environ.get("HANDRAIL_RACES", "1000"))


def main() -> int:
    """Race in a process of its own for each database, because the settings choose it when they are read."""
    with tempfile.TemporaryDirectory(prefix="handrail-races-") as home:
        codes = [_race_on(f"sqlite:///{Path(home)}/races.sqlite3")]
    with run_postgres() as server, new_database(server) as database:
        codes.append(_race_on(database))
    return max(codes)


def _race_on(database: str) -> int:
    env = clean_environment(HANDRAIL_DATABASE=database, HANDRAIL_RACES=str(ROUNDS), HANDRAIL_LOG_LEVEL="ERROR")
    return subprocess.run([PYTHON, "-m", "tests.races", "here"], cwd=ROOT, env=env, check=False).returncode


def race_here() -> int:
    """Race on this process's database; 1 where a rule was broken."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    from tests.races.scene import open_scene
    from tests.races.starting import starting_line
    from tests.races.table import HEADINGS, RACES, draw_row, run_race

    wrong: list[str] = []
    print(f"\n{connection.vendor}\n{draw_row(HEADINGS)}", flush=True)
    with open_scene() as scene, starting_line() as line:
        for name in RACES:
            tally = run_race(name, scene=scene, line=line, rounds=ROUNDS)
            wrong += [f"{name}: {one}" for one in tally.wrong]
            print(draw_row(tally.row()), flush=True)
    print("\n".join(wrong[:20]), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(race_here() if sys.argv[1:] == ["here"] else main())
