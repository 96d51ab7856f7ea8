"""The list on the left: what waits for a person, grouped by how soon, and what was decided today."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from agentops.domain.lifecycle import CallStatus
from agentops.models import AgentRun, ToolCall
from supervision.inbox.claims import holders
from supervision.inbox.rows import GROUPS, ON_THE_PHONE, Row, row_of_call, row_of_decided, row_of_handoff
from supervision.inbox.search import calls_with, find_keys
from supervision.models import Decision

READS_THE_SAME = gettext_noop("Another request reads the same")
WAITING = (CallStatus.AWAITING.value, CallStatus.IN_DOUBT.value)
MOST_ROWS = 200
"""Of each kind that are read; beyond that the clinic needs other help than a list."""

PAGE_ROWS = 60
"""Rows of one page: with more of them the page becomes too heavy for a poor line."""

_READ = ("status", "version", "tool", "tier", "card", "proposed_at", "expires_at", "decided_at", "decided_by",
         "confirmers", "held_until", "run__conversation__channel", "run__conversation__on_the_line")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    name: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Desk:
    """The whole list with its figures, or those that hold the `words` looked for.

    Of a long list this is one `page`; `elsewhere` are the keys of the rows on other pages, `more` counts those after
    this one.
    """

    view: str
    groups: list[Group]
    waiting: int
    on_the_line: int
    decided: int
    more: int
    mine: int = 0
    words: str = ""
    page: int = 1
    elsewhere: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """What the list is asked for at its address."""
        asked = {"view": self.view, "q": self.words, "page": str(self.page) if self.page > 1 else ""}
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def next_query(self) -> str:
        """The same for the page after this one."""
        return replace(self, page=self.page + 1).query

    @property
    def rows(self) -> list[Row]:
        """Every row in the order shown."""
        return _rows_of(self.groups)


def waiting_calls() -> QuerySet[ToolCall]:
    """Calls that only a person can move."""
    return ToolCall.objects.filter(status__written_in=WAITING)


def open_handoffs() -> QuerySet[AgentRun]:
    """Ended runs that were given to a person and that nobody has closed yet."""
    return AgentRun.objects.exclude(handoff_reason="").filter(finished_at__isnull=False, handoff_closing__isnull=True)


def count_waiting() -> int:
    """Everything that needs somebody now."""
    return sum(_count(waiting_calls(), open_handoffs()))


def _count(*kinds: QuerySet[Any]) -> list[int]:
    """How many rows there are of each kind, in one question for all of them."""
    counts = [
        rows.order_by().annotate(kind=Value(kind)).values("kind").annotate(n=Count("pk")).values_list("kind", "n")
        for kind, rows in enumerate(kinds)
    ]
    found = dict(counts[0].union(*counts[1:], all=True))
    return [found.get(kind, 0) for kind in range(len(kinds))]


def decided_today(now: datetime) -> QuerySet[ToolCall]:
    """Calls that a person answered since midnight on the clinic's clock, newest first."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return ToolCall.objects.filter(decided_at__gte=midnight).exclude(decided_by="").order_by("-decided_at")


def read_desk(*, view: str, now: datetime, user: User | None = None, words: str = "", page: int = 1) -> Desk:
    """The list for one of the three views, "waiting", "mine" (what this user has in hand) or "decided"; with `words`
    only what holds each of them: a patient's name or number, a tool, what the caller said.
    """
    held = holders(now=now)
    mine = {key for key, claim in held.items() if user and claim.kept and claim.user_id == user.pk}
    in_order = waiting_calls().order_by("expires_at", "pk")
    undone = Exists(Decision.objects.filter(call=OuterRef("pk"), verdict="undone"))
    shown = _with_run(in_order).annotate(undone=undone)
    calls = _tell_twins([row_of_call(call, held, undone=call.undone, now=now) for call in shown])
    handoffs = [row_of_handoff(run, held, now=now) for run in _handoff_rows(open_handoffs())]
    known = {row.key for row in [*calls, *handoffs]}
    whole = max(len(calls), len(handoffs)) < MOST_ROWS  # nothing is cut off, so nothing has to be counted
    decided = decided_today(now)
    answered, *unread = _count(decided, *([] if whole else [waiting_calls(), open_handoffs()]))
    waiting = len(known) if whole else sum(unread)
    beyond = max(0, waiting - len(known)) if view == "waiting" and not words else 0
    if view == "decided":
        rows = [row_of_decided(call, now=now) for call in _with_run(decided.filter(calls_with(words)))]
        groups = [Group(gettext("Newest first"), rows)]
    else:
        found = find_keys(words, calls=waiting_calls(), handoffs=open_handoffs()) if words else known
        rows = [row for row in [*calls, *handoffs] if row.key in found and (view != "mine" or row.key in mine)]
        groups = [Group(name, [row for row in rows if row.group == name]) for name in GROUPS]
    in_sight = {row.key for row in _rows_of(groups)[PAGE_ROWS * (page - 1) : PAGE_ROWS * page]}
    after = _rows_of(groups)[PAGE_ROWS * page :]
    return Desk(
        view=view,
        groups=[group for group in (_keep(group, in_sight) for group in groups) if group.rows],
        waiting=waiting,
        on_the_line=sum(row.group == ON_THE_PHONE for row in calls),
        decided=answered,
        more=len(after) + beyond,
        mine=len(mine & known),
        words=words,
        page=page,
        elsewhere=tuple(row.key for row in _rows_of(groups) if row.key not in in_sight),
    )


def _rows_of(groups: list[Group]) -> list[Row]:
    return [row for group in groups for row in group.rows]


def _keep(group: Group, keys: set[str]) -> Group:
    return Group(group.name, [row for row in group.rows if row.key in keys])


def twins_of(title: OuterRef) -> QuerySet[ToolCall]:
    """Requests that wait and whose line in the list reads like this; for a question within another one."""
    return ToolCall.objects.filter(status__written_in=[CallStatus.AWAITING.value], card__title=title).order_by()


def _tell_twins(rows: list[Row]) -> list[Row]:
    """Nobody can tell two lines apart that read the same, so each says that there is another."""
    times = Counter(row.title for row in rows)
    return [row if times[row.title] == 1 else replace(row, note=row.note or gettext(READS_THE_SAME)) for row in rows]


def _with_run(calls: QuerySet[ToolCall]) -> QuerySet[ToolCall]:
    return calls.select_related("run__conversation").only(*_READ)[:MOST_ROWS]


def _handoff_rows(runs: QuerySet[AgentRun]) -> QuerySet[AgentRun]:
    return runs.select_related("conversation").defer("briefing").order_by("finished_at")[:MOST_ROWS]
