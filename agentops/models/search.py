"""The search index over runs that ended: FTS5 on SQLite, GIN on PostgreSQL, one table of words for both.

(docs/decisions/0015)
"""

from typing import Any

from django.db import connection, models
from django.db.models import F, QuerySet

WORDS = "array_to_tsvector(string_to_array(%s, ' '))"
PREFIX_FROM = 3
"""Letters from which on a typed word also finds longer ones: "gom" finds Gomez, "dr" only Dr."""
NEAR = 10_000
"""Rows among which a word is looked for one by one before PostgreSQL's index is asked."""


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


def find_newest(rows: "QuerySet[RunWords]", *, words: list[str], limit: int) -> dict[int, int]:
    """Of these rows the newest that hold all of the words: their runs, and the place of each.

    PostgreSQL cannot tell how rare the beginning of a word is. In the order of time it would go through a million rows
    to find nothing; by the index of words, through half of them to find the newest of what is common. So first a few
    thousand rows in the order of time, and what is rare among those by the index alone.
    """
    found = rows.filter(words__match=words).values_list("run_id", "place")
    if connection.vendor != "postgresql":
        return dict(found.order_by("-place")[:limit])
    for edge in rows.order_by("-place").values_list("place", flat=True)[NEAR : NEAR + 1]:
        near = dict(found.filter(place__gte=edge).order_by("-place")[:limit])
        # The sum is no index's order, so the order of time is not walked.
        return near if len(near) == limit else dict(found.order_by((F("place") + 0).desc())[:limit])
    return dict(found.order_by("-place")[:limit])
