"""Who takes each kind of decision, as rows of a form: of a type of task, or of all that have no model of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agentops.domain.lifetimes import LifeStage
from agentops.domain.policy.task_settings import RouteSetting, RoutingSetting
from agentops.domain.routing import DecisionType
from agentops.models import Price, is_known_model, read_lifetimes

Routes = tuple[RouteSetting, ...]
MOST_CAP = 64_000


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


def fill_rows(routes: Routes, *, general: Routes, today: date) -> tuple[RouteRow, ...]:
    """A row for each kind of decision, filled by these routes; by the `general` ones where they have none today."""
    return tuple(_fill_row(decision, routes, general=general, today=today) for decision in DecisionType)


def _fill_row(decision: DecisionType, routes: Routes, *, general: Routes, today: date) -> RouteRow:
    mine = (settings.MODEL_PROVIDER, decision)
    own = RoutingSetting(routes=routes).find(*mine, on=today)
    route = own or RoutingSetting(routes=general).find(*mine, on=today)
    return RouteRow(
        decision=decision,
        model=route.model if route else "",
        cap=str(route.max_tokens) if route else "",
        since=(max(route.valid_from, today) if route else today).isoformat(),
        own=own is not None,
        planned=tuple(one for one in routes if (one.provider, one.decision) == mine and one.valid_from > today),
        note=say_of_model(route.model, on=today) if route else _("No model is named, so these runs fail."),
    )


def read_rows(
    post: Mapping[str, str], saved: Routes, *, general: Routes, today: date
) -> tuple[tuple[RouteRow, ...], Routes]:
    """The rows as they were sent, and every route there then is; those of other providers stay as they are."""
    rows: list[RouteRow] = []
    kept = [route for route in saved if route.provider != settings.MODEL_PROVIDER]
    for filled in fill_rows(saved, general=general, today=today):
        row, routes = _read_row(filled, post, saved, today=today)
        rows.append(row)
        kept += routes
    return tuple(rows), tuple(sorted(kept, key=lambda route: route.place))


def _read_row(
    filled: RouteRow, post: Mapping[str, str], saved: Routes, *, today: date
) -> tuple[RouteRow, list[RouteSetting]]:
    decision, key = filled.decision, filled.decision.value
    mine = [one for one in saved if (one.provider, one.decision) == (settings.MODEL_PROVIDER, decision)]
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
