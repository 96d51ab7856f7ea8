"""A lookup whose values stand in the statement itself, so that SQLite recognises an index over just those rows."""

from typing import Any

from django.db import models


@models.CharField.register_lookup
class WrittenIn(models.Lookup):
    """`status__written_in=("awaiting", "in_doubt")`: as `in`, for plain words that the code itself names.

    SQLite takes an index with a condition only where it sees that the query implies it, which a placeholder in a list
    hides from it: it would read the whole table instead.
    """

    lookup_name = "written_in"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        if not all(word.isidentifier() for word in value):
            raise ValueError(f"{value!r} are no plain words")
        return ", ".join(f"'{word}'" for word in value), []

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, params = self.process_lhs(compiler, connection)
        words, _ = self.process_rhs(compiler, connection)
        return f"{column} IN ({words})", params
