"""Django's SQLite backend, with turns for writers and statements that are prepared once.

SQLite lets one transaction write at a time, and lets the others poll: under load some of them poll in vain until
"database is locked". Here the threads of one process take turns at a lock first, so that only other processes are
ever waited for by polling.
"""

import os
import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.backends.sqlite3 import base
from django.db.models import BooleanField, DateTimeField
from django.db.utils import OperationalError

LONGEST_TURN_SECONDS = 60.0

_turns: dict[str, threading.Lock] = defaultdict(threading.Lock)


def _forget_turns() -> None:
    """A forked child has the locks but not the threads that would let them go."""
    _turns.clear()


os.register_at_fork(after_in_child=_forget_turns)


def write_time(at: datetime) -> str:
    """A time as Django's SQLite backend keeps it: in UTC, without saying so."""
    return str(at.astimezone(UTC).replace(tzinfo=None))


def read_time(kept: datetime | str) -> datetime:
    """A time from a column, which the driver has read already, or from the database's own clock, which it has not."""
    at = datetime.fromisoformat(kept) if isinstance(kept, str) else kept
    return at.replace(tzinfo=UTC)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before it begins to write."""

    writers: ClassVar[dict[type, Callable[[Any], Any] | None]] = {DateTimeField: write_time}
    """How the values of a field go into a prepared statement; None: as they are."""

    readers: ClassVar[dict[type, Callable[[Any], Any]]] = {DateTimeField: read_time, BooleanField: bool}
    """How they come out of one."""

    _turn: "threading.Lock | None" = None

    @staticmethod
    def driver_sql(sql: str) -> str:
        """SQL with Django's placeholders as this driver takes it."""
        return base.SQLiteCursorWrapper.convert_query(None, sql)  # type: ignore[arg-type]

    def run_prepared(self, sql: str, values: list[Any]) -> Any:
        """Run a statement that comes again and again, past everything that Django does for one it has not seen."""
        self.validate_no_broken_transaction()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self.connection.execute(sql, values)

    def _start_transaction_under_autocommit(self) -> None:
        turn = _turns[str(self.settings_dict["NAME"])]
        if not turn.acquire(timeout=LONGEST_TURN_SECONDS):
            raise OperationalError("database is locked by another thread")
        self._turn = turn
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # where this fails the transaction is still open, and the rollback ends the turn
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn:
            turn.release()
