"""Prices again what was priced when it happened: only on command, and with the difference said first."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time

from django.db import transaction
from django.db.models import F

from agentops.domain.pricing import PriceRow, Usage, price_usage
from agentops.models import AgentRun, Price, RunFact, Step

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Repriced:
    """One model call whose price differs from what its row says. None: unpriced."""

    step: int
    run: int
    model: str
    old: int | None
    new: int | None
    price: int | None


def find_repriced(*, since: date, model: str = "") -> Iterator[Repriced]:
    """The calls of ended runs, from a day on, that the price rows of today would price differently."""
    prices: dict[str, list[PriceRow]] = defaultdict(list)
    for row in Price.objects.all():
        prices[row.model].append(PriceRow(**{one.name: getattr(row, one.name) for one in fields(PriceRow)}))
    begins = datetime.combine(since, time.min, tzinfo=UTC)
    steps = Step.objects.filter(kind="model", started_at__gte=begins, run__finished_at__isnull=False)
    steps = steps.filter(model=model) if model else steps
    for step in steps.only("run_id", "model", "cost_nano", "price_id", "started_at", *_TOKENS).iterator(CHUNK):
        one = _reprice(step, prices[step.model])
        if one.old != one.new:
            yield one


@transaction.atomic
def write_repriced(changes: Iterable[Repriced]) -> int:
    """Write the new prices into the calls, their runs and the runs' facts, all in one commit; returns how many."""
    done = 0
    for one in changes:
        # Somebody may have repriced it meanwhile: then its run was moved on by as much already.
        same = Step.objects.filter(pk=one.step, cost_nano=one.old)
        if not same.update(cost_nano=one.new, price_id=one.price):
            continue
        by = (one.new or 0) - (one.old or 0)
        unpriced = (one.new is None) - (one.old is None)
        for model, key in ((AgentRun, "pk"), (RunFact, "run")):
            rows = model.objects.filter(**{key: one.run})
            rows.update(cost_nano=F("cost_nano") + by, unpriced_calls=F("unpriced_calls") + unpriced)
        done += 1
    return done


_TOKENS = ("input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens")


def _reprice(step: Step, rows: list[PriceRow]) -> Repriced:
    """A row does not say how long what it cached was kept: what its old price tells of that is kept."""
    on = step.started_at.date()
    short, long = (
        Usage(step.input_tokens, step.output_tokens, *kept, step.cache_read_tokens)
        for kept in ((step.cache_write_tokens, 0), (0, step.cache_write_tokens))
    )
    before = [row for row in rows if row.id == step.price_id]
    was_long = bool(before) and (
        price_usage(model=step.model, usage=long, on=on, rows=before).nano == step.cost_nano
        != price_usage(model=step.model, usage=short, on=on, rows=before).nano
    )
    priced = price_usage(model=step.model, usage=long if was_long else short, on=on, rows=rows)
    return Repriced(step.pk, step.run_id, step.model, step.cost_nano, priced.nano, priced.row_id)
