"""Why a process does not start: one line for each fault, which says what is wrong, where it is set, and an example.

`manage.py serve`, the Celery worker, beat and the ASGI server all call `check_start`; settings that cannot be meant
end any process that reads them. The exit code is 2.
"""

import fcntl
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Literal, NoReturn

import structlog
from django.conf import settings
from django.core.checks import CheckMessage, Tags, run_checks
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

Role = Literal["serve", "web", "worker", "beat"]

REFUSED = 2
SKEW_REFUSED_SECONDS = 60.0
SKEW_WARNED_SECONDS = 2.0
REDIS_SECONDS = 3.0
EXAMPLE = "postgresql://handrail@127.0.0.1:5432/handrail"
CLOCKS = {
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "SELECT EXTRACT(EPOCH FROM clock_timestamp())",
}

log = structlog.get_logger(__name__)
_locked: IO[str] | None = None


def check_start(role: Role) -> None:
    """Return if this process may start, and hold its data from then on; otherwise say why and end it."""
    faults = find_start_faults(role)
    if faults:
        refuse_to_start(faults)


def find_start_faults(role: Role) -> list[str]:
    """Everything that keeps a process of this role from starting; where there is nothing, its data is now held."""
    return list(find_faults(role)) or lock_data()


def refuse_to_start(faults: Iterable[str]) -> NoReturn:
    """Print each fault as one line on standard error and end the process."""
    say_faults(faults)
    sys.exit(REFUSED)


def say_faults(faults: Iterable[str]) -> None:
    """Print each fault as one line on standard error."""
    for fault in faults:
        sys.stderr.write(" ".join(fault.split()) + "\n")
    sys.stderr.flush()


def find_faults(role: Role) -> Iterator[str]:
    """Each fault in settings and surroundings. What one fault makes pointless to look at is not looked at."""
    yield from _say(run_checks())
    yield from find_lone_process(role)
    yield from find_silent_redis(role)
    try:
        connection.ensure_connection()
        yield from _say(run_checks(tags=[Tags.database], databases=["default"]))
        yield from find_wrong_clock()
        yield from find_old_tables() or find_unwritable_tables()
    except DatabaseError as error:
        yield f"The database does not answer ({error}). Start it, or correct HANDRAIL_DATABASE, for example {EXAMPLE}."
    finally:
        connection.close()


def _say(found: list[CheckMessage]) -> Iterator[str]:
    for fault in found:
        if fault.is_serious():
            yield " ".join(filter(None, [str(fault.msg), fault.hint]))


def find_lone_process(role: Role) -> list[str]:
    """Without Redis doorbells and hints stay in the memory of one process, so that process has to be all of it."""
    if role == "serve" or settings.REDIS_URL:
        return []
    return [
        "HANDRAIL_REDIS is not set, so doorbells and hints would not leave this process. Set it, for example to "
        "redis://127.0.0.1:6379, or run everything in one process with: manage.py serve"
    ]


def find_silent_redis(role: Role) -> list[str]:
    """A Redis that is set has to answer. A web server starts without it: yes, no and stop work all the same."""
    error = ping_redis(seconds=REDIS_SECONDS)
    if not error:
        return []
    if role == "web":
        log.warning("redis_silent")
        return []
    return [
        f"Redis does not answer ({error}). Start it, correct HANDRAIL_REDIS, for example to redis://127.0.0.1:6379, "
        "or leave that unset to run everything in one process with: manage.py serve"
    ]


def ping_redis(*, seconds: float) -> str:
    """Why Redis does not answer in time; empty where it does, and where everything stays in this process."""
    if not settings.REDIS_URL:
        return ""
    # By name: loading the client takes a while that a process without Redis need not spend.
    client, fault = import_string("redis.Redis"), import_string("redis.RedisError")
    try:
        with client.from_url(
            settings.CELERY_BROKER_URL, socket_timeout=seconds, socket_connect_timeout=seconds, retry=None
        ) as broker:
            broker.ping()
    except (fault, OSError, ValueError) as error:
        return str(error) or type(error).__name__
    return ""


def find_wrong_clock() -> list[str]:
    """This machine's clock against the database's, by which leases and answers run out."""
    with connection.cursor() as cursor:
        begun = time.time()
        cursor.execute(CLOCKS[connection.vendor])
        ahead = (begun + time.time()) / 2 - float(cursor.fetchone()[0])
    if abs(ahead) > SKEW_REFUSED_SECONDS:
        side = "ahead of" if ahead > 0 else "behind"
        return [
            f"This machine's clock is {abs(ahead):.0f} s {side} the database's. Set it right where the system keeps "
            "it, for example with: timedatectl set-ntp true"
        ]
    if abs(ahead) > SKEW_WARNED_SECONDS:
        log.warning("clock_skew", duration_ms=round(ahead * 1000))
    return []


def find_old_tables() -> list[str]:
    """Migrations that have not been applied."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"The database is {len(missing)} migrations behind. Run: manage.py migrate"] if missing else []


def find_unwritable_tables() -> list[str]:
    """A database that may only be read: a standby, a user without rights, a file of somebody else."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE agentops_agentrun SET version = version WHERE 1 = 0")
    except DatabaseError as error:
        return [
            f"The database cannot be written ({error}). Give the user of HANDRAIL_DATABASE the right to, or name "
            f"another, for example {EXAMPLE}."
        ]
    return []


def lock_data() -> list[str]:
    """Hold the SQLite file for as long as this process lives: alone where it is all of the machine, because a second
    process would not hear its doorbells; together with the others where Redis carries them.
    """
    global _locked
    if connection.vendor != "sqlite":
        return []
    database = Path(connection.settings_dict["NAME"])
    _locked = database.with_name(f"{database.name}.serve-lock").open("a+")
    try:
        fcntl.flock(_locked, fcntl.LOCK_NB | (fcntl.LOCK_SH if settings.REDIS_URL else fcntl.LOCK_EX))
    except OSError:
        _locked.seek(0)
        return [
            f"Process {_locked.read().strip() or '?'} already serves {database}. Stop it first, or set "
            f"HANDRAIL_DATABASE to another file, for example sqlite:///{database.with_name('second.sqlite3')}"
        ]
    _locked.truncate(0)
    _locked.write(str(os.getpid()))
    _locked.flush()
    return []
