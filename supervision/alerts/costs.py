"""What requests cost lately and before, in samples that stay small however many runs there are."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log
from statistics import fmean, median
from typing import NamedTuple

from django.utils import timezone

from agentops.models import RunFact
from supervision.alert_rows import AlertRule
from supervision.alerts.anomaly import Baseline, Split, make_baseline, split_change
from supervision.alerts.states import State

BASELINE_DAYS = 28
SAMPLE = 2_000
DAY_SAMPLE = 400
MIN_DAY = 5
RECENT_DAYS = 7


class Spike(NamedTuple):
    """One request that cost too much."""

    run_id: int
    cost: int
    state: State
    at: datetime


class Spikes(NamedTuple):
    """What stands out lately, and against what."""

    baseline: Baseline | None
    found: list[Spike]


class CostDay(NamedTuple):
    """One day of one type of task: the logarithm of its median cost, its mean cost and its mean of tokens."""

    day: datetime
    median: float
    cost: float
    tokens: float


def read_spikes(rule: AlertRule, slug: str, *, now: datetime, since: datetime | None) -> Spikes:
    """Requests of the last minutes against the newest ones before, of the same prompt, model and prices."""
    begin = now - timedelta(minutes=rule.short_minutes)
    oldest = max(filter(None, [since, now - timedelta(days=BASELINE_DAYS)]))
    facts = RunFact.objects.all() if not slug else RunFact.objects.filter(task_type=slug)
    priced = facts.filter(unpriced_calls=0, cost_nano__gt=0)
    before = priced.filter(started_at__gte=oldest, started_at__lt=begin).order_by("-started_at")
    baseline = make_baseline(list(before.values_list("cost_nano", flat=True)[:SAMPLE]))
    lately = facts.filter(started_at__gte=begin, started_at__lte=now, cost_nano__gt=0).order_by("-started_at")
    rows = list(lately.values_list("pk", "cost_nano", "started_at")[:SAMPLE])
    return Spikes(baseline, find_spikes(rule, rows, baseline))


def find_spikes(rule: AlertRule, rows: Sequence[tuple[int, int, datetime]], baseline: Baseline | None) -> list[Spike]:
    """Those that stand out upward and are no small change, and those over the ceiling whatever is usual."""
    judged = [Spike(run_id, cost, judge_cost(rule, cost, baseline), at) for run_id, cost, at in rows]
    return [one for one in judged if one.state.weight]


def judge_cost(rule: AlertRule, cost: int, baseline: Baseline | None) -> State:
    """How one request's cost stands. With unpriced calls it is a lower bound, which may prove a breach too."""
    if rule.ceiling_nano is not None and cost >= rule.ceiling_nano:
        return State.ALERT
    if baseline is None or cost < rule.floor_nano:
        return State.OK
    z = baseline.z(cost)
    if rule.alert_at is not None and z > rule.alert_at:
        return State.ALERT
    return State.WARN if rule.warn_at is not None and z > rule.warn_at else State.OK


def read_days(slug: str, *, now: datetime, days: int, since: datetime | None) -> list[CostDay]:
    """Whole days up to yesterday on the clinic's clock, oldest first; a day of too few requests is left out."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    facts = RunFact.objects.filter(unpriced_calls=0, cost_nano__gt=0)
    facts = facts.filter(task_type=slug) if slug else facts
    found = []
    for back in range(days, 0, -1):
        begin = today - timedelta(days=back)
        end = begin + timedelta(days=1)
        if since and end <= since:
            continue
        newest = facts.filter(started_at__gte=begin, started_at__lt=end).order_by("-started_at")
        rows = list(newest.values_list("cost_nano", "tokens")[:DAY_SAMPLE])
        if len(rows) >= MIN_DAY:
            costs = [cost for cost, _ in rows]
            tokens = fmean(tokens for _, tokens in rows)
            found.append(CostDay(begin, median(map(log, costs)), fmean(costs), tokens))
    return found


def split_days(days: Sequence[CostDay]) -> Split:
    """What usage and price made of the difference between the last week and the days before."""
    before, after = days[:-RECENT_DAYS], days[-RECENT_DAYS:]
    tokens = [max(fmean(day.tokens for day in some), 1.0) for some in (before, after)]
    prices = [fmean(day.cost for day in some) / n for some, n in zip((before, after), tokens, strict=True)]
    return split_change(tokens_before=tokens[0], price_before=prices[0], tokens_after=tokens[1], price_after=prices[1])
