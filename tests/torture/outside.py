"""The world outside: a database of its own that counts what really happened, whatever becomes of the product's."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "TORTURE_OUTSIDE"
"""The environment variable that tells a process where the world outside is."""

TABLES = """
CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, digest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS effects (run INTEGER NOT NULL, key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refusals (run INTEGER NOT NULL, key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS asks (id INTEGER PRIMARY KEY, request TEXT NOT NULL, results TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS bells (id INTEGER PRIMARY KEY, run INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS workers (pid INTEGER PRIMARY KEY, owner TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS effects_of_run ON effects (run);
CREATE INDEX IF NOT EXISTS asks_of_request ON asks (request);
"""


class KeyReused(Exception):
    """One idempotency key came with two different contents: the service refuses the second."""


class Outside:
    """Effects by idempotency key, questions to the model, doorbells. Safe across processes; survives their death."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(TABLES)

    def act(self, *, run: int, key: str, digest: str, once: bool) -> None:
        """An effect: counted every time, or with `once` by a service that honours keys. Raises KeyReused."""
        with self._open() as db:
            new = db.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (key, digest)).rowcount
            known = db.execute("SELECT digest FROM keys WHERE key = ?", (key,)).fetchone()[0]
            if known != digest:
                db.execute("INSERT INTO refusals VALUES (?, ?)", (run, key))
            elif new or not once:
                db.execute("INSERT INTO effects VALUES (?, ?)", (run, key))
        if known != digest:
            raise KeyReused(key)

    def effects(self, run: int) -> int:
        """How often something happened for this run."""
        return self._count("SELECT COUNT(*) FROM effects WHERE run = ?", run)

    def digests(self, run: int) -> set[str]:
        """What came with the keys of this run."""
        with self._open() as db:
            query = "SELECT digest FROM keys JOIN effects USING (key) WHERE run = ?"
            return {str(row[0]) for row in db.execute(query, (run,))}

    def refusals(self, run: int) -> int:
        """How often a key of this run came with other contents."""
        return self._count("SELECT COUNT(*) FROM refusals WHERE run = ?", run)

    def note_ask(self, request: str, results: str) -> int:
        """The model was asked about this request, and read these results; the number of the question."""
        with self._open() as db:
            asked = db.execute("INSERT INTO asks (request, results) VALUES (?, ?)", (request, results))
            return int(asked.lastrowid or 0)

    def asks(self, request: str) -> dict[int, str]:
        """Every question about this request, by its number, with the results that the model read."""
        with self._open() as db:
            return dict(db.execute("SELECT id, results FROM asks WHERE request = ?", (request,)).fetchall())

    def ring(self, run: int) -> None:
        """A broker takes a message for this run."""
        with self._open() as db:
            db.execute("INSERT INTO bells (run) VALUES (?)", (run,))

    def take_bell(self) -> int | None:
        """The oldest message, given out once; None where there is none."""
        with self._open() as db:
            taken = db.execute("DELETE FROM bells WHERE id = (SELECT MIN(id) FROM bells) RETURNING run").fetchall()
        return int(taken[0][0]) if taken else None

    def note_worker(self, *, pid: int, owner: str) -> None:
        """A worker process says by which name it holds leases."""
        with self._open() as db:
            db.execute("INSERT INTO workers VALUES (?, ?)", (pid, owner))

    def owner_of(self, pid: int) -> str:
        """The name by which that process holds leases; empty where it has not said so yet."""
        with self._open() as db:
            row = db.execute("SELECT owner FROM workers WHERE pid = ?", (pid,)).fetchone()
        return str(row[0]) if row else ""

    def _count(self, query: str, run: int) -> int:
        with self._open() as db:
            return int(db.execute(query, (run,)).fetchone()[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=20)
        try:
            # What a crash of the whole machine would lose is of no interest here.
            db.execute("PRAGMA synchronous=OFF")
            with db:
                yield db
        finally:
            db.close()
