"""Bad weather: real Celery workers on PostgreSQL and Redis, killed at random while they work on dozens of runs.

`python -m tests.torture.storm` with HANDRAIL_DATABASE and HANDRAIL_REDIS set; ends with 1 where anything was violated.
"""

import argparse
import math
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentops.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from agentops.audit import verify_chain  # noqa: E402
from agentops.domain.lifecycle import Effect  # noqa: E402
from agentops.models import AgentRun, ToolCall  # noqa: E402
from tests.programs import ROOT  # noqa: E402
from tests.torture.cast import furnish  # noqa: E402
from tests.torture.invariants import Aftermath, count_effects, find_violations  # noqa: E402
from tests.torture.life import ask_for, clear_up, doubts, say_yes  # noqa: E402
from tests.torture.outside import VARIABLE, Outside  # noqa: E402
from tests.torture.points import Subject  # noqa: E402

CALM_S, DOWN_S = (5.0, 12.0), (0.0, 2.0)
"""Seconds between two deaths, and from a death to the next start of that worker."""
LONGEST_RECOVERY_S = 45.0
LONGEST_CLEARING_S = 120.0
LOOK_EVERY_S = 0.2


class Worker:
    """A worker process with a process group of its own."""

    def __init__(self, name: str, *, env: dict[str, str], log: Path) -> None:
        celery = [sys.executable, "-m", "celery", "-A", "tests.torture.worker", "worker", "-P", "threads", "-c", "100"]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*celery, "-n", f"{name}@%h"], cwd=ROOT, env=env, stdout=output, stderr=output, start_new_session=True
            )

    def kill(self) -> None:
        """End every process of the group as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Orphan:
    """A run whose worker died: when, by the clock that never goes back, and which lease it then had."""

    run_id: int
    epoch: int
    since: float


class Storm:
    """Starts runs, answers what waits, kills workers and starts them again, and keeps the times."""

    def __init__(self, *, outside: Outside, home: Path, at_once: int) -> None:
        self.outside, self.home, self.at_once = outside, home, at_once
        self.env = {**os.environ, VARIABLE: str(outside.path)}
        self.workers: dict[str, Worker | None] = {"one": None, "two": None}
        self.subjects: list[Subject] = []
        self.numbers, self.effects = count(1), cycle(Effect)
        self.orphans: list[Orphan] = []
        self.recoveries: list[float] = []
        self.deaths = self.doubts = 0

    def rage(self, *, minutes: float) -> None:
        """Kill now and then for so long, from when every worker is at work."""
        while not all(worker and self.outside.owner_of(worker.process.pid) for worker in self.workers.values()):
            time.sleep(LOOK_EVERY_S)
        end = time.monotonic() + 60 * minutes
        next_death = time.monotonic() + random.uniform(*CALM_S)
        back_at = 0.0
        while time.monotonic() < end:
            self._ask_for_more()
            self.tend()
            now = time.monotonic()
            if now >= next_death and all(self.workers.values()):
                self._kill_one()
                next_death, back_at = now + random.uniform(*CALM_S), now + random.uniform(*DOWN_S)
            if now >= back_at:
                self.staff()

    def clear(self) -> None:
        """Wait until every run is over, without a manual step but the answers; or until that takes too long."""
        self.staff()
        end = time.monotonic() + LONGEST_CLEARING_S
        while time.monotonic() < end and (self.orphans or AgentRun.objects.filter(finished_at=None).exists()):
            self.tend()

    def tend(self) -> None:
        """Once round: answer what waits, clear up doubts, see which orphan was taken in."""
        for call in ToolCall.objects.filter(status="awaiting"):
            say_yes(call)
        for run in AgentRun.objects.filter(calls__status="in_doubt", status="suspended").distinct():
            self.doubts += len(doubts(run.pk))
            subject = next(one for one in self.subjects if one.key == run.request_key)
            clear_up(run.pk, happened=count_effects(subject, run.pk, self.outside) == 1)
        self._look_for_orphans()
        time.sleep(LOOK_EVERY_S)

    def staff(self) -> None:
        """Start every worker that is not there."""
        for name, worker in self.workers.items():
            if worker is None:
                self.workers[name] = Worker(name, env=self.env, log=self.home / f"{name}.log")

    def send_home(self) -> None:
        """Nobody is left running."""
        for worker in filter(None, self.workers.values()):
            worker.kill()

    def _ask_for_more(self) -> None:
        missing = self.at_once - AgentRun.objects.filter(finished_at=None).count()
        for _ in range(missing):
            subject = Subject(f"storm {next(self.numbers)}", next(self.effects))
            self.subjects.append(subject)
            ask_for(subject)

    def _kill_one(self) -> None:
        name, worker = random.choice([(name, worker) for name, worker in self.workers.items() if worker])
        owner = self.outside.owner_of(worker.process.pid)
        if not owner:
            return  # it has only just been started
        worker.kill()
        now = time.monotonic()
        self.workers[name] = None
        self.deaths += 1
        held = AgentRun.objects.filter(status="running", lease_owner=owner).values_list("pk", "lease_epoch")
        self.orphans += [Orphan(run_id, epoch, now) for run_id, epoch in held]

    def _look_for_orphans(self) -> None:
        held = set(AgentRun.objects.filter(status="running").values_list("pk", "lease_epoch"))
        for orphan in list(self.orphans):
            if (orphan.run_id, orphan.epoch) not in held:
                self.recoveries.append(time.monotonic() - orphan.since)
                self.orphans.remove(orphan)


def worst_but_one_percent(seconds: list[float]) -> float:
    """The 99th percentile; of fewer than a hundred the longest."""
    return sorted(seconds)[math.ceil(0.99 * len(seconds)) - 1]


def judge(storm: Storm) -> Iterator[str]:
    """Everything that is wrong now that the weather has cleared."""
    for subject in storm.subjects:
        run = AgentRun.objects.get(request_key=subject.key)
        lost = range(run.lease_losses + 1)
        after = Aftermath(subject, storm.outside, run, doubtful=True, lost_tokens=0, lost_answers=lost)
        for one in find_violations(after, weather=True):
            yield f"VIOLATION {subject.words}: {one.harm}: {one.words}"
    if flaw := verify_chain():
        yield f"VIOLATION the sealed record is broken: {flaw}"
    if storm.orphans or (storm.recoveries and worst_but_one_percent(storm.recoveries) > LONGEST_RECOVERY_S):
        yield f"VIOLATION runs were taken up again later than {LONGEST_RECOVERY_S:.0f} s, {len(storm.orphans)} never"


def describe(storm: Storm) -> Iterator[str]:
    """The figures."""
    runs = AgentRun.objects.all()
    given = runs.filter(outcome="workers_lost").count()
    yield f"{storm.deaths} workers killed over {len(storm.subjects)} runs; {len(storm.recoveries)} runs lost theirs"
    yield f"{storm.doubts} calls were in doubt; {given} runs cost three workers and were given to a person"
    if storm.recoveries:
        middle, high, most = median(storm.recoveries), worst_but_one_percent(storm.recoveries), max(storm.recoveries)
        lease = f"lease {settings.LEASE_SECONDS} s, sweep {settings.SWEEP_SECONDS} s"
        yield f"taken up again after {middle:.1f} s (median), {high:.1f} s (p99), {most:.1f} s (longest); {lease}"


def main() -> int:
    """The whole storm; 1 where anything was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.storm", description=__doc__)
    parser.add_argument("--runs", type=int, default=75, help="runs at work at once")
    parser.add_argument("--minutes", type=float, default=3.0, help="how long workers die")
    words = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever is told to stop sends the workers home first
    call_command("migrate", verbosity=0)
    furnish(hold=0)  # this clock is real: it measures how soon a run is taken up again
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="handrail-storm-")))
        storm = Storm(outside=Outside(home / "outside.sqlite3"), home=home, at_once=words.runs)
        stack.callback(storm.send_home)
        storm.staff()
        beat = [sys.executable, "-m", "celery", "-A", "agentops.celery", "beat"]
        with (home / "beat.log").open("wb") as log:
            clock = subprocess.Popen(beat, cwd=ROOT, env=storm.env, stdout=log, stderr=log)
        stack.callback(clock.wait)
        stack.callback(clock.kill)
        storm.rage(minutes=words.minutes)
        storm.clear()
        found = list(judge(storm))
        print(*describe(storm), *found, sep="\n", flush=True)
    return 1 if found or not storm.deaths else 0


if __name__ == "__main__":
    sys.exit(main())
