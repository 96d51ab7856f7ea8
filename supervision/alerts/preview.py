"""What a rule would have told over the last 28 days, before it is saved."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from agentops.models import RunFact
from supervision.alert_rows import AlertRule, CostVersion
from supervision.alerts.anomaly import make_baseline, read_drift
from supervision.alerts.costs import BASELINE_DAYS, SAMPLE, find_spikes, read_days
from supervision.alerts.rates import Window
from supervision.alerts.reading import cells_of, judge_windows, level_of
from supervision.alerts.states import State
from supervision.alerts.windows import HOUR_FORMAT, count_hours, trials_of
from supervision.wording import NANO, say_money

HOUR = timedelta(hours=1)
SHOWN = 20
_OF_COST = ("run_cost", "cost_drift")


@dataclass(frozen=True, slots=True)
class Reset:
    """When the state fell before it rose again, and to what: why the next time counts as new."""

    at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Told:
    """One time at which somebody would have been told; `reset` where the same had been told before."""

    at: datetime
    cell: str
    state: State
    words: str
    reset: Reset | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """All of them, the newest first; `why_not` where nothing is kept from which it could be said.

    `anew` are the types of task of which the rule itself has forgotten what was usual, and since when: another prompt,
    model or price made another cost of them.
    """

    told: tuple[Told, ...] = ()
    why_not: str = ""
    anew: tuple[tuple[str, datetime], ...] = ()


def preview_rule(rule: AlertRule, *, now: datetime) -> Preview:
    """Replay the rule over what was recorded. Rates move by the hour, drifts by the day; a request's cost is judged
    by what is usual over the whole time.
    """
    readers = {
        "rate": _replay_rates,
        "provider_errors": _replay_rates,
        "run_cost": _replay_spikes,
        "cost_drift": _replay_drift,
    }
    if rule.kind not in readers:
        return Preview(why_not=_("Only the present state of this is kept, so what was cannot be said."))
    told = sorted(readers[rule.kind](rule, now), key=lambda one: one.at, reverse=True)
    return Preview(tuple(told), anew=tuple(_find_anew(rule, now)) if rule.kind in _OF_COST else ())


def _find_anew(rule: AlertRule, now: datetime) -> Iterator[tuple[str, datetime]]:
    """The cells whose usual cost is younger than the preview looks back."""
    since = dict(CostVersion.objects.values_list("task_type", "since"))
    for cell in cells_of(rule):
        if cell in since and since[cell] > now - timedelta(days=BASELINE_DAYS):
            yield cell, since[cell]


def _replay_rates(rule: AlertRule, now: datetime) -> Iterator[Told]:
    source = "steps" if rule.kind == "provider_errors" else "facts"
    begin = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=BASELINE_DAYS)
    rows = count_hours(source, since=begin, until=now)
    for cell in cells_of(rule):
        hours = _by_hour([row for row in rows if not cell or row["task_type"] == cell], rule.measure or "failed")
        yield from _slide(rule, cell, hours, begin=begin, until=now)


def _by_hour(rows: Sequence[dict[str, Any]], measure: str) -> dict[datetime, Window]:
    hours: dict[datetime, Window] = defaultdict(lambda: Window(0, 0))
    for row in rows:
        hour = datetime.strptime(row["hour"], HOUR_FORMAT).replace(tzinfo=UTC)
        old = hours[hour]
        hours[hour] = Window(old.hits + row.get(measure, 0), old.n + trials_of(measure, row))
    return hours


def _slide(
    rule: AlertRule, cell: str, hours: dict[datetime, Window], *, begin: datetime, until: datetime
) -> Iterator[Told]:
    """Both windows hour by hour, each rounded up to whole hours; told where it becomes worse."""
    widths = [max(1, math.ceil(minutes / 60)) for minutes in (rule.short_minutes, rule.long_minutes)]
    slots = [hours.get(begin + HOUR * n, Window(0, 0)) for n in range(int((until - begin) / HOUR) + 1)]
    state, reset = State.OK, None
    for end in range(1, len(slots) + 1):
        short, long = (_sum(slots[max(0, end - width) : end]) for width in widths)
        found = judge_windows(rule, short, long)
        if found.weight > state.weight:
            said = _("%(share)s of %(all)s") % {"share": f"{100 * long.share:.1f}%", "all": f"{long.n:,}"}
            yield Told(begin + HOUR * end, cell, found, said, reset)
        reset = _follow(reset, state, found, at=begin + HOUR * end)
        state = found


def _follow(reset: Reset | None, before: State, found: State, *, at: datetime) -> Reset | None:
    """What the next time would be new after: a fall is kept until the state rises again."""
    if found.weight < before.weight:
        return Reset(at, found)
    return None if found.weight > before.weight else reset


def _sum(windows: Sequence[Window]) -> Window:
    return Window(sum(one.hits for one in windows), sum(one.n for one in windows))


def _replay_spikes(rule: AlertRule, now: datetime) -> Iterator[Told]:
    for cell in cells_of(rule):
        facts: QuerySet[RunFact] = RunFact.objects.filter(
            started_at__gte=now - timedelta(days=BASELINE_DAYS), started_at__lte=now, cost_nano__gt=0
        )
        facts = (facts.filter(task_type=cell) if cell else facts).order_by("-started_at")
        baseline = make_baseline(list(facts.filter(unpriced_calls=0).values_list("cost_nano", flat=True)[:SAMPLE]))
        rows = list(facts.order_by("-cost_nano").values_list("pk", "cost_nano", "started_at")[:SAMPLE])
        for spike in find_spikes(rule, rows, baseline):
            yield Told(
                spike.at, cell, spike.state, _("%(cost)s for one request") % {"cost": say_money(spike.cost / NANO)}
            )


def _replay_drift(rule: AlertRule, now: datetime) -> Iterator[Told]:
    for cell in cells_of(rule):
        days = read_days(cell, now=now, days=2 * BASELINE_DAYS, since=None)
        state, reset = State.OK, None
        today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        for back in range(BASELINE_DAYS, -1, -1):
            # Days of the calendar, as the live rule counts them: one of too few requests still passes.
            at = today - timedelta(days=back)
            begin = at - timedelta(days=BASELINE_DAYS)
            drift = read_drift([day.median for day in days if begin <= day.day < at])
            found = level_of(drift.sigmas, rule) if drift else State.OK
            if found.weight > state.weight and at > now - timedelta(days=BASELINE_DAYS):
                yield Told(at, cell, found, _say_spread(drift.sigmas if drift else 0), reset)
            reset = _follow(reset, state, found, at=at)
            state = found


def _say_spread(sigmas: float) -> str:
    return _("%(times)s × its usual spread") % {"times": f"{sigmas:.1f}"}
