"""`python -m tests.torture`: the whole kill matrix on both databases, then random deaths of real workers."""

import argparse
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")
django.setup()

from tests.programs import ROOT, clean_environment  # noqa: E402
from tests.servers import new_database, run_postgres, run_redis  # noqa: E402
from tests.torture.faults import Fault  # noqa: E402
from tests.torture.lanes import run_lanes  # noqa: E402
from tests.torture.plan import Job, plan_trials  # noqa: E402
from tests.torture.table import Verdict, draw_table  # noqa: E402

DATABASES = ("sqlite", "postgresql")
PROGRESS_EVERY = 100


def read_words() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=2_200, help="at least so many processes are killed, in all")
    parser.add_argument("--others", type=int, default=1, help="rounds of every point with a sleep and a lost database")
    parser.add_argument("--points", default="", help="only these, for example K18,K19")
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--lanes", type=int, default=os.cpu_count() or 2, help="processes at work at once")
    parser.add_argument("--minutes", type=float, default=5.0, help="of random deaths of real workers; 0 for none")
    parser.add_argument("--runs", type=int, default=75, help="runs that those work on at once")
    return parser.parse_args()


def hold_matrix(jobs: dict[str, list[Job]], *, lanes: int, home: Path, server: str) -> list[Verdict]:
    """Hold every trial, saying how far it is."""
    verdicts: list[Verdict] = []
    total, begun = sum(map(len, jobs.values())), time.monotonic()

    def hear(verdict: Verdict) -> None:
        verdicts.append(verdict)
        for one in verdict["violations"]:
            names = " ".join(verdict[name] for name in ("point", "effect", "fault", "database"))
            print(f"VIOLATION {names}: {one['harm']}: {one['words']}", flush=True)
        if len(verdicts) % PROGRESS_EVERY == 0:
            seconds = time.monotonic() - begun
            print(f"{len(verdicts):,} of {total:,} in {seconds:,.0f} s", flush=True)

    run_lanes(jobs, lanes=lanes, home=home, server=server, hear=hear)
    seconds = time.monotonic() - begun
    print(f"{total:,} trials in {seconds:,.0f} s: {seconds * lanes / total:.2f} s each in {lanes} lanes")
    return verdicts


def raise_storm(words: argparse.Namespace, *, server: str) -> bool:
    """Random deaths of real workers, in processes of their own; whether everything was as it must be."""
    storm = [sys.executable, "-m", "tests.torture.storm", "--runs", str(words.runs), "--minutes", str(words.minutes)]
    with run_redis() as redis, new_database(server) as url:
        env = clean_environment(HANDRAIL_DATABASE=url, HANDRAIL_REDIS=redis, HANDRAIL_LOG_LEVEL="ERROR")
        return subprocess.run(storm, cwd=ROOT, env=env, check=False).returncode == 0


def main() -> int:
    """Everything; 1 where anything was violated."""
    words = read_words()
    databases = list(DATABASES) if words.database == "both" else [words.database]
    os.nice(10)  # whoever else works on this machine goes first
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="handrail-torture-")))
        server = stack.enter_context(run_postgres()) if "postgresql" in databases else ""
        points = frozenset(filter(None, words.points.split(",")))
        jobs = plan_trials(kills=words.kills, others=words.others, points=points, databases=databases)
        verdicts = hold_matrix(jobs, lanes=words.lanes, home=home, server=server)
        for fault in Fault:
            print(f"\n{fault.words}", *draw_table([one for one in verdicts if one["fault"] == fault]), sep="\n")
        print()
        weathered = raise_storm(words, server=server) if server and words.minutes else True
    bad = sum(bool(verdict["violations"]) for verdict in verdicts)
    print(f"\n{bad} trials with violations" if bad else "\nNothing acted twice, was lost or is stuck.", flush=True)
    return 0 if weathered and not bad else 1


if __name__ == "__main__":
    sys.exit(main())
