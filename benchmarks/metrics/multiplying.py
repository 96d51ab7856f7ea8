"""A past grown by the database itself: each generated run again and again, a little earlier, with keys of its own.

Seeding speaks for every run; a million would take hours. PostgreSQL only. The copies say the same words as their
original, so an index of words grows as it would, but knows no more different words.
"""

from typing import Any

from django.db import connection, models

from agentops.domain.search import ID_BITS
from agentops.models import AgentRun, RunFact, RunWords
from supervision.management.history.bulk import go_on_counting
from supervision.management.history.past import ORDER

APART = 61
"""Seconds between one copy and the next."""

CHUNK = 2_000


def multiply_past(*, times: int) -> None:
    """Make every row of the past so many, in the order of time, as if all had been written when they happened."""
    first = {model: _aggregate(model, models.Min("pk")) for model in ORDER}
    last = {model: _aggregate(model, models.Max("pk")) for model in ORDER}
    for model in ORDER:
        if model is RunWords or last[model] is None:
            continue
        for start in range(first[model], last[model] + 1, CHUNK):
            _copy(model, first, last, start, min(start + CHUNK - 1, last[model]), times)
    _copy_words(first[AgentRun], last[AgentRun], times)
    go_on_counting(model for model in ORDER if model not in {RunFact, RunWords})


def _aggregate(model: type[models.Model], what: models.Aggregate) -> Any:
    return model._default_manager.aggregate(found=what)["found"]


def _copy(model: type[models.Model], first: dict[Any, Any], last: dict[Any, Any], low: int, high: int, n: int) -> None:
    columns, values = [], []
    for field in model._meta.concrete_fields:
        of = field.related_model if field.is_relation else (model if field.primary_key else None)
        name = connection.ops.quote_name(field.column)
        columns.append(name)
        if of in last:
            values.append(f"{last[of]} + (t.{name} - {first[of]}) * {n - 1} + k")
        elif isinstance(field, models.UUIDField):
            values.append("gen_random_uuid()")
        elif isinstance(field, models.DateTimeField):
            values.append(f"t.{name} - k * interval '{APART} seconds'")
        else:
            values.append(f"t.{name}")
    pk, table = model._meta.pk.column, model._meta.db_table
    _run(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM {table} t, generate_series(1, {n - 1}) k WHERE t.{pk} BETWEEN {low} AND {high}"
    )


def _copy_words(first: int, last: int, n: int) -> None:
    table, run = RunWords._meta.db_table, f"{last} + (t.run_id - {first}) * {n - 1} + k"
    place = f"((t.rowid >> {ID_BITS}) - k * {APART * 1000}) << {ID_BITS} | (({run}) & {(1 << ID_BITS) - 1})"
    _run(
        f"INSERT INTO {table} (rowid, run_id, words) SELECT {place}, {run}, t.words "
        f"FROM {table} t, generate_series(1, {n - 1}) k"
    )


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(statement)
        cursor.execute("RESET statement_timeout")
