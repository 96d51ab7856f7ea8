"""What a run costs the machine: CPU of this process and of PostgreSQL, commits, bytes stored, and how noisy it is."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from django.db import DEFAULT_DB_ALIAS, connection, connections

from benchmarks.server_cpu import server_cpu_seconds


def postgres_cpu_seconds() -> float:
    """CPU that the PostgreSQL server behind our connection has used so far, its ended backends included; else 0."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return server_cpu_seconds(int(cursor.fetchone()[0]))


@contextmanager
def counted_commits() -> Iterator[list[int]]:
    """Count the transactions that really reach the database, from every thread."""
    wrapper = type(connections[DEFAULT_DB_ALIAS])
    commit = wrapper._commit
    count = [0]

    def counting(self: object) -> None:
        count[0] += 1
        commit(self)

    with mock.patch.object(wrapper, "_commit", counting):
        yield count


def stored_bytes(tables: list[str]) -> int:
    """Bytes that these tables and their indexes take now."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT SUM(pg_total_relation_size(t::regclass)) FROM unnest(%s::text[]) AS t", [tables])
            return int(cursor.fetchone()[0])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute("PRAGMA page_size")
        return int(pages * cursor.fetchone()[0])


def flush_cost_ms() -> float:
    """Median time of one small fsync on this disk, in milliseconds: the machine's mood while it was measured."""
    path = Path(f"var/flush-{os.getpid()}")
    times = []
    with path.open("wb") as file:
        for _ in range(30):
            begun = time.perf_counter()
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - begun)
    path.unlink()
    return sorted(times)[len(times) // 2] * 1000
