"""The address of a metrics page: read, checked in sentences, and shown again around the figures."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agentops.models import TaskType
from supervision.metrics.asking import LONGEST, Asked
from supervision.metrics.behind import is_cursor, tabs_of
from supervision.metrics.cohorts import DIMENSIONS, is_value
from supervision.metrics.definitions import BY_SLUG, CLOCK, METRICS
from supervision.metrics.targets import read_targets
from supervision.phrases import named
from supervision.views.access import DeskRequest, render_part
from supervision.wording import say_day, say_time, say_when

PERIODS = {"today": (gettext_lazy("Today"), 1), "7": (gettext_lazy("7 days"), 7), "28": (gettext_lazy("28 days"), 28)}
USUAL = "7"
FIRST_DAY = date(2000, 1, 1)


class Address(forms.Form):
    """What stands in the address of a metrics page. What cannot be read is said in a sentence, never guessed."""

    period = forms.ChoiceField(
        choices=[(slug, words) for slug, (words, _days) in PERIODS.items()], required=False,
        error_messages={"invalid_choice": gettext_lazy("The period has to be today, 7 or 28.")},
    )  # fmt: skip
    to = forms.DateField(
        required=False, input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("“To” is not a date. Write it as 2026-11-27.")},
    )  # fmt: skip
    asof = forms.CharField(max_length=40, required=False)
    by = forms.ChoiceField(
        choices=[(slug, one.name) for slug, one in DIMENSIONS.items()], required=False,
        error_messages={"invalid_choice": gettext_lazy("The figures cannot be parted by that. Choose from the list.")},
    )  # fmt: skip
    task = forms.CharField(max_length=40, required=False)
    value = forms.CharField(max_length=80, required=False, strip=False)
    metric = forms.ChoiceField(
        choices=[(one.slug, one.name) for one in METRICS], required=False,
        error_messages={"invalid_choice": gettext_lazy("There is no such figure.")},
    )  # fmt: skip
    tab = forms.CharField(max_length=10, required=False)
    before = forms.CharField(max_length=20, required=False)

    def __init__(self, data: Any, *, now: datetime) -> None:
        super().__init__(data)
        self.now = now
        # "from" is a word of the language.
        self.fields["from"] = forms.DateField(
            required=False, input_formats=["%Y-%m-%d"],
            error_messages={"invalid": _("“From” is not a date. Write it as 2026-11-27.")},
        )  # fmt: skip

    def clean_asof(self) -> datetime:
        """The moment up to which runs count: now, or an earlier one that a colleague saw."""
        said = self.cleaned_data["asof"]
        if not said:
            return self.now
        try:
            moment = datetime.fromisoformat(said)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise forms.ValidationError(_("The moment of the figures (“asof”) could not be read."))
        return min(moment, self.now)

    def clean_task(self) -> str:
        """A type of task that exists."""
        task: str = self.cleaned_data["task"]
        if task and not TaskType.objects.filter(slug=task).exists():
            raise forms.ValidationError(_("There is no such type of task."))
        return task

    def clean_before(self) -> str:
        """A cursor that a list gave out."""
        before: str = self.cleaned_data["before"]
        if before and not is_cursor(before):
            raise forms.ValidationError(_("This page of the list does not exist."))
        return before

    def clean(self) -> dict[str, Any]:
        """The period as a whole, and what depends on what."""
        found = self.cleaned_data
        today = timezone.localtime(self.now).date()
        if not self.errors:
            end = found.get("to") or today
            start = found.get("from") or end - timedelta(days=PERIODS[found.get("period") or USUAL][1] - 1)
            self._check_period(start, end, today)
            found |= {"start": start, "end": end, "by": found.get("by") or "task_type"}
            self._check_group(found)
        return found

    def _check_period(self, start: date, end: date, today: date) -> None:
        if start > end:
            raise forms.ValidationError(_("“From” is after “to”. Turn them round."))
        if start > today:
            raise forms.ValidationError(_("This period has not begun yet."))
        if start < FIRST_DAY or end > today + timedelta(days=LONGEST):
            raise forms.ValidationError(_("There are no figures for that time."))
        if (end - start).days >= LONGEST:
            raise forms.ValidationError(_("Choose a period of a year at most."))

    def _check_group(self, found: dict[str, Any]) -> None:
        if "value" in self.data and not is_value(DIMENSIONS[found["by"]], self.data["value"]):
            raise forms.ValidationError(_("There is no such group."))
        metric = found.get("metric") or "completion"
        if found.get("tab") and found["tab"] not in tabs_of(BY_SLUG[metric]):
            raise forms.ValidationError(_("There is no such list behind this figure."))

    @property
    def asked(self) -> Asked:
        """The question, of an address that is good."""
        found = self.cleaned_data
        value = self.data.get("value")
        return Asked(
            found["start"], found["end"], found["asof"], found["by"], found["task"], value, found["metric"],
            found["tab"],
        )  # fmt: skip

    @property
    def problems(self) -> list[str]:
        """What is wrong with it, in sentences."""
        return [str(problem) for problems in self.errors.values() for problem in problems]


def show_problem(request: DeskRequest, address: Address) -> HttpResponse:
    """The page with nothing but what is wrong with its address, and the way back."""
    context = {"problems": address.problems}
    return render_part(request, "metrics_problem.html", {}, context, status=400)


def frame(request: DeskRequest, asked: Asked, *, now: datetime) -> dict[str, Any]:
    """What every metrics page shows around its figures."""
    today, targets = timezone.localtime(now).date(), read_targets()
    days = say_day(asked.start)
    if asked.start != asked.end:
        days = _("%(low)s to %(high)s") % {"low": days, "high": say_day(asked.end)}
    periods = [
        {"value": value, "label": label, "here": (asked.start, asked.end) == (today - timedelta(days=n - 1), today)}
        for value, (label, n) in PERIODS.items()
    ]
    return {
        "asked": asked,
        "days": days,
        "until": say_time(asked.as_of) if asked.as_of.date() == now.date() else say_when(asked.as_of, now=now),
        "frozen": "asof" in request.GET,
        "periods": periods,
        "earlier": asked.shifted(-1),
        "later": asked.shifted(1),
        "dimensions": DIMENSIONS.values(),
        "tasks": [
            (slug, named(name))
            for slug, name in TaskType.objects.filter(sorts=False).order_by("name").values_list("slug", "name")
        ],
        "columns": [{"metric": one, "target": one.words(targets.of(one, asked.task))} for one in METRICS],
        "clock": CLOCK,
        "dimension": DIMENSIONS[asked.by].name,
        "permalink": asked.query(value=None, metric="", tab=""),
    }
