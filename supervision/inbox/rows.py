"""The list on the left: what waits for a person, grouped by how soon, and what was decided today."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count, Exists, OuterRef, QuerySet, Value
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop

from agentops.domain.lifecycle import CallStatus
from agentops.domain.partial import describe_reason
from agentops.domain.tiers import ActionTier, read_tier
from agentops.domain.visible_text import show_text
from agentops.models import AgentRun, ToolCall
from supervision.cards import title_of
from supervision.inbox.claims import holders
from supervision.inbox.holds import is_on_hold
from supervision.inbox.search import calls_with, find_keys
from supervision.models import LOOK_LASTS, Claim, Decision
from supervision.phrases import tell_reason
from supervision.wording import cut_line, say_left, say_time, say_when, shorten

URGENT = gettext_noop("Call back now")
ON_THE_PHONE = gettext_noop("Caller on the phone")
ATTENTION = gettext_noop("Needs attention")
SOON = gettext_noop("Answer in the next 30 minutes")
LATER = gettext_noop("Later today")
ANOTHER_DAY = gettext_noop("Another day")
HANDED_OVER = gettext_noop("Needs a person")
READS_THE_SAME = gettext_noop("Another request reads the same")
WAITING = (CallStatus.AWAITING.value, CallStatus.IN_DOUBT.value)
GROUPS = (URGENT, ON_THE_PHONE, ATTENTION, SOON, LATER, ANOTHER_DAY, HANDED_OVER)
HALF_HOUR = timedelta(minutes=30)
CALL_BACK_WITHIN = timedelta(minutes=30)
"""A caller who was promised a call, because nobody answered in time, gets it within this."""
MOST_ROWS = 200
"""Of each kind that are read; beyond that the clinic needs other help than a list."""

PAGE_ROWS = 60
"""Rows of one page: with more of them the page becomes too heavy for a poor line."""

_READ = ("status", "version", "tool", "tier", "card", "proposed_at", "expires_at", "decided_at", "decided_by",
         "confirmers", "held_until", "run__conversation__channel", "run__conversation__on_the_line")  # fmt: skip
MOST_TITLE = 120
"""A longer title would push the other rows out of sight; the request itself shows it whole."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. `kind` and `id` say which page it opens.

    `half_at` and `ends_at` are when half and all of its time is over (seconds since 1970), where somebody holds the
    line.
    """

    kind: str
    id: int
    run_id: int
    group: str
    channel: str
    title: str
    tier: ActionTier | None
    note: str
    left: str
    left_small: str
    soon: bool
    version: int
    urgent: bool = False
    who: str = ""
    kept: bool = False
    look_left: int = 0
    half_at: int = 0
    ends_at: int = 0

    @property
    def key(self) -> str:
        """What the page knows the row by when it reads the list again."""
        return f"{self.kind}-{self.id}"

    @property
    def calling(self) -> bool:
        """Whether somebody holds the line for the answer."""
        return self.group in {ON_THE_PHONE, URGENT}


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
    calls = _tell_twins([_call_row(call, held, undone=call.undone, now=now) for call in shown])
    handoffs = [_handoff_row(run, held, now=now) for run in _handoff_rows(open_handoffs())]
    known = {row.key for row in [*calls, *handoffs]}
    whole = max(len(calls), len(handoffs)) < MOST_ROWS  # nothing is cut off, so nothing has to be counted
    decided = decided_today(now)
    answered, *unread = _count(decided, *([] if whole else [waiting_calls(), open_handoffs()]))
    waiting = len(known) if whole else sum(unread)
    beyond = max(0, waiting - len(known)) if view == "waiting" and not words else 0
    if view == "decided":
        rows = [_decided_row(call, now=now) for call in _with_run(decided.filter(calls_with(words)))]
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


def _group_of(call: ToolCall, *, now: datetime) -> str:
    if call.status == CallStatus.IN_DOUBT:
        return ATTENTION
    if call.run.conversation.on_the_line:
        return ON_THE_PHONE
    if call.expires_at is None or call.expires_at - now <= HALF_HOUR:
        return SOON
    today = timezone.localtime(call.expires_at).date() == timezone.localtime(now).date()
    return LATER if today else ANOTHER_DAY


def _call_row(call: ToolCall, held: dict[str, Claim], *, undone: bool, now: datetime) -> Row:
    doubt = call.status == CallStatus.IN_DOUBT
    left, small, soon = ("", "", False) if doubt else say_left(call.expires_at, now=now)
    claim = held.get(f"call-{call.pk}")
    half_at, ends_at = _times_of(call)
    return Row(
        kind="call",
        id=call.pk,
        run_id=call.run_id,
        group=_group_of(call, now=now),
        channel=call.run.conversation.channel,
        title=cut_line(title_of(call), MOST_TITLE),
        tier=read_tier(call.tier),
        note=_note_of(call, undone=undone),
        left=left,
        left_small=small,
        soon=soon,
        version=call.version,
        **_who_has(claim, now=now),
        half_at=half_at,
        ends_at=ends_at,
    )


def _note_of(call: ToolCall, *, undone: bool) -> str:
    """What else its line has to say: one thing only."""
    if call.status == CallStatus.IN_DOUBT:
        return gettext("Did it happen?")
    if undone:
        return gettext("Taken back")
    return gettext("Needs two people") if call.confirmers > 1 else ""


def _times_of(call: ToolCall) -> tuple[int, int]:
    """When half and all of the time is over of a caller who holds the line; zeros for anybody else."""
    if not call.run.conversation.on_the_line or call.expires_at is None or call.status != CallStatus.AWAITING:
        return 0, 0
    half = call.proposed_at + (call.expires_at - call.proposed_at) / 2
    return int(half.timestamp()), int(call.expires_at.timestamp())


def _handoff_row(run: AgentRun, held: dict[str, Claim], *, now: datetime) -> Row:
    since, urgent = run.finished_at or run.created_at, run.outcome == "urgent_help"
    claim, today = held.get(f"handoff-{run.pk}"), timezone.localtime(now).date()
    since_today = timezone.localtime(since).date() == today
    left, small = (say_when(since, now=now), gettext("since")) if since_today else ("", "")
    due = due_of(run, claim)
    if due:
        left, small = gettext("by %(at)s") % {"at": say_time(due)}, gettext("late") if due < now else ""
    return Row(
        kind="handoff",
        id=run.pk,
        run_id=run.pk,
        group=URGENT if urgent else HANDED_OVER,
        channel=run.conversation.channel,
        title=shorten(run.request, 90),
        tier=None,
        note=cut_line(capfirst(tell_reason(run.handoff_reason, outcome=run.outcome)), 80),
        left=left,
        left_small=small,
        soon=urgent or bool(due and due < now),
        version=run.version,
        urgent=urgent,
        **_who_has(claim, now=now),
    )


def due_of(run: AgentRun, claim: Claim | None) -> datetime | None:
    """By when a hand-off is to be done: as whoever has it said, else within the time in which we call back."""
    if claim and claim.due_at:
        return claim.due_at
    promised = run.handoff_reason == describe_reason("request_expired")
    return run.finished_at + CALL_BACK_WITHIN if promised and run.finished_at else None


def _who_has(claim: Claim | None, *, now: datetime) -> dict[str, Any]:
    """Who has it, and in how many seconds that ends by itself where it is only a look."""
    if claim is None:
        return {}
    look_left = 0 if claim.kept else max(1, int((claim.seen_at + LOOK_LASTS - now).total_seconds()) + 1)
    return {"who": show_text(claim.who), "kept": claim.kept, "look_left": look_left}


def _decided_row(call: ToolCall, *, now: datetime) -> Row:
    yes = call.status not in {CallStatus.REJECTED, CallStatus.NOT_HAPPENED}
    return Row(
        kind="call",
        id=call.pk,
        run_id=call.run_id,
        group="",
        channel=call.run.conversation.channel,
        title=cut_line(title_of(call), MOST_TITLE),
        tier=read_tier(call.tier),
        note=f"{gettext('Yes') if yes else gettext('No')}, {show_text(call.decided_by)}",
        left=say_time(call.decided_at or now),
        left_small=gettext("on hold") if is_on_hold(call, now=now) else _came_to(CallStatus(call.status)),
        soon=False,
        version=call.version,
    )


def _came_to(status: CallStatus) -> str:
    if status in {CallStatus.SUCCEEDED, CallStatus.HAPPENED}:
        return gettext("done")
    if status in {CallStatus.APPROVED, CallStatus.STARTED}:
        return gettext("being done")
    if status is CallStatus.FAILED:
        return gettext("did not work")
    if status is CallStatus.INVALIDATED:
        return gettext("withdrawn")
    if status is CallStatus.IN_DOUBT:
        return gettext("in doubt")
    return gettext("not done")
