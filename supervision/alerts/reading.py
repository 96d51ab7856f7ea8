"""What each rule finds at this moment. Windows are read by the index on the start of a run, whatever lies before."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from agentops.domain.budgets import BudgetPeriod
from agentops.domain.phrases import Phrase, join_phrases, say
from agentops.models import TaskType
from supervision.alert_rows import EACH, AlertRule
from supervision.alerts.anomaly import read_drift
from supervision.alerts.budgets import BudgetState
from supervision.alerts.costs import Spike, read_days, read_spikes, split_days
from supervision.alerts.rates import RateBounds, Window, breaches, chance_of, is_flood, pick_discoveries
from supervision.alerts.states import State
from supervision.alerts.windows import Counts, count_cases
from supervision.wording import NANO, say_duration, say_money

DRIFT_DAYS = 28


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule finds for one cell: the figure, what is usual, and where the runs behind it are."""

    cell: str
    state: State
    value: str
    usual: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the machine says of itself at this moment, and what one look has counted already."""

    now: datetime
    swept_seconds_ago: int | None
    oldest_unstarted_seconds: int
    budgets: tuple[BudgetState, ...] = ()
    since: dict[str, datetime] = field(default_factory=dict)
    counted: dict[tuple[int, int, str], dict[str, Counts]] = field(default_factory=dict)

    def count(self, rule: AlertRule) -> dict[str, Counts]:
        """Cases by type of task in the rule's two windows, counted once however many rules ask."""
        source = "steps" if rule.kind == "provider_errors" else "facts"
        key = (rule.short_minutes, rule.long_minutes, source)
        if key not in self.counted:
            self.counted[key] = count_cases(source, now=self.now, short=key[0], long=key[1])
        return self.counted[key]


def find_all(rule: AlertRule, around: Surroundings) -> list[Finding]:
    """One finding for each cell of the rule."""
    if rule.kind in {"rate", "provider_errors"}:
        return _find_rates(rule, around)
    if rule.kind == "stuck_runs":
        bound = settings.READY_RUN_SECONDS
        return [_find_age(rule, around.oldest_unstarted_seconds, bound=bound, link=reverse("runs"))]
    if rule.kind == "sweeper_age":
        return [_find_age(rule, around.swept_seconds_ago, bound=settings.READY_SWEEP_SECONDS, link="")]
    if rule.kind == "budget":
        return list(_find_budgets(rule, around))
    read = _find_spike if rule.kind == "run_cost" else _find_drift
    return [read(rule, slug, around) for slug in cells_of(rule)]


def cells_of(rule: AlertRule) -> list[str]:
    """The cells that a rule looks at: one for everything, one for its type of task, or each type that is in use."""
    if rule.scope != EACH:
        return [rule.scope]
    return list(TaskType.objects.filter(enabled=True).order_by("slug").values_list("slug", flat=True))


def level_of(value: float, rule: AlertRule) -> State:
    """The state of a figure by the rule's two bounds, of which either may be left out."""
    if rule.alert_at is not None and value >= rule.alert_at:
        return State.ALERT
    return State.WARN if rule.warn_at is not None and value >= rule.warn_at else State.OK


def bounds_of(rule: AlertRule, share: float) -> RateBounds:
    """The rule's numbers as the judgement takes them."""
    return RateBounds(share, rule.min_runs, rule.min_count, rule.raw_count)


def judge_windows(rule: AlertRule, short: Window, long: Window) -> State:
    """The state of one cell by both windows; a bare number that is too high needs no evidence besides."""
    first = next(bound for bound in (rule.warn_at, rule.alert_at, 1.0) if bound is not None)
    if is_flood(short, bounds_of(rule, first)):
        return State.ALERT
    if long.n < rule.min_runs:
        return State.NO_DATA
    for bound, state in ((rule.alert_at, State.ALERT), (rule.warn_at, State.WARN)):
        if bound is not None and breaches(short, long, bounds=bounds_of(rule, bound)):
            return state
    return State.OK


def _find_rates(rule: AlertRule, around: Surroundings) -> list[Finding]:
    counts = around.count(rule)
    measure = rule.measure or "failed"
    windows = {}
    for cell in cells_of(rule):
        chosen = list(counts.values()) if not cell else [counts[cell]] if cell in counts else []
        windows[cell] = tuple(
            Window(sum(c.hits(measure, at) for c in chosen), sum(c.trials(measure, at) for c in chosen))
            for at in ("short", "long")
        )
    states = {cell: judge_windows(rule, *pair) for cell, pair in windows.items()}
    if rule.scope == EACH:
        _drop_chance(rule, states, windows)
    since = around.now - timedelta(minutes=rule.long_minutes)
    bound = rule.warn_at if rule.warn_at is not None else rule.alert_at
    usual = _under(f"{100 * bound:.4g}%") if bound is not None else "–"
    return [
        Finding(cell, states[cell], _say_windows(rule, *windows[cell]), usual, _runs_of(cell, since=since))
        for cell in windows
    ]


def _drop_chance(rule: AlertRule, states: dict[str, State], windows: dict[str, tuple[Window, ...]]) -> None:
    """Among many types of task some lie over a bound by chance; only what is hardly one stays."""
    share = rule.warn_at if rule.warn_at is not None else rule.alert_at or 1.0
    judged = [cell for cell, (_, long) in windows.items() if long.n >= rule.min_runs]
    chances = [chance_of(windows[cell][1].hits, windows[cell][1].n, share) for cell in judged]
    for cell, real in zip(judged, pick_discoveries(chances), strict=True):
        if not real and states[cell].weight and not is_flood(windows[cell][0], bounds_of(rule, share)):
            states[cell] = State.OK


def _say_windows(rule: AlertRule, short: Window, long: Window) -> str:
    return join_phrases([_say_window(short, rule.short_minutes), _say_window(long, rule.long_minutes)], between=", ")


def _say_window(window: Window, minutes: int) -> Phrase:
    share, time = f"{100 * window.share:.1f}%", say_window(minutes)
    return say("%(share)s of %(all)s in %(time)s", share=share, all=f"{window.n:,}", time=time)


def _under(bound: str) -> Phrase:
    return say("under %(figure)s", figure=bound)


def say_window(minutes: int) -> str:
    """ "10 min", "1 h", "7 days"."""
    if minutes % 1_440 == 0 and minutes > 1_440:
        return say("%(number)s days", number=minutes // 1_440)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def _runs_of(cell: str, *, since: datetime) -> str:
    """The list of the runs behind a figure, from the day on which its window begins."""
    facts = {"task": cell} if cell else {}
    return f"{reverse('runs')}?{urlencode({**facts, 'since': timezone.localtime(since).date().isoformat()})}"


def _find_age(rule: AlertRule, seconds: int | None, *, bound: int, link: str) -> Finding:
    """An age by the rule's bounds; without one, by the very bound of the readiness probe. No sweep ever is no age,
    and as bad as a long one.
    """
    if seconds is None:
        return Finding("", State.ALERT, say("never"), _under(f"{bound} s"), link)
    if rule.alert_at is None and rule.warn_at is None:
        state = State.ALERT if seconds >= bound else State.OK
    else:
        state, bound = level_of(seconds, rule), round(rule.alert_at or rule.warn_at or 0)
    return Finding("", state, say_duration(seconds * 1000), _under(f"{bound} s"), link)


def _find_budgets(rule: AlertRule, around: Surroundings) -> Iterator[Finding]:
    """The budgets of a day or a month; one request's own is held where it is spent."""
    for state in around.budgets:
        if state.period is not BudgetPeriod.RUN:
            yield Finding(state.cell, level_of(state.share, rule), state.phrase, _under("100%"), reverse("budgets"))


def _find_spike(rule: AlertRule, slug: str, around: Surroundings) -> Finding:
    spikes = read_spikes(rule, slug, now=around.now, since=around.since.get(slug))
    usual = say("too few requests to say what is usual")
    if spikes.baseline:
        middle, limit = spikes.baseline.limit(0), spikes.baseline.limit(rule.alert_at or rule.warn_at or 0)
        usual = say(
            "%(middle)s, up to %(limit)s (%(number)s requests)",
            middle=say_money(middle / NANO),
            limit=say_money(limit / NANO),
            number=f"{spikes.baseline.n:,}",
        )
    if not spikes.found:
        state = State.OK if spikes.baseline else State.NO_DATA
        return Finding(slug, state, say("nothing stands out") if spikes.baseline else "–", usual)
    dearest: Spike = max(spikes.found, key=lambda one: one.cost)
    words = say("%(cost)s for one request", cost=say_money(dearest.cost / NANO))
    if len(spikes.found) > 1:
        words = say("%(number)s requests, up to %(words)s", number=f"{len(spikes.found):,}", words=words)
    state = max((one.state for one in spikes.found), key=lambda one: one.weight)
    return Finding(slug, state, words, usual, reverse("run", args=[dearest.run_id]))


def _find_drift(rule: AlertRule, slug: str, around: Surroundings) -> Finding:
    days = read_days(slug, now=around.now, days=DRIFT_DAYS, since=around.since.get(slug))
    drift = read_drift([day.median for day in days])
    if drift is None:
        return Finding(slug, State.NO_DATA, "–", say("too few days to say what is usual"))
    state = level_of(drift.sigmas, rule)
    split = split_days(days) if state.weight else None
    words = say("%(cost)s on an average day", cost=say_cost_of(drift.average))
    if split:
        parts = {"usage": say_change(split.usage), "price": say_change(split.price)}
        words = say("%(words)s: %(usage)s by usage, %(price)s by price", words=words, **parts)
    return Finding(slug, state, words, say_cost_of(drift.usual), _runs_of(slug, since=days[-1].day))


def say_cost_of(log_nano: float) -> str:
    """The cost of which this is the logarithm."""
    return say_money(math.exp(log_nano) / NANO)


def say_change(nano: float) -> str:
    """ "+$0.012", "−$0.003", "no change"."""
    if abs(nano) < NANO * 0.00005:
        return say("no change")
    return f"{'+' if nano > 0 else '−'}{say_money(abs(nano) / NANO)}"
