"""The world outside: a database of its own in which every effect of a tool is counted, whatever becomes of ours."""

import sqlite3
from pathlib import Path


class World:
    """Counts effects by idempotency key. Safe across processes; survives their death."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("CREATE TABLE IF NOT EXISTS effects (tool TEXT, key TEXT)")
            db.execute("CREATE TABLE IF NOT EXISTS once (key TEXT PRIMARY KEY)")
        db.close()

    def act(self, tool: str, key: str) -> None:
        """An effect that happens as often as it is asked for."""
        with self._open() as db:
            db.execute("INSERT INTO effects VALUES (?, ?)", (tool, key))
        db.close()

    def act_once(self, tool: str, key: str) -> None:
        """An effect of a service that honours idempotency keys."""
        with self._open() as db:
            if db.execute("INSERT OR IGNORE INTO once VALUES (?)", (key,)).rowcount:
                db.execute("INSERT INTO effects VALUES (?, ?)", (tool, key))
        db.close()

    def count(self, tool: str) -> int:
        """How often the tool's effect happened."""
        db = self._open()
        found = db.execute("SELECT COUNT(*) FROM effects WHERE tool = ?", (tool,)).fetchone()[0]
        db.close()
        return int(found)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=20)
