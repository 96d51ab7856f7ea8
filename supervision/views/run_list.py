"""The run list with its search, and what was found as a file."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from agentops.domain.search import COST_MARKS
from agentops.models import TaskType, ToolPolicy
from supervision import actions
from supervision.exports import Row, export_csv, export_json
from supervision.phrases import named
from supervision.policy_versions import UNKNOWN, name_policies
from supervision.roles import Permission, Role, may
from supervision.runs.listing import COLUMNS, COST_COLUMNS, STATES, list_cells, list_page
from supervision.runs.search import MOST, Query, read_cursor
from supervision.runs.words import OUTCOMES
from supervision.views.access import DeskRequest, allowed, render_part
from supervision.wording import say_cost

NUL = "null_characters_not_allowed"
NO_PAGE = _("This page of the list does not exist.")
TOO_LONG = _("Search for 200 characters at most.")
UNREADABLE = _("The search could not be read.")
NO_DAY = _("Write a day as in 2026-03-12.")
NO_COST = _("Costs are shown to managers and administrators.")
COSTS = [("", _("Any cost")), *((str(nano), say_cost(nano)) for nano in COST_MARKS)]
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


def _list_policies() -> list[tuple[str, Any]]:
    """Every version of the policy under which runs can be looked for, the newest first."""
    kept = {number: name for number, name in name_policies().items() if number != UNKNOWN}
    return [("", _("Every version")), *((str(number), kept[number]) for number in sorted(kept, reverse=True))]


class SearchForm(forms.Form):
    """What the run list can be narrowed by. Everything stands in the address, so that a search can be passed on."""

    q = forms.CharField(max_length=200, required=False, error_messages={"max_length": TOO_LONG, NUL: UNREADABLE})
    patient = forms.CharField(max_length=200, required=False, error_messages={"max_length": TOO_LONG, NUL: UNREADABLE})
    state = forms.ChoiceField(
        choices=STATES, required=False, error_messages={"invalid_choice": _("There is no such state. Choose one.")}
    )
    outcome = forms.ChoiceField(
        choices=OUTCOMES, required=False, error_messages={"invalid_choice": _("There is no such end. Choose one.")}
    )
    task = forms.CharField(max_length=40, required=False, error_messages={"max_length": UNREADABLE, NUL: UNREADABLE})
    tool = forms.CharField(max_length=80, required=False, error_messages={"max_length": UNREADABLE, NUL: UNREADABLE})
    policy = forms.ChoiceField(
        choices=_list_policies,
        required=False,
        error_messages={"invalid_choice": _("There is no such version of the policy. Choose one.")},
    )
    over = forms.TypedChoiceField(
        choices=COSTS,
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": _("There is no such cost. Choose one.")},
    )
    since = forms.DateField(required=False, input_formats=["%Y-%m-%d"], error_messages={"invalid": NO_DAY})
    until = forms.DateField(required=False, input_formats=["%Y-%m-%d"], error_messages={"invalid": NO_DAY})
    before = forms.CharField(max_length=80, required=False, error_messages={"max_length": NO_PAGE, NUL: NO_PAGE})

    def __init__(self, *args: Any, with_cost: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.with_cost = with_cost

    def clean_over(self) -> int | None:
        """A cost, from whoever may see costs."""
        over: int | None = self.cleaned_data["over"]
        if over is not None and not self.with_cost:
            raise forms.ValidationError(NO_COST)
        return over

    def clean_before(self) -> str:
        """A cursor that this list gave out."""
        before: str = self.cleaned_data["before"]
        if not before:
            return ""
        try:
            read_cursor(before)
        except (ValueError, OverflowError):
            raise forms.ValidationError(NO_PAGE) from None
        return before

    def clean(self) -> dict[str, Any]:
        """The days in their order, and within what calendars hold."""
        days = self.cleaned_data
        since, until = days.get("since"), days.get("until")
        if any(day and not FIRST_DAY <= day <= LAST_DAY for day in (since, until)):
            raise forms.ValidationError(_("There are no runs of such a year. Choose days from 2000 on."))
        if since and until and since > until:
            raise forms.ValidationError(_("The first day is after the last one. Exchange them."))
        return days

    @property
    def query(self) -> Query:
        """What is looked for, once the form is known to be good."""
        sent = self.cleaned_data
        return Query(
            words=sent["q"].strip(),
            patient=sent["patient"].strip(),
            state=sent["state"],
            outcome=sent["outcome"],
            task=sent["task"],
            tool=sent["tool"],
            policy=sent["policy"],
            over_nano=sent["over"],
            since=_midnight(sent["since"]) if sent["since"] else None,
            until=_midnight(sent["until"] + timedelta(days=1)) if sent["until"] else None,
            before=sent["before"],
        )


@require_safe
@allowed(Permission.SEE_RUNS)
def list_runs(request: DeskRequest) -> HttpResponseBase:
    """Runs, newest first, searched and filtered; a filter that cannot be read is said in words."""
    form = SearchForm(request.GET, with_cost=may(request.role, Permission.SEE_COST))
    good = form.is_valid()
    sent = {name: request.GET.get(name, "")[:200] for name in form.fields if request.GET.get(name)}
    before = sent.pop("before", "")
    page = list_page(form.query, now=timezone.now()) if good else None
    listed = [row.id for row in page.rows] if page else []
    actions.record_list(user=request.user, role=request.role, page="runs", runs=listed)
    context = {
        "form": form,
        "sent": sent,
        "before": before,
        "narrowed": bool(sent),
        "more_open": bool(sent.keys() - {"q", "state"}),
        "search": urlencode(sent),
        "states": STATES,
        "outcomes": OUTCOMES,
        "costs": COSTS,
        "tasks": [(slug, named(name)) for slug, name in TaskType.objects.order_by("pk").values_list("slug", "name")],
        "tools": [
            (tool, named(label)) for tool, label in ToolPolicy.objects.order_by("label").values_list("tool", "label")
        ],
        "most": f"{MOST:,}",
        "page": page,
    }
    return render_part(request, "runs.html", {"runs": "_runs.html"}, context, status=200 if good else 400)


@require_safe
@allowed(Permission.SEE_RUNS)
def export_runs(request: DeskRequest, kind: str) -> HttpResponseBase:
    """What the same search finds, as CSV or JSON; costs only for whoever may see them."""
    with_cost = may(request.role, Permission.SEE_COST)
    form = SearchForm(request.GET, with_cost=with_cost)
    if not form.is_valid():
        raise BadRequest(" ".join(str(error) for errors in form.errors.values() for error in errors))
    rows = _note_sent(list_cells(form.query, with_cost=with_cost), user=request.user, role=request.role)
    if kind == "json":
        return export_json("runs", rows)
    return export_csv("runs", (*COLUMNS, *(COST_COLUMNS if with_cost else ())), rows)


def _note_sent(rows: Iterator[Row], *, user: User, role: Role) -> Iterator[Row]:
    """The rows of a file; whatever was sent of it when it ends, or breaks off, stands in the access log."""
    sent: list[int] = []
    try:
        for row in rows:
            sent.append(row["run"])
            yield row
    finally:
        actions.record_list(user=user, role=role, page="runs_file", runs=sent)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
