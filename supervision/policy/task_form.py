"""A type of task as a form: what stands in its fields, what is wrong with them in words, and the setting it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agentops.domain.lifetimes import LifeStage
from agentops.domain.policy.task_settings import RouteSetting, TaskSetting
from agentops.domain.routing import DecisionType
from agentops.domain.tiers import ActionTier, permitted_tiers
from agentops.models import ModelRoute, Price, TaskType, is_known_model, read_lifetimes

NUMBERS = {
    "max_iterations": (gettext_noop("Steps"), 1, 100, 1),
    "max_tokens": (gettext_noop("Tokens"), 256, 2_000_000, 1),
    "max_active_ms": (gettext_noop("Working time, in seconds"), 1, 600, 1_000),
    "max_tool_calls": (gettext_noop("Tool calls"), 1, 200, 1),
    "max_identical_calls": (gettext_noop("The same call, times"), 1, 20, 1),
    "answer_minutes": (gettext_noop("A request waits for, in minutes"), 5, 10_080, 1),
}
"""Each limit: its words, the least and the most that may stand in its field, and how many of the stored unit one is."""

MOST_CAP = 64_000
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class RouteRow:
    """Who takes one kind of decision: what stands in the row, and what is to be said of the model."""

    decision: DecisionType
    model: str
    cap: str
    since: str
    own: bool
    planned: tuple[RouteSetting, ...] = ()
    note: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """What stands in the form. `errors` say per field what is wrong; `setting` is there where nothing is."""

    fields: Mapping[str, str]
    rows: tuple[RouteRow, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    setting: TaskSetting | None = None


def draft_of_task(setting: TaskSetting, *, today: date, errors: Mapping[str, str] | None = None) -> TaskDraft:
    """The form filled with a setting."""
    fields = {name: f"{getattr(setting, name) / unit:g}" for name, (_w, _l, _m, unit) in NUMBERS.items()}
    # Six digits are as far as ":g" goes.
    fields["max_tokens"] = f"{setting.max_tokens:,}"
    tiers = permitted_tiers(setting.permitted_tiers)
    fields["upto"] = max(tiers, key=lambda tier: tier.rank).value if tiers else NOTHING
    fields |= {"enabled": "on" if setting.enabled else "", "prompt": setting.prompt}
    rows = tuple(_fill_row(decision, setting, today=today) for decision in DecisionType)
    return TaskDraft(fields, rows, errors or {}, setting)


def read_task_draft(post: Mapping[str, str], *, task: TaskType, today: date) -> TaskDraft:
    """What somebody sent; whatever is wrong, everything typed is kept."""
    names = (*NUMBERS, "upto", "enabled", "prompt")
    fields = {name: post.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip() for name in names}
    errors: dict[str, str] = {}
    values: dict[str, Any] = {name: _read_number(name, fields[name], errors) for name in NUMBERS}
    known = [NOTHING, *(tier.value for tier in ActionTier)]
    if fields["upto"] not in known:
        errors["upto"] = _("Choose one of these.")
    elif fields["upto"] == NOTHING:
        values["permitted_tiers"] = ()
    else:
        values["permitted_tiers"] = tuple(tier.value for tier in ActionTier)[: known.index(fields["upto"])]
    if not fields["prompt"]:
        errors["prompt"] = _("Write what the assistant is to do.")
    saved = task.setting
    rows, routes = _read_routes(post, saved, today=today)
    for row in rows:
        errors |= row.errors
    values |= {"enabled": bool(fields["enabled"]), "prompt": fields["prompt"], "routes": routes}
    return TaskDraft(fields, rows, errors, None if errors else TaskSetting.model_validate(values))


def known_models() -> list[str]:
    """Models that have a price and can still be asked, to choose from."""
    models = Price.objects.values_list("model", flat=True).distinct().order_by("model")
    today = date.today()  # noqa: DTZ011  (a model ends on a day, wherever one is)
    lifetimes = read_lifetimes()
    return [model for model in models if lifetimes.stage_of(model, on=today) is not LifeStage.RETIRED]


def say_of_model(model: str, *, on: date) -> str:
    """What an admin has to know of a model: retired, retiring, unpriced; empty where there is nothing."""
    lifetimes = read_lifetimes()
    found, stage = lifetimes.find(model), lifetimes.stage_of(model, on=on)
    end = _say_day(found.ends) if found else ""
    if found and stage is LifeStage.RETIRED:
        told = _("%(model)s was retired on %(end)s: every call fails. %(successor)s takes its place.")
        return told % {"model": found.model, "end": end, "successor": found.successor}
    if found and stage is LifeStage.RETIRING and found.settled:
        told = _("%(model)s is retired on %(end)s. %(successor)s takes its place.")
        return told % {"model": found.model, "end": end, "successor": found.successor}
    if found and stage is LifeStage.RETIRING:
        told = _("%(model)s may be retired from %(end)s on. %(successor)s takes its place.")
        return told % {"model": found.model, "end": end, "successor": found.successor}
    if not Price.objects.filter(model=model).exists():
        return _("No price is known for %(model)s: its calls will be unpriced.") % {"model": model}
    return ""


def _say_known() -> str:
    models = known_models()
    return _("Known are %(models)s.") % {"models": ", ".join(models)} if models else _("Enter its price first.")


def _say_day(day: date) -> str:
    return date_format(day, _("j F Y"))


def _read_number(name: str, text: str, errors: dict[str, str]) -> int | None:
    _words, least, most, unit = NUMBERS[name]
    plain = text.replace(",", "").replace(" ", "")
    if plain.isascii() and plain.isdecimal() and len(plain) < 9 and least <= int(plain) <= most:
        return int(plain) * unit
    errors[name] = _("Write a whole number from %(least)s to %(most)s.") % {"least": f"{least:,}", "most": f"{most:,}"}
    return None


def _in_force(decision: DecisionType, setting: TaskSetting, *, today: date) -> tuple[RouteSetting | None, bool]:
    """The route that counts today by this setting, and whether it is the type's own."""
    provider = settings.MODEL_PROVIDER
    own = [r for r in setting.routes if (r.provider, r.decision) == (provider, decision) and r.valid_from <= today]
    if own:
        return max(own, key=lambda route: route.valid_from), True
    general = ModelRoute.objects.filter(
        task_type=None, provider=provider, decision=decision.value, valid_from__lte=today
    )
    found = general.order_by("-valid_from").values(*RouteSetting.model_fields).first()
    return (RouteSetting.model_validate(found) if found else None), False


def _planned(decision: DecisionType, setting: TaskSetting, *, today: date) -> tuple[RouteSetting, ...]:
    mine = (settings.MODEL_PROVIDER, decision)
    return tuple(r for r in setting.routes if (r.provider, r.decision) == mine and r.valid_from > today)


def _fill_row(decision: DecisionType, setting: TaskSetting, *, today: date) -> RouteRow:
    route, own = _in_force(decision, setting, today=today)
    return RouteRow(
        decision=decision,
        model=route.model if route else "",
        cap=str(route.max_tokens) if route else "",
        since=(max(route.valid_from, today) if route else today).isoformat(),
        own=own,
        planned=_planned(decision, setting, today=today),
        note=say_of_model(route.model, on=today) if route else _("No model is named: runs of this type fail."),
    )


def _read_routes(
    post: Mapping[str, str], saved: TaskSetting, *, today: date
) -> tuple[tuple[RouteRow, ...], tuple[RouteSetting, ...]]:
    """The rows as they were sent, and every route the type then has; those of other providers stay as they are."""
    rows: list[RouteRow] = []
    kept = [route for route in saved.routes if route.provider != settings.MODEL_PROVIDER]
    for decision in DecisionType:
        row, routes = _read_row(decision, post, saved, today=today)
        rows.append(row)
        kept += routes
    return tuple(rows), tuple(sorted(kept, key=lambda route: route.place))


def _read_row(
    decision: DecisionType, post: Mapping[str, str], saved: TaskSetting, *, today: date
) -> tuple[RouteRow, list[RouteSetting]]:
    key, filled = decision.value, _fill_row(decision, saved, today=today)
    mine = [r for r in saved.routes if (r.provider, r.decision) == (settings.MODEL_PROVIDER, decision)]
    if post.get(f"{key}-general"):
        return filled, []
    model, cap, since = (post.get(f"{key}-{name}", "").strip() for name in ("model", "cap", "since"))
    gone = {route.valid_from.isoformat() for route in mine if post.get(f"{key}-gone-{route.valid_from.isoformat()}")}
    mine = [route for route in mine if route.valid_from.isoformat() not in gone]
    if (model, cap) == (filled.model, filled.cap):
        return filled, mine
    route, errors = _read_route(decision, model, cap, since, today=today)
    row = RouteRow(decision, model, cap, since, filled.own, filled.planned, filled.note, errors)
    if route is None:
        return row, mine
    return row, [*(one for one in mine if one.valid_from != route.valid_from), route]


def _read_route(
    decision: DecisionType, model: str, cap: str, since: str, *, today: date
) -> tuple[RouteSetting | None, dict[str, str]]:
    key, errors, day = decision.value, {}, _read_day(since)
    if not model or len(model) > 80 or not model.isprintable():
        errors[f"{key}-model"] = _("Write the name of a model.")
    elif not is_known_model(model, provider=settings.MODEL_PROVIDER):
        unknown = _("No such model is known: %(model)s.") % {"model": model}
        errors[f"{key}-model"] = f"{unknown} {_say_known()}"
    elif read_lifetimes().stage_of(model, on=max(day or today, today)) is LifeStage.RETIRED:
        gone = _("%(model)s cannot be asked any more by then. Choose another model.")
        errors[f"{key}-model"] = gone % {"model": model}
    if not (cap.isascii() and cap.isdecimal() and len(cap) < 6 and 1 <= int(cap) <= MOST_CAP):
        errors[f"{key}-cap"] = _("Write a whole number from %(least)s to %(most)s.") % {"least": 1, "most": "64,000"}
    if day is None or day < today:
        errors[f"{key}-since"] = _("Choose today or a later day.")
    if errors or day is None:
        return None, errors
    provider = settings.MODEL_PROVIDER
    route = RouteSetting(provider=provider, decision=decision, valid_from=day, model=model, max_tokens=int(cap))
    return route, errors


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
