"""The search index over runs that ended: FTS5 on SQLite, GIN on PostgreSQL, one table of words for both.

(docs/decisions/0015)
"""

from typing import Any

from django.db import models

WORDS = "array_to_tsvector(string_to_array(%s, ' '))"
PREFIX_FROM = 3
"""Letters from which on a typed word also finds longer ones: "gom" finds Gomez, "dr" only Dr."""


class WordsField(models.TextField):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Folded words and marks, parted by spaces (`agentops.domain.search`). Looked up with `words__match=[…]`."""

    def deconstruct(self) -> Any:
        """To migrations, which may not know the models' rooms, it is plain text: the lookup is all it adds."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


@WordsField.register_lookup
class Match(models.Lookup):
    """Rows that hold all of these words; a plain word of some length also as the beginning of a longer one."""

    lookup_name = "match"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        quote, begins, and_also = ("'", ":*", " & ") if connection.vendor == "postgresql" else ('"', "*", " AND ")
        words = [f"{quote}{word}{quote}{begins if _begins(word) else ''}" for word in value]
        return "%s", [and_also.join(words)]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, params = self.process_lhs(compiler, connection)
        _, values = self.process_rhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{WORDS % column} @@ %s::tsquery", [*params, *values]
        # FTS5 matches a whole table, by a hidden column of the table's name.
        table = column.rpartition(".")[0]
        return f'{table}."{self.lhs.target.model._meta.db_table}" MATCH %s', [*params, *values]


def _begins(word: str) -> bool:
    plain = word.removeprefix("patient:")
    return ":" not in plain and len(plain) >= PREFIX_FROM


class RunWords(models.Model):
    """What one run that ended is found by. `place` is its place in time, so that newest first needs no sorting.

    Written once, with the end of the run. The row tells only where to look: what is shown comes from the run.
    """

    place = models.BigIntegerField(primary_key=True, db_column="rowid")
    run_id = models.BigIntegerField()
    words = WordsField()

    def __str__(self) -> str:
        return f"words of run {self.run_id}"
