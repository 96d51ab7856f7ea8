"""One line of the list on the left: what it is called, how soon it is wanted, who has it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_noop

from agentops.domain.lifecycle import CallStatus
from agentops.domain.partial import describe_reason
from agentops.domain.tiers import ActionTier, read_tier
from agentops.domain.visible_text import show_text
from agentops.models import AgentRun, ToolCall
from supervision.cards import title_of
from supervision.inbox.holds import is_on_hold
from supervision.models import LOOK_LASTS, Claim
from supervision.phrases import tell_reason
from supervision.wording import cut_line, say_left, say_time, say_when, shorten

URGENT = gettext_noop("Call back now")
ON_THE_PHONE = gettext_noop("Caller on the phone")
ATTENTION = gettext_noop("Needs attention")
SOON = gettext_noop("Answer in the next 30 minutes")
LATER = gettext_noop("Later today")
ANOTHER_DAY = gettext_noop("Another day")
HANDED_OVER = gettext_noop("Needs a person")
GROUPS = (URGENT, ON_THE_PHONE, ATTENTION, SOON, LATER, ANOTHER_DAY, HANDED_OVER)
"""The headings, in the order in which they stand."""

HALF_HOUR = timedelta(minutes=30)
CALL_BACK_WITHIN = timedelta(minutes=30)
"""A caller who was promised a call, because nobody answered in time, gets it within this."""

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


def row_of_call(call: ToolCall, held: dict[str, Claim], *, undone: bool, now: datetime) -> Row:
    """A request that waits, or is in doubt."""
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


def row_of_handoff(run: AgentRun, held: dict[str, Claim], *, now: datetime) -> Row:
    """A run that was given to a person."""
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


def row_of_decided(call: ToolCall, *, now: datetime) -> Row:
    """A request that somebody answered today."""
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


def due_of(run: AgentRun, claim: Claim | None) -> datetime | None:
    """By when a hand-off is to be done: as whoever has it said, else within the time in which we call back."""
    if claim and claim.due_at:
        return claim.due_at
    promised = run.handoff_reason == describe_reason("request_expired")
    return run.finished_at + CALL_BACK_WITHIN if promised and run.finished_at else None


def _group_of(call: ToolCall, *, now: datetime) -> str:
    if call.status == CallStatus.IN_DOUBT:
        return ATTENTION
    if call.run.conversation.on_the_line:
        return ON_THE_PHONE
    if call.expires_at is None or call.expires_at - now <= HALF_HOUR:
        return SOON
    today = timezone.localtime(call.expires_at).date() == timezone.localtime(now).date()
    return LATER if today else ANOTHER_DAY


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


def _who_has(claim: Claim | None, *, now: datetime) -> dict[str, Any]:
    """Who has it, and in how many seconds that ends by itself where it is only a look."""
    if claim is None:
        return {}
    look_left = 0 if claim.kept else max(1, int((claim.seen_at + LOOK_LASTS - now).total_seconds()) + 1)
    return {"who": show_text(claim.who), "kept": claim.kept, "look_left": look_left}


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
