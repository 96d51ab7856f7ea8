"""The least that outlives the process, for the peers that leave the keeping to the application.

One row a run, two commits a phase: the request, the suspension; the booking, the answer. A run that is resumed is not
claimed, so two approvals at once would book twice; a claim would cost a commit more.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from psycopg_pool import AsyncConnectionPool

from benchmarks.peers.peer import CONNECTIONS

RUNS = "CREATE TABLE IF NOT EXISTS run (id text PRIMARY KEY, status text NOT NULL, state text NOT NULL)"


@dataclass(frozen=True)
class Store:
    """Runs and bookings in PostgreSQL."""

    pool: AsyncConnectionPool

    async def add(self, run: str, request: str) -> None:
        """Keep the request before anything is done about it."""
        await self._write("INSERT INTO run VALUES (%s, 'running', %s)", run, request)

    async def suspend(self, run: str, state: str) -> None:
        """Keep what is needed to go on."""
        await self._write("UPDATE run SET status = 'waiting', state = %s WHERE id = %s", state, run)

    async def finish(self, run: str, state: str) -> None:
        """Keep how it ended."""
        await self._write("UPDATE run SET status = 'done', state = %s WHERE id = %s", state, run)

    async def book(self, run: str, slot: str) -> None:
        """What the tool does."""
        await self._write("INSERT INTO booking VALUES (%s, %s)", run, slot)

    async def read_state(self, run: str) -> str:
        """What `suspend` kept."""
        return (await self._read(run))[1]

    async def is_waiting(self, run: str) -> bool:
        """Whether the run waits for a person."""
        return (await self._read(run))[0] == "waiting"

    async def _read(self, run: str) -> tuple[str, str]:
        async with self.pool.connection() as connection:
            cursor = await connection.execute("SELECT status, state FROM run WHERE id = %s", [run])
            row = await cursor.fetchone()
        assert row, f"no run {run}"
        return row

    async def _write(self, sql: str, *values: str) -> None:
        async with self.pool.connection() as connection:
            await connection.execute(sql.encode(), values)


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """Open the store on this database, with its connections made."""
    settings = {"autocommit": True, "prepare_threshold": 0}
    pool = AsyncConnectionPool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, kwargs=settings, open=False)
    async with pool:
        await pool.wait()
        async with pool.connection() as connection:
            await connection.execute(RUNS)
        yield Store(pool)
