"""The statements of the hot path are prepared at their first use, and planned once: they find rows by their keys, so
that one plan suits every value (`plan_cache_mode` in the settings). Everything else is planned for its values.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import psycopg
from django.db.backends.postgresql import base
from django.db.models import DateTimeField, UUIDField


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that keeps what the hot path runs."""

    writers: ClassVar[dict[type, Callable[[Any], Any] | None]] = {DateTimeField: None, UUIDField: None}
    """How the values of a field go into a prepared statement; None: as they are."""

    readers: ClassVar[dict[type, Callable[[Any], Any]]] = {}
    """How they come out of one."""

    @staticmethod
    def driver_sql(sql: str) -> str:
        """SQL with Django's placeholders as this driver takes it."""
        return sql

    def run_prepared(self, sql: str, values: list[Any]) -> Any:
        """Run a statement that comes again and again, past everything that Django does for one it has not seen."""
        self.validate_no_broken_transaction()
        self.ensure_connection()
        with self.wrap_database_errors:
            return psycopg.Cursor(self.connection).execute(sql, values, prepare=True)
