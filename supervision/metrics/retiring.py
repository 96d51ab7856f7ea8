"""Models that will answer no more: which types of task use them, and what the last week had cost at the successor's."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Case, F, Q, Sum, Value, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agentops.domain.lifetimes import Lifetime
from agentops.domain.pricing import PriceRow, Usage, price_usage
from agentops.models import ModelRoute, Price, Step, read_lifetimes
from supervision.metrics.words import name_groups
from supervision.wording import count, say_cost, say_day

LOOK_BACK = timedelta(days=7)
AHEAD = timedelta(days=120)
"""A retirement further away than this is not yet named."""

PROMPT = F("input_tokens") + F("cache_write_tokens") + F("cache_read_tokens")


@dataclass(frozen=True, slots=True)
class Retiring:
    """One model that is used or routed to, until when it answers, and the successor's price for the same tokens."""

    model: str
    until: str
    gone: bool
    tasks: str
    spent: str
    successor: str
    then: str


def find_retiring(*, as_of: datetime) -> list[Retiring]:
    """Every model that retires soon or has retired, and that a run of the last week or a route names."""
    today = timezone.localtime(as_of).date()
    routed, lifetimes = _read_routed(today), read_lifetimes()
    named = {*routed, *lifetimes.models, *Price.objects.values_list("model", flat=True).distinct()}
    ends = {model: end for model in named if (end := lifetimes.find(model)) and end.ends <= today + AHEAD}
    used = _read_used(as_of, names=list(ends))
    return [
        _say(model, end, used.get(model, []), routed.get(model, set()), today)
        for model, end in sorted(ends.items(), key=lambda item: (item[1].ends, item[0]))
        if model in used or model in routed
    ]


def _read_used(as_of: datetime, *, names: list[str]) -> dict[str, list[dict[str, Any]]]:
    """By model the tokens of a week, apart for long prompts, which some models price differently."""
    highest = max(Price.objects.values_list("above_prompt_tokens", flat=True), default=0)
    recent = Q(run__created_at__gte=as_of - LOOK_BACK, run__created_at__lte=as_of)
    long = Case(When(prompt__gt=highest, then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = (
        Step.objects.filter(recent, kind="model", model__in=names)
        .annotate(prompt=PROMPT)
        .annotate(long=long)
        .values("model", "run__task_type__slug", "long")
        .annotate(
            fresh=Sum("input_tokens"),
            out=Sum("output_tokens"),
            kept=Sum("cache_write_tokens"),
            read=Sum("cache_read_tokens"),
            nano=Sum("cost_nano"),
        )
        .order_by()
    )
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["model"]].append(dict(row))
    return found


def _read_routed(today: date) -> dict[str, set[str]]:
    """By model the types of task whose route in force names it; "" for all types."""
    in_force: dict[tuple[str, str, str], str] = {}
    routes = ModelRoute.objects.filter(valid_from__lte=today).order_by("valid_from").select_related("task_type")
    for route in routes:
        in_force[route.task_type.slug if route.task_type else "", route.decision, route.provider] = route.model
    found: dict[str, set[str]] = defaultdict(set)
    for (task, _decision, _provider), model in in_force.items():
        found[model].add(task)
    return found


def _say(model: str, end: Lifetime, rows: list[dict[str, Any]], routed: set[str], today: date) -> Retiring:
    tasks = {row["run__task_type__slug"] for row in rows} | {task for task in routed if task}
    names = name_groups("task_type", sorted(tasks))
    left = (end.ends - today).days
    return Retiring(
        model=model,
        until=_say_until(end, left),
        gone=left <= 0 and end.settled,
        tasks=", ".join(names.values()) or _("all types of task"),
        spent=say_cost(sum(row["nano"] or 0 for row in rows)) if rows else _("not used this week"),
        successor=end.successor,
        then=_price(end.successor, rows, today) if rows else "",
    )


def _say_until(end: Lifetime, left: int) -> str:
    day = date_format(end.ends, _("j F Y"))
    if not end.settled:
        return _("may be retired from %(day)s on") % {"day": day}
    if left <= 0:
        return _("answered until %(day)s") % {"day": day}
    return _("answers until %(day)s, %(days)s left") % {"day": say_day(end.ends), "days": count(left, "day")}


def _price(model: str, rows: list[dict[str, Any]], today: date) -> str:
    """The same tokens at another model's price of today."""
    prices = [_price_row(row) for row in Price.objects.filter(model=model)]
    total = 0
    for row in rows:
        usage = Usage(row["fresh"], row["out"], row["kept"], 0, row["read"])
        fitting = prices if row["long"] else [price for price in prices if not price.above_prompt_tokens]
        priced = price_usage(model=model, usage=usage, on=today, rows=fitting)
        if priced.nano is None:
            return _("no price known")
        total += priced.nano
    return say_cost(total)


def _price_row(row: Price) -> PriceRow:
    return PriceRow(**{name: getattr(row, name) for name in PriceRow.__dataclass_fields__})
