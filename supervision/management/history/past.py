"""The whole past: who asks when, what comes of it, written a few thousand runs at a time."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction

from agentops.domain.limits import Limits
from agentops.domain.pricing import PriceRow
from agentops.models import AgentRun, Conversation, Price, RunFact, RunWords, Step, TaskType, ToolCall, find_in_force
from supervision.management.history.building import rows_of
from supervision.management.history.bulk import Table, go_on_counting, next_key
from supervision.management.history.cast import cast_scene
from supervision.management.history.moments import spread
from supervision.management.history.stories import CHANNELS, KINDS, End, Kind
from supervision.management.history.telling import tell
from supervision.management.history.trace import Trace
from supervision.management.history.world import Keys, World
from supervision.models import Decision, HandoffClosing

BATCH = 2_000
ORDER = (Conversation, AgentRun, Step, ToolCall, RunFact, RunWords, Decision, HandoffClosing)
MODELS_CHANGED = date(2026, 10, 7)
Rows = dict[type[models.Model], list[dict[str, Any]]]


def write_past(*, runs: int, days: int, seed: int, until: date, tell_how_far: Callable[[int], None]) -> int:
    """Add that many ended runs on the days before `until`; returns how many rows that took.

    The same numbers and the same day make the same past. Nothing of it is queued, open or waiting.
    """
    rng = Random(seed)  # noqa: S311  # an invented past, not a secret
    world = _read_world(days=days, until=until)
    keys = Keys(next_key(Conversation), next_key(AgentRun), next_key(Step), next_key(ToolCall))
    tables: dict[type[models.Model], Table] = {}
    rows: Rows = defaultdict(list)
    written = 0
    for done, moment in enumerate(spread(runs=runs, days=days, until=until, rng=rng), 1):
        for model, row in _talk(world, keys, rng, moment):
            rows[model].append(row)
        if done % BATCH == 0 or done == runs:
            written += _write(rows, tables)
            rows.clear()
            tell_how_far(done)
    go_on_counting(model for model in ORDER if model not in {RunFact, RunWords})
    return written


@transaction.atomic
def _write(rows: Rows, tables: dict[type[models.Model], Table]) -> int:
    for model in ORDER:
        if rows[model]:
            table = tables.setdefault(model, Table(model, rows[model][0]))
            table.write(rows[model])
    return sum(map(len, rows.values()))


def _talk(world: World, keys: Keys, rng: Random, moment: datetime) -> Iterator[tuple[type[models.Model], Any]]:
    """One run of a conversation of its own."""
    kind = rng.choices(KINDS, weights=[kind.share for kind in KINDS])[0]
    channel = rng.choices([*CHANNELS], weights=[*CHANNELS.values()])[0]
    scene = cast_scene(rng, at=moment)
    trace = Trace(world, keys, rng, kind, scene, channel, moment, talk=keys.take("talk"))
    yield from rows_of(trace, tell(trace, _draw_end(kind, rng)))


def _draw_end(kind: Kind, rng: Random) -> End:
    drawn = rng.random() * 1_000
    for end, weight in kind.ends.items():
        drawn -= weight
        if drawn < 0:
            return end
    return End.ANSWERED


def _read_world(*, days: int, until: date) -> World:
    prices: dict[str, list[PriceRow]] = defaultdict(list)
    for values in Price.objects.values_list(*(field.name for field in fields(PriceRow))):
        row = PriceRow(*values)
        prices[row.model].append(row)
    first = until - timedelta(days=days)
    return World(
        prices=prices,
        limits=Limits(),
        types=dict(TaskType.objects.values_list("slug", "pk")),
        users=dict(get_user_model()._default_manager.values_list("username", "pk")),
        first=first,
        change=max(MODELS_CHANGED, first + timedelta(days=days * 3 // 5)),
        until=until,
        policies=[change.settled_at or change.at for change in find_in_force()],
    )
