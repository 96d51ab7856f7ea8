"""Rows by the thousand: COPY on PostgreSQL, one prepared statement on SQLite; keys are given, not fetched."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

from agentops.sqlite.base import write_time

Row = Mapping[str, Any]


class Table:
    """Writes rows of one model. Columns that are not given take the field's default; JSON is given as text."""

    def __init__(self, model: type[models.Model], given: Iterable[str]) -> None:
        self.model = model
        fields = {field.attname: field for field in model._meta.concrete_fields}
        self.given = tuple(given)
        own = model._meta.auto_field
        rest = [field for name, field in fields.items() if name not in self.given and field is not own]
        self.constants = tuple(field.get_db_prep_save(field.get_default(), connection) for field in rest)
        self.writers = [_writer(fields[name]) for name in self.given]
        self.columns = [field.column for field in (*(fields[name] for name in self.given), *rest)]

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Add these rows; the caller holds the transaction."""
        if not rows:
            return
        quote: Callable[[Any], str] = connection.ops.quote_name
        table, columns = quote(self.model._meta.db_table), ", ".join(map(quote, self.columns))
        values = [self._values(row) for row in rows]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL statement_timeout = 0")  # thousands of rows at once may take their time
                with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for one in values:
                        copy.write_row(one)
                return
            places = ", ".join(["%s"] * len(self.columns))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)  # noqa: S608  # our own names

    def _values(self, row: Row) -> tuple[Any, ...]:
        pairs = zip(self.given, self.writers, strict=True)
        return (*(write(row[name]) if write else row[name] for name, write in pairs), *self.constants)


def _writer(field: Any) -> Callable[[Any], Any] | None:
    if connection.vendor == "postgresql":
        return None
    if isinstance(field, models.DateTimeField):
        return lambda at: None if at is None else write_time(at)
    if isinstance(field, models.UUIDField):
        return lambda value: value.hex
    return None


def next_key(model: type[models.Model]) -> int:
    """The first key that no row of this model has."""
    last = model._default_manager.aggregate(last=models.Max("pk"))["last"]
    return int(last or 0) + 1


def go_on_counting(tables: Iterable[type[models.Model]]) -> None:
    """Let the database's own counters go on after the keys that were given."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(statement)
