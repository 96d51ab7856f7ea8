"""Outages of the whole installation: what is taken away, when it comes back, and how long the runs then stand still."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest import mock

from tests.doorbells.breakable import Breakable, breakable_postgres, breakable_redis
from tests.integration import production as harness
from tests.integration.production import Production, run_production, wait_until
from tests.integration.test_production import (
    Wish,
    ask,
    booked,
    describe_run,
    find_wish,
    say_yes,
    wait_for_call,
    wait_for_end,
    wait_until_somebody_waits_for,
)
from tests.integration.visitor import Visitor
from tests.servers import new_database

DOWN_SECONDS = 3.0
HOUR = 3_600


@dataclass
class Site:
    """The installation with the servers under it, and a person at the desk."""

    production: Production
    postgres: Breakable
    redis: Breakable
    lease_seconds: int
    patient: int = 0

    def person(self) -> Visitor:
        """Priya, freshly logged in."""
        return self.production.log_in("priya")

    def begin(self, person: Visitor) -> tuple[int, Wish]:
        """A new patient asks for a time that is free; the run, not waited for."""
        wish = self.next_wish()
        return ask(self.production, person, wish.words), wish

    def next_wish(self) -> Wish:
        """What the next patient wants."""
        self.patient += 1
        return find_wish(self.production, patient=self.patient)

    def renew_workers(self) -> None:
        """End whatever workers there are, and start two that are well."""
        for name in [name for name in self.production.programs if name not in {"web", "beat"}]:
            self.production.programs.pop(name).kill()
        for name in harness.WORKERS:
            self.production.start_worker(name)

    def signal_workers(self, number: signal.Signals) -> None:
        """Freeze or thaw every worker there was at the start."""
        for name in harness.WORKERS:
            self.production.programs[name].process.send_signal(number)

    def start_wrong_worker(self, name: str, seconds: int) -> None:
        """A worker whose clock is that far off once it works."""
        words = ("tests.doorbells.wrong_clock", str(seconds), "celery", "-A", "agentops.celery", "worker")
        program = self.production._run(name, *words, "-P", "threads", "-c", "50", "-n", f"{name}@%h")
        program.wait_for(r"\[queues\]")
        time.sleep(2)  # the clock jumps when the worker is ready, a moment after it says what it listens to


@contextmanager
def open_site(logs: Path, *, lease_seconds: int, sweep_seconds: int) -> Iterator[Site]:
    """Install and start everything on servers that can be taken away."""
    with (
        mock.patch.multiple(harness, LEASE_SECONDS=lease_seconds, SWEEP_SECONDS=sweep_seconds),
        breakable_postgres() as postgres,
        breakable_redis() as redis,
        new_database(postgres.url) as database,
        run_production(database=database, redis=redis.url, logs=logs) as production,
    ):
        # Beat comes up last, and refuses to while there is no broker.
        swept = "SELECT at FROM agentops_sweepmark"
        wait_until(lambda: production.value(swept), seconds=60, failing=production.logs_of)
        yield Site(production, postgres, redis, lease_seconds)


def broker_killed(site: Site) -> float:
    """Redis is killed and comes back empty. Meanwhile somebody asks and somebody says yes, and both are kept."""
    person = site.person()
    waiting = [site.begin(person) for _ in range(3)]
    calls = [wait_for_call(site.production, run_id, "awaiting") for run_id, _ in waiting]
    site.redis.end(signal.SIGKILL)
    with supervised(site):
        late = [site.begin(person)]
        for call_id in calls:
            assert say_yes(person, call_id).status == 302, "a yes needs no broker"
        time.sleep(DOWN_SECONDS)
        site.redis.start()
        return _finish(site, person, waiting, late)


def database_restarted(site: Site) -> float:
    """PostgreSQL is gone without a word, with runs queued, waiting and at work, and comes back."""
    person = site.person()
    waiting = [site.begin(person) for _ in range(3)]
    calls = [wait_for_call(site.production, run_id, "awaiting") for run_id, _ in waiting]
    late = [site.begin(person) for _ in range(3)]
    site.postgres.end(signal.SIGQUIT)
    time.sleep(DOWN_SECONDS)
    site.postgres.start()
    back = time.monotonic()
    for call_id in calls:
        wait_until(partial(_try_yes, site, call_id), seconds=60, failing=site.production.logs_of)
    return _finish(site, site.person(), waiting, late, since=back)


def _try_yes(site: Site, call_id: int) -> bool:
    """The first answers after an outage may be refused by a connection that died with it."""
    try:
        return say_yes(site.person(), call_id).status in {302, 409}
    except (AssertionError, OSError):
        return False


def workers_frozen(site: Site) -> float:
    """Both workers stand still past their leases in the middle of a look-up; another takes over; then they wake."""
    run_id, took = _lose_workers(site, lambda: site.signal_workers(signal.SIGSTOP))
    before = _rows_of(site, run_id)
    site.signal_workers(signal.SIGCONT)
    time.sleep(DOWN_SECONDS)
    assert _rows_of(site, run_id) == before, "a worker that woke up late wrote something"
    return took


def workers_killed(site: Site) -> float:
    """Two of three workers are killed in the middle of a look-up; the third goes on with it."""
    return _lose_workers(site, site.production.kill_workers)[1]


def _lose_workers(site: Site, lose: Callable[[], None]) -> tuple[int, float]:
    """Lose every worker that can hold the run, with a spare one at hand; the run, and the seconds it stood still."""
    production, person, wish = site.production, site.person(), site.next_wish()
    production.start_worker("spare")
    spare = production.programs["spare"].process
    spare.send_signal(signal.SIGSTOP)
    with production.locked("clinic_patient"):
        run_id = ask(production, person, wish.words)
        wait_until_somebody_waits_for(production, "clinic_patient")
        lose()
        since = time.monotonic()
        spare.send_signal(signal.SIGCONT)
    call_id = wait_for_call(production, run_id, "awaiting", seconds=4 * site.lease_seconds + 60)
    took = time.monotonic() - since
    assert say_yes(person, call_id).status == 302
    check_booked(site, [(run_id, wish)])
    assert production.value("SELECT lease_losses FROM agentops_agentrun WHERE id = %s", run_id) == 1
    return run_id, took


def clocks_wrong(site: Site, *, seconds: int) -> float:
    """The only worker's clock is an hour off: nothing expires too early, waits longer, or is done twice."""
    production, person = site.production, site.person()
    for name in harness.WORKERS:
        production.programs.pop(name).stop()
    site.start_wrong_worker(f"wrong{seconds}", seconds)
    since = time.monotonic()
    runs = [site.begin(person) for _ in range(2)]
    calls = [wait_for_call(production, run_id, "awaiting") for run_id, _ in runs]
    took = time.monotonic() - since
    time.sleep(2 * harness.SWEEP_SECONDS + 1)  # long enough for a sweeper to find a question that seems overdue
    query = "SELECT EXTRACT(EPOCH FROM expires_at - now()) / 60 FROM agentops_toolcall WHERE id = %s"
    left = [float(production.value(query, call_id)) for call_id in calls]
    assert all(minutes > 4 for minutes in left), f"minutes that are left for an answer: {left}"
    for call_id in calls:
        assert say_yes(person, call_id).status == 302
    check_booked(site, runs)
    return took


def _rows_of(site: Site, run_id: int) -> list[tuple[object, ...]]:
    run = site.production.rows("SELECT * FROM agentops_agentrun WHERE id = %s", run_id)
    return run + site.production.rows("SELECT * FROM agentops_toolcall WHERE run_id = %s ORDER BY id", run_id)


@contextmanager
def supervised(site: Site) -> Iterator[None]:
    """Start a worker anew that ended by itself, as the supervisor of the README does: Celery may give up on Redis."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            for name in harness.WORKERS:
                if site.production.programs[name].process.poll() is not None:
                    with suppress(AssertionError):  # it gives up again while the broker is away
                        site.production.start_worker(name)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _finish(
    site: Site, person: Visitor, waiting: list[tuple[int, Wish]], late: list[tuple[int, Wish]], since: float = 0.0
) -> float:
    """Let everything come to its end; the seconds until every run moved again, and one booking each."""
    since = since or time.monotonic()
    calls = [wait_for_call(site.production, run_id, "awaiting", seconds=120) for run_id, _ in late]
    for run_id, _ in waiting:
        wait_for_end(site.production, run_id, seconds=120)
    took = time.monotonic() - since
    for call_id in calls:
        assert say_yes(person, call_id).status == 302
    check_booked(site, [*waiting, *late])
    return took


def check_booked(site: Site, runs: list[tuple[int, Wish]]) -> None:
    """As in a run without an outage: completed, and booked exactly once."""
    for run_id, wish in runs:
        status, answer = wait_for_end(site.production, run_id, seconds=120)
        assert status == "completed", f"{answer} {describe_run(site.production, run_id)}"
        assert booked(site.production, wish) == 1, describe_run(site.production, run_id)


OUTAGES: dict[str, tuple[Callable[[Site], float], float]] = {
    "Redis killed, back empty": (broker_killed, 60),
    "PostgreSQL restarted": (database_restarted, 60),
    "every worker killed": (workers_killed, 45),
    "every worker frozen past its lease": (workers_frozen, 45),
    "worker's clock an hour fast": (lambda site: clocks_wrong(site, seconds=HOUR), 45),
    "worker's clock an hour slow": (lambda site: clocks_wrong(site, seconds=-HOUR), 45),
}
"""Each with the seconds within which runs must move again after what was taken away is back."""
