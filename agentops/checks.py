"""Django's system checks for what would make Handrail run wrongly rather than not at all. Run at every start."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

# What SQLite must answer, and why it matters when it does not.
PRAGMAS = {
    "journal_mode": ("wal", "readers and writers block each other"),
    "synchronous": ("2", "a power cut may lose the row that says what was about to be done"),
    "foreign_keys": ("1", "rows may point at nothing"),
    "busy_timeout": ("20000", "a writer who meets another gives up instead of waiting"),
}
RANGES = {
    "SWEEP_SECONDS": (1, 10, "a run whose doorbell was lost waits that long"),
    "LEASE_SECONDS": (10, 300, "a run whose worker died waits that long, and a live worker must renew in time"),
    "MODEL_TIMEOUT_SECONDS": (1, 300, "a slice of a run has to end before its message is delivered again"),
    "WORKER_THREADS": (1, 500, "that many runs advance at once in one process"),
    "WATCH_SECONDS": (0, 3600, "an alert is found only then"),
    "READY_SWEEP_SECONDS": (2, 300, "a probe hears only then that nobody sweeps"),
    "READY_RUN_SECONDS": (2, 3600, "a probe hears only then that nobody takes up runs"),
}


@register()
def check_numbers(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """Refuse a number that is well-formed and cannot be meant."""
    return [
        Error(
            f"HANDRAIL_{name} is {getattr(settings, name)}: {why}.",
            hint=f"Write a number from {low} to {high}.",
            id="handrail.E001",
        )
        for name, (low, high, why) in RANGES.items()
        if not low <= getattr(settings, name) <= high
    ]


@register()
def check_transactions(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """Refuse a transaction around every request: a run's rows are committed one step at a time."""
    if not any(database.get("ATOMIC_REQUESTS") for database in settings.DATABASES.values()):
        return []
    return [Error("ATOMIC_REQUESTS is on: every page would take the write lock.", id="handrail.E002")]


@register()
def check_production_database(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """Refuse SQLite where several processes on several machines are to share the database."""
    if not settings.PRODUCTION or not str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite"):
        return []
    return [
        Error(
            "HANDRAIL_PRODUCTION is on and HANDRAIL_DATABASE is SQLite.",
            hint="Write postgresql://USER:PASSWORD@HOST:PORT/NAME.",
            id="handrail.E003",
        )
    ]


@register(Tags.database)
def check_sqlite(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Ask an SQLite database how it really works; the file or another program may have overruled the settings."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        if connections[alias].vendor != "sqlite":
            continue
        for name, (wanted, harm) in PRAGMAS.items():
            with connections[alias].cursor() as cursor:
                found = str(cursor.execute(f"PRAGMA {name}").fetchone()[0])
            if found != wanted:
                hint = f"Set PRAGMA {name}={wanted} in agentops/settings.py, and keep the file on a local disk."
                errors.append(Error(f"SQLite runs with {name}={found}: {harm}.", hint=hint, id="handrail.E004"))
        if connections[alias].settings_dict["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
            hint = 'Set "transaction_mode": "IMMEDIATE" in agentops/settings.py.'
            errors.append(Error("SQLite would fail when two write at once.", hint=hint, id="handrail.E005"))
    return errors
