"""Prices again what was priced when it happened: only on command, and with the difference said first."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agentops.domain.pricing import PriceRow, Usage, price_usage
from agentops.domain.search import place_of, remark_cost
from agentops.models import AgentRun, Price, RunFact, RunWords, Step, mark_stale

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
    """Write the new prices into calls, runs, facts and what finds them, in one commit; returns how many calls."""
    done, runs = 0, set()
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
        runs.add(one.run)
    days = RunFact.objects.filter(run__in=runs).values_list("started_at", flat=True)
    mark_stale({timezone.localdate(moment) for moment in days})
    for run, created, cost in AgentRun.objects.filter(pk__in=runs).values_list("pk", "created_at", "cost_nano"):
        _find_by_cost(place_of(created, run), cost)
    return done


def _find_by_cost(place: int, cost_nano: int) -> None:
    """Let a run be found by what it costs now."""
    found = RunWords.objects.filter(place=place)
    for words in found.values_list("words", flat=True):
        found.update(words=remark_cost(words, cost_nano=cost_nano))


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
        price_usage(model=step.model, usage=long, on=on, rows=before).nano
        == step.cost_nano
        != price_usage(model=step.model, usage=short, on=on, rows=before).nano
    )
    priced = price_usage(model=step.model, usage=long if was_long else short, on=on, rows=rows)
    return Repriced(step.pk, step.run_id, step.model, step.cost_nano, priced.nano, priced.row_id)
