"""SQLite lets one transaction write at a time, and lets the others poll: under load some of them poll in vain until
"database is locked". Here the threads of one process take turns at a lock first, so that only other processes are
ever waited for by polling.
"""

import os
import threading
from collections import defaultdict

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

LONGEST_TURN_SECONDS = 60.0

_turns: dict[str, threading.Lock] = defaultdict(threading.Lock)


def _forget_turns() -> None:
    """A forked child has the locks but not the threads that would let them go."""
    _turns.clear()


os.register_at_fork(after_in_child=_forget_turns)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before it begins to write."""

    _turn: "threading.Lock | None" = None

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
