"""The database that a peer works on, seen from outside: its bookings, and what the work cost it."""

import sqlite3
from collections import Counter
from contextlib import closing

import psycopg

from benchmarks.server_cpu import server_cpu_seconds

BOOKINGS = "CREATE TABLE IF NOT EXISTS booking (run text NOT NULL, slot text NOT NULL)"
"""No constraint: a run that books twice must show."""
STORED = """
SELECT sum(pg_total_relation_size(oid)) FROM pg_class
WHERE relkind = 'r' AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
"""


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
        """CPU of the whole server so far; 0 on SQLite, which has none."""
        return server_cpu_seconds(self.server.info.backend_pid) if self.server else 0.0

    def commits(self) -> int:
        """Transactions so far that wrote something; 0 on SQLite, which does not count them.

        PostgreSQL's own `xact_commit` counts reads as well, and a backend reports it seconds later.
        """
        if not self.server:
            return 0
        row = self.server.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
        return int(row[0]) if row else 0

    def stored_bytes(self) -> int:
        """Bytes of all tables and their indexes."""
        if self.server:
            return int(self._run(STORED)[0][0])
        return int(self._run("PRAGMA page_count")[0][0]) * int(self._run("PRAGMA page_size")[0][0])

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
