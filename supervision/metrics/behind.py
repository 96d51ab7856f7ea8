"""What is behind a figure: exactly the rows above its line and below it, in pages, and the reasons they give."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Model, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agentops.domain.tallies import ASKED_BACK
from agentops.models import ToolCall
from supervision.metrics.asking import Asked
from supervision.metrics.cohorts import find_facts
from supervision.metrics.definitions import Metric
from supervision.metrics.figures import Figure
from supervision.metrics.statistics import Verdict
from supervision.metrics.targets import Targets
from supervision.wording import count, say_end

PAGE = 50

_ABOVE: dict[str, Callable[[], Q]] = {
    "completion": lambda: Q(completed=True),
    "tool_errors": lambda: Q(status="failed"),
    "limits": lambda: Q(limit_reached=True),
    "escalation": lambda: Q(escalated=True),
}
"""What of the rows below the line of a rate stands above it too."""

VALUES = {"iterations": "iterations", "latency": "active_ms", "cost": "cost_nano"}
"""The column that a mean adds up."""

_TABS: dict[str, dict[str, str]] = {
    "completion": {
        "rest": gettext_noop("Did not finish"),
        "above": gettext_noop("Finished"),
        "below": gettext_noop("All counted"),
    },
    "tool_errors": {
        "above": gettext_noop("Failed"),
        "rest": gettext_noop("Went well"),
        "below": gettext_noop("All that were run"),
    },
    "limits": {
        "above": gettext_noop("Stopped by a limit"),
        "rest": gettext_noop("Not stopped"),
        "below": gettext_noop("All that ended"),
    },
    "escalation": {
        "above": gettext_noop("Handed to a person"),
        "rest": gettext_noop("Not handed over"),
        "below": gettext_noop("All that ended"),
    },
}
_MEAN_TABS = {
    "above": gettext_noop("Over the target"),
    "rest": gettext_noop("Within the target"),
    "below": gettext_noop("All that ended"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One list behind a figure: above the line, the rest, or everything below the line."""

    slug: str
    words: str
    count: int
    query: str
    here: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, how many rows give it, and its share of the most common one, in percent."""

    words: str
    count: int
    width: int


@dataclass(frozen=True, slots=True)
class Behind:
    """One page of rows, and what they have in common. `older` is the cursor of the next page."""

    tabs: list[Tab]
    rows: list[Any]
    older: str
    reasons: list[Reason]
    sentence: str


_COST_TABS = {**_MEAN_TABS, "unpriced": gettext_noop("With unpriced calls")}


def tabs_of(metric: Metric) -> dict[str, str]:
    """The lists behind a figure, the one that says why it misses first."""
    return _COST_TABS if metric.slug == "cost" else _TABS.get(metric.slug, _MEAN_TABS)


def first_tab(figure: Figure) -> str:
    """Where a figure leads: one that misses to the rows that make it miss, any other to all of its rows."""
    return next(iter(tabs_of(figure.metric))) if figure.verdict is Verdict.OFF else "below"


def find_rows(asked: Asked, metric: Metric, *, tab: str, target: float) -> QuerySet[Any]:
    """The rows of one list: runs by their facts, or calls where the figure counts calls.

    Above and rest together are below, and no row is in both. A mean adds up every row below its line; there, above
    are those over the target. Of a cost those with unpriced calls are a list besides.
    """
    below = _find_below(asked, metric)
    if tab == "below":
        return below
    if tab == "unpriced":
        return below.filter(unpriced_calls__gt=0)
    above = _find_above(metric, target)
    return below.filter(above) if tab == "above" else below.exclude(above)


def _find_above(metric: Metric, target: float) -> Q:
    return _ABOVE[metric.slug]() if metric.rate else Q(**{f"{VALUES[metric.slug]}__gt": target})


def read_behind(asked: Asked, metric: Metric, *, targets: Targets, before: str) -> Behind:
    """One page of the list that was asked for, with how many rows each list has and why they are there."""
    task = asked.value or "" if asked.by == "task_type" else asked.task
    target = metric.inside(targets.of(metric, task))
    lists = {tab: find_rows(asked, metric, tab=tab, target=target) for tab in tabs_of(metric)}
    sizes = lists["below"].aggregate(below=Count("pk"), above=Count("pk", filter=_find_above(metric, target)))
    sizes["rest"] = sizes["below"] - sizes["above"]
    if "unpriced" in lists:
        sizes["unpriced"] = lists["unpriced"].count()
    tabs = [Tab(tab, _(tabs_of(metric)[tab]), sizes[tab], asked.query(tab=tab), tab == asked.tab) for tab in lists]
    rows, older = _page(lists[asked.tab], metric, before=before)
    why = find_reasons(lists[next(iter(lists))], metric)
    return Behind(tabs, rows, older, why, _say_reasons(metric, why, next(iter(tabs))))


def is_cursor(text: str) -> bool:
    """Whether a cursor from an address can be read."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def find_reasons(rows: QuerySet[Any], metric: Metric) -> list[Reason]:
    """Why these rows are there: how the runs ended, or what the calls that failed came back with."""
    if metric.counts == "call":
        code = KeyTextTransform("code", "result")
        found = rows.values("tool", code=code).annotate(n=Count("pk")).order_by("-n", "tool", "code")[:8]
        said = [(f"{_plain(row['tool'])}: {_plain(row['code'] or _('no reason given'))}", row["n"]) for row in found]
    else:
        ends = rows.values("outcome").annotate(n=Count("pk")).order_by("-n", "outcome")[:8]
        said = [(say_end(row["outcome"]), row["n"]) for row in ends]
    most = said[0][1] if said else 1
    return [Reason(words, n, max(1, round(100 * n / most))) for words, n in said]


def _plain(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _say_reasons(metric: Metric, reasons: list[Reason], tab: Tab) -> str:
    if not reasons:
        return ""
    rows = count(tab.count, metric.counts)
    if len(reasons) == 1:
        return _("All %(rows)s: %(reason)s") % {"rows": rows, "reason": reasons[0].words}
    return _("Most common of %(rows)s: %(reason)s (%(n)s)") % {
        "rows": rows,
        "reason": reasons[0].words.rstrip("."),
        "n": f"{reasons[0].count:,}",
    }


def _find_below(asked: Asked, metric: Metric) -> QuerySet[Any]:
    facts = find_facts(asked.group)
    if metric.slug == "completion":
        return facts.exclude(outcome=ASKED_BACK)
    if metric.counts == "run":
        return facts
    calls = ToolCall.objects.filter(run__in=facts.values("run"), started_at__isnull=False).exclude(status="superseded")
    return calls.filter(tool=asked.value) if asked.by == "tool" and asked.value is not None else calls


def _page(rows: QuerySet[Any], metric: Metric, *, before: str) -> tuple[list[Model], str]:
    """The newest rows after the cursor. Numbers of rows only grow, so a page never shows a row twice."""
    if before:
        rows = rows.filter(pk__lt=int(before))
    related = ("run__task_type",) if metric.counts == "call" else ("run",)
    found = list(rows.select_related(*related).order_by("-pk")[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""
