"""A rule as a person writes it: percent, dollars, minutes; read back into the row's own units, error by error."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agentops.models import TaskType
from supervision.actions import RuleDraft
from supervision.alert_rows import EACH, NO_DATA
from supervision.alerts.kinds import KINDS, MEASURES, NUMBERS, Kind, Unit
from supervision.models import AlertChannel, AlertRule
from supervision.phrases import named
from supervision.wording import NANO

BOUNDS = ("warn_at", "alert_at")
MONEY = frozenset({"floor_nano", "ceiling_nano"})
OPTIONAL = frozenset({"warn_at", "alert_at", "raw_count", "ceiling_nano"})
LIMITS = {
    "short_minutes": (1, 1_440),
    "long_minutes": (1, 40_320),
    "min_runs": (1, 1_000_000),
    "min_count": (1, 1_000_000),
    "raw_count": (1, 1_000_000),
    "again_minutes": (5, 10_080),
    "floor_nano": (0, 1_000_000),
    "ceiling_nano": (0, 1_000_000),
}
UNIT_WORDS = {Unit.PERCENT: "%", Unit.SIGMA: gettext_lazy("× the usual spread"), Unit.SECONDS: gettext_lazy("seconds")}


@dataclass(frozen=True, slots=True)
class Read:
    """What a form came to: a draft where there are no errors."""

    draft: RuleDraft
    errors: dict[str, str]


def fields_of(kind: Kind) -> tuple[str, ...]:
    """The numbers that a rule of this kind has."""
    return (*BOUNDS, *kind.uses, "again_minutes")


def write_fields(rule: AlertRule) -> dict[str, str]:
    """The row in a person's units."""
    kind = KINDS[rule.kind]
    values = {name: _write(name, getattr(rule, name), kind) for name in fields_of(kind)}
    return {**values, "scope": rule.scope, "measure": rule.measure, "no_data": rule.no_data}


def _write(name: str, value: float | None, kind: Kind) -> str:
    if value is None:
        return ""
    if name in MONEY:
        return f"{value / NANO:.10g}"
    return f"{100 * value:.10g}" if name in BOUNDS and kind.unit is Unit.PERCENT else f"{value:.10g}"


def read_form(post: QueryDict, kind: Kind) -> Read:
    """Read every field, and say of each what is wrong with it."""
    errors: dict[str, str] = {}
    values: dict[str, Any] = {"kind": kind.slug, "enabled": "enabled" in post}
    for name in fields_of(kind):
        values[name] = _read_number(name, post.get(name, ""), kind, errors)
    _check_bounds(values, kind, errors)
    values["scope"] = _choose("scope", post, dict(scopes_of(kind)), errors)
    values["measure"] = _choose("measure", post, MEASURES, errors) if kind.slug == "rate" else ""
    values["no_data"] = _choose("no_data", post, dict(NO_DATA), errors)
    known = {str(pk): pk for pk in AlertChannel.objects.values_list("pk", flat=True)}
    return Read(RuleDraft(values, tuple(known[pk] for pk in post.getlist("channels") if pk in known)), errors)


def scopes_of(kind: Kind) -> list[tuple[str, str]]:
    """Which runs a rule of this kind can look at."""
    if not kind.scoped:
        return [("", _("Everything"))]
    types = [(slug, named(name)) for slug, name in TaskType.objects.order_by("name").values_list("slug", "name")]
    return [(EACH, _("Each type of task for itself")), ("", _("All runs together")), *types]


def _choose(name: str, post: QueryDict, known: Mapping[str, Any], errors: dict[str, str]) -> str:
    chosen = post.get(name, "")
    if chosen not in known:
        errors[name] = _("Choose one of the list.")
    return chosen


def _read_number(name: str, text: str, kind: Kind, errors: dict[str, str]) -> float | int | None:
    text = text.strip().lstrip("$").rstrip("%").strip()
    if not text:
        if name not in OPTIONAL:
            errors[name] = _("Write a number.")
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        errors[name] = _("This is no number.")
        return None
    low, high = LIMITS.get(name, (0, 100 if kind.unit is Unit.PERCENT and kind.slug != "budget" else 100_000))
    if not low <= number <= high:
        errors[name] = _("Write a number from %(low)s to %(high)s.") % {"low": f"{low:,}", "high": f"{high:,}"}
        return None
    if name in MONEY:
        return round(number * NANO)
    if name in BOUNDS:
        return number / 100 if kind.unit is Unit.PERCENT else number
    if number != int(number):
        errors[name] = _("Write a whole number.")
    return int(number)


def _check_bounds(values: dict[str, Any], kind: Kind, errors: dict[str, str]) -> None:
    warn, alert = values["warn_at"], values["alert_at"]
    optional = kind.unit is Unit.SECONDS or values.get("ceiling_nano") is not None
    if warn is None and alert is None and not optional and not set(BOUNDS) & set(errors):
        errors["alert_at"] = _("Write at least one of the two bounds.")
    if warn is not None and alert is not None and warn > alert:
        errors["alert_at"] = _("An alert cannot come before its warning.")
    if "long_minutes" in values and (values["long_minutes"] or 0) < (values["short_minutes"] or 0):
        errors.setdefault("long_minutes", _("The long window cannot be shorter than the short one."))


def describe_fields(kind: Kind, values: Mapping[str, str], errors: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each number as the page draws it."""
    return [
        {
            "name": name,
            "label": NUMBERS[name],
            "value": values.get(name, ""),
            "unit": UNIT_WORDS[kind.unit] if name in BOUNDS else "",
            "optional": name in OPTIONAL,
            "error": errors.get(name, ""),
        }
        for name in fields_of(kind)
    ]


def draft_rule(draft: RuleDraft) -> AlertRule:
    """The rule that would be saved, for looking at what it would have told."""
    rule = AlertRule()
    for name, value in draft.values.items():
        field = AlertRule._meta.get_field(name)
        fallback = field.default if isinstance(field, models.Field) and field.has_default() else None
        setattr(rule, name, fallback if value is None and name not in OPTIONAL else value)
    return rule
