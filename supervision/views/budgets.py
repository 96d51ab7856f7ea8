"""Hard budgets: one table of what is held, and one form that sets one."""

import math
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from agentops.domain.budgets import BudgetPeriod
from agentops.domain.visible_text import show_text
from agentops.models import TaskType
from supervision import actions
from supervision.alerts.budgets import BudgetState, read_budgets
from supervision.phrases import named
from supervision.roles import Permission
from supervision.views.access import DeskRequest, allowed, form_of, render_part
from supervision.wording import NANO, say_when

PERIODS = [
    (BudgetPeriod.RUN.value, gettext_lazy("each request")),
    (BudgetPeriod.DAY.value, gettext_lazy("each day")),
    (BudgetPeriod.MONTH.value, gettext_lazy("each month")),
]
NO_AMOUNT = gettext_lazy("Write an amount in dollars, for example 5 or 0.50.")


@require_safe
@allowed(Permission.SET_BUDGETS)
def list_budgets(request: DeskRequest) -> HttpResponseBase:
    """What may be spent, and what is."""
    return _list(request)


@form_of("budgets")
@allowed(Permission.SET_BUDGETS)
def save_budget(request: DeskRequest) -> HttpResponseBase:
    """Set a budget, or lift it."""
    post = request.POST
    typed = {name: post.get(name, "") for name in ("scope", "period", "limit")}
    lifts = "lift" in post
    nano = None if lifts else _read_amount(typed["limit"])
    if nano is None and not lifts:
        return _list(request, refused=actions.Refused("limit", str(NO_AMOUNT), "limit"), typed=typed, status=400)
    done = actions.set_budget(user=request.user, scope=typed["scope"], period=typed["period"], limit_nano=nano)
    if isinstance(done, actions.Refused):
        return _list(request, refused=done, typed=typed, status=400)
    lifted, held = _("The budget is lifted."), _("Saved. It holds from the next call to the model on.")
    messages.success(request, (lifted if lifts else held) if done else _("Nothing was changed: it was so before."))
    return redirect("budgets")


def _read_amount(text: str) -> int | None:
    """Dollars as a person writes them, in nanodollars."""
    try:
        dollars = float(text.strip().lstrip("$").replace(",", ""))
    except ValueError:
        return None
    return round(dollars * NANO) if math.isfinite(dollars) else None


def _list(
    request: DeskRequest,
    *,
    refused: actions.Refused | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    types = [(slug, named(name)) for slug, name in TaskType.objects.order_by("name").values_list("slug", "name")]
    context = {
        "budgets": [_line(state, dict(types), now) for state in read_budgets(now)],
        "scopes": [("", _("everything together")), *types],
        "periods": PERIODS,
        "refused": refused,
        "typed": typed or {"scope": "", "period": "day", "limit": ""},
    }
    return render_part(request, "budgets.html", {}, context, status=status)


def _line(state: BudgetState, names: dict[str, str], now: Any) -> dict[str, Any]:
    counted = state.period is not BudgetPeriod.RUN
    return {
        "state": state,
        "period": dict(PERIODS)[state.period.value],
        "scope": show_text(names.get(state.scope, state.scope)) or _("everything together"),
        "limit": f"{state.limit_nano / NANO:,.10g}",
        "words": state.words if counted else "",
        "percent": min(100, round(100 * state.share)) if counted else 0,
        "changed": f"{show_text(state.changed_by)}, {say_when(state.changed_at, now=now)}",
        "refused": say_when(state.refused_at, now=now) if state.refused_at else "",
    }
