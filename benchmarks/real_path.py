"""The real path: PostgreSQL, Redis, Celery workers and the clinic's own tools, from a patient's words to the booking.

`python -m benchmarks.real_path` installs a production of its own and prints, with two workers and then with one, how
many requests a second get as far as the question for staff, how many answers a second get as far as the caller, and
how long it takes from a recorded yes to the start of the booking.
"""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.integration.production import Production, run_production
from tests.programs import PYTHON
from tests.servers import new_database, run_postgres, run_redis

PATIENCE_S = 120
PAUSE_S = 0.05
"""Between two answers, as a desk gives them: what is measured is a worker that has time, not a queue."""
WARM_UP = 3
"""Answers that are not counted: they open the connections which a web process has long since opened."""

WISHES = """
SELECT p.given, p.surname, p.born, s.starts_at AT TIME ZONE 'Europe/London', d.title, d.name
FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM clinic_patient) p
JOIN (SELECT s.*, row_number() OVER (ORDER BY s.starts_at, s.id) AS n FROM clinic_slot s
      JOIN clinic_provider d ON d.id = s.provider_id
      WHERE d.role = 'GP' AND s.starts_at > now() + interval '3 days'
        AND NOT EXISTS (SELECT 1 FROM clinic_appointment a WHERE a.slot_id = s.id)) s ON s.n = p.n
JOIN clinic_provider d ON d.id = s.provider_id ORDER BY p.n
"""
ANSWER = """
import sys, time
from agentops.control import settle_call
from agentops.models import ToolCall
for call in ToolCall.objects.filter(status="awaiting").order_by("pk"):
    settle_call(call_id=call.pk, approve=True, version=call.version, digest=call.digest, by="Priya Nair")
    time.sleep({pause})
"""
START = """
from agentops.control import start_run
for words in sys.stdin.read().splitlines():
    start_run(request=words)
"""


ANSWERED = """
SELECT 1000 * extract(epoch FROM c.started_at - c.decided_at), 1000 * extract(epoch FROM r.finished_at - c.decided_at)
FROM agentops_toolcall c JOIN agentops_agentrun r ON r.id = c.run_id
WHERE r.id > %s AND c.decided_by <> '' AND c.status = 'succeeded' ORDER BY c.decided_at OFFSET {warm_up}
"""
ASKED = """
SELECT extract(epoch FROM max(asked) - min(created)) FROM (
  SELECT min(c.proposed_at) AS asked, min(r.created_at) AS created FROM agentops_agentrun r
  JOIN agentops_toolcall c ON c.run_id = r.id AND c.expires_at IS NOT NULL WHERE r.id > %s GROUP BY r.id) AS times
"""


def read_wishes(production: Production) -> list[str]:
    """One request per patient, each for a slot that nobody else asks for."""
    return [
        f"Hello, this is {given} {surname}, born {born.day} {born:%B %Y}. "
        f"Could you book me with {title} {name} on {at:%A} {at.day} {at:%B} at {at:%H:%M}, please?"
        for given, surname, born, at, title, name in production.rows(WISHES)
    ]


def run_inside(production: Production, code: str, *, given: str = "") -> None:
    """Run a few lines with the settings of the installation, as a web process would run them."""
    subprocess.run(
        [PYTHON, "manage.py", "shell", "-v", "0", "-c", code],
        env=production.env, input=given, text=True, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def wait_for_none(production: Production, condition: str) -> float:
    """Wait until no run is like that; returns the moment."""
    deadline = time.monotonic() + PATIENCE_S
    while production.value(f"SELECT count(*) FROM agentops_agentrun WHERE {condition}"):  # our own words
        if time.monotonic() > deadline:
            raise SystemExit(f"still {condition} after {PATIENCE_S} s\n{production.logs_of()}")
        time.sleep(0.02)
    return time.monotonic()


def measure(production: Production, wishes: list[str], *, name: str) -> None:
    """Start every wish, answer every question, print the line."""
    last = production.value("SELECT coalesce(max(id), 0) FROM agentops_agentrun")
    run_inside(production, START, given="\n".join(wishes))
    wait_for_none(production, "status IN ('queued', 'running')")
    run_inside(production, ANSWER.format(pause=PAUSE_S))
    wait_for_none(production, "status NOT IN ('completed', 'handed_off', 'suspended')")
    rows = production.rows(ANSWERED.format(warm_up=WARM_UP), last)
    asked = production.value(ASKED, last)
    begun, ended = sorted(float(row[0]) for row in rows), sorted(float(row[1]) for row in rows)
    figures = (median(begun), quantiles(begun, n=20)[18], median(ended), quantiles(ended, n=20)[18])
    print(
        f"{name:<12}{len(wishes):>8}{len(rows):>8}{len(wishes) / float(asked):>14.1f}"
        f"{figures[0]:>12.0f}{figures[1]:>8.0f}{figures[2]:>12.0f}{figures[3]:>8.0f}"
    )


def main() -> None:
    """Install, measure with two workers, take one away, measure again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="requests in each of the two measurements")
    runs = parser.parse_args().runs
    with (
        tempfile.TemporaryDirectory() as logs,
        run_postgres() as server,
        new_database(server) as database,
        run_redis() as redis,
        run_production(database=database, redis=redis, logs=Path(logs)) as production,
    ):
        wishes = read_wishes(production)
        if len(wishes) < 2 * runs:
            raise SystemExit(f"the clinic has room for {len(wishes)} wishes; use --runs {len(wishes) // 2} or fewer")
        print("\nreal path: web, beat, Celery, Redis, PostgreSQL; milliseconds from the recorded yes")
        heads = f"{'asked':>8}{'booked':>8}{'questions/s':>14}{'begun p50':>12}{'p95':>8}{'ended p50':>12}{'p95':>8}"
        print(f"{'':<12}{heads}")
        measure(production, wishes[:runs], name="two workers")
        production.programs["two"].stop()
        measure(production, wishes[runs : 2 * runs], name="one worker")


if __name__ == "__main__":
    main()
