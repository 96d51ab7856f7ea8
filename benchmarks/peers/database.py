"""The database that a peer works on, seen from outside: its bookings, and what the work cost it."""

import sqlite3
from collections import Counter
from contextlib import closing
from math import nan

import psycopg

from benchmarks.server_cpu import server_cpu_seconds

BOOKINGS = "CREATE TABLE IF NOT EXISTS booking (run text NOT NULL, slot text NOT NULL)"
"""No constraint: a run that books twice must show."""


def sqlite_path(url: str) -> str:
    """The file that a URL like sqlite:///path names, or nothing for another database."""
    return url.removeprefix("sqlite:///") if url.startswith("sqlite:") else ""


class Database:
    """Every question is asked on a connection of its own, outside everything that is measured."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.server = None if sqlite_path(url) else psycopg.connect(url, dbname="postgres", autocommit=True)
        self._run(BOOKINGS)

    def cpu_seconds(self) -> float:
        """CPU of the whole server so far; SQLite has none."""
        return server_cpu_seconds(self.server.info.backend_pid) if self.server else nan

    def commits(self) -> float:
        """Transactions so far that wrote something; SQLite does not count them.

        PostgreSQL's own `xact_commit` counts reads as well, and a backend reports it seconds later.
        """
        if not self.server:
            return nan
        row = self.server.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
        return int(row[0]) if row else 0

    def bookings(self) -> Counter[str]:
        """How often each run has booked."""
        return Counter(dict(self._run("SELECT run, count(*) FROM booking GROUP BY run")))

    def _run(self, sql: str) -> list[tuple]:
        if path := sqlite_path(self.url):
            with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
                return connection.execute(sql).fetchall()
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []
