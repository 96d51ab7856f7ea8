"""One request beside the list: everything a person needs to say yes or no, in a fixed order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import NAMESPACE_OID, uuid5

from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from agentops.domain.cards import Card, Mismatch, Subject
from agentops.domain.lifecycle import CallStatus
from agentops.domain.tiers import ActionTier, read_tier
from agentops.domain.visible_text import show_in_full, show_text
from agentops.models import AgentRun, Conversation, ToolCall
from supervision.cards import ReEntry, age_of, re_entry_of, read_card, ticks_of, undescribed
from supervision.inbox.desk import twins_of
from supervision.inbox.doubts import Doubt, read_doubt
from supervision.inbox.notices import Notice, notice_of
from supervision.inbox.sources import Source, read_sources
from supervision.wording import name_speaker, say_ago, say_left, say_left_long, say_time, say_when

FRESH = timedelta(minutes=5)
MOST_TURNS = 10
ASKED = gettext_noop("Asked")
_ASKED = {
    "phone": gettext_noop("Asked by phone"),
    "text": gettext_noop("Asked by text"),
    "online": gettext_noop("Asked online"),
    "desk": gettext_noop("Asked at the desk"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of what the caller said; `marked` where it bears on this request."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Read:
    """One thing the assistant looked up, and when."""

    text: str
    at: str


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier exchange of the same conversation."""

    at: str
    said: str
    answer: str


@dataclass(frozen=True, slots=True)
class Tick:
    """One box to tick; `mismatch` is None for a failed check that names no conflict."""

    index: int
    sentence: str
    mismatch: Mismatch | None


@dataclass(frozen=True, slots=True)
class Request:
    """A call as the page shows it. `card` is None where nobody described the call; then it can only be turned down.

    `twins` counts the other requests that wait and read the same in the list.
    """

    call: ToolCall
    run: AgentRun
    card: Card | None
    tier: ActionTier
    question: str
    why: str
    age: int | None
    asked: str
    asked_at: str
    said: list[Piece]
    earlier: list[Turn]
    reads: list[Read]
    ticks: list[Tick]
    re_entry: ReEntry | None
    checked_ago: str
    checked_long_ago: bool
    sources: list[Source]
    left: str
    left_short: str
    until: str
    speaker: str
    model_words: str
    notice: Notice | None
    doubt: Doubt | None
    twins: int

    @property
    def subject(self) -> Subject | None:
        """The patient it is about, where the card names one."""
        return self.card.subject if self.card else None

    @property
    def stale(self) -> bool:
        """Whether the checks were made so long ago that the world may have changed meanwhile."""
        return self.waits and self.checked_long_ago

    @property
    def again_key(self) -> str:
        """The key of the run that asks again after this call expired: pressed twice it is one run."""
        return str(uuid5(NAMESPACE_OID, f"again {self.call.pk}"))

    @property
    def approvable(self) -> bool:
        """Whether yes is offered at all."""
        return self.card is not None and self.card.approvable

    @property
    def waits(self) -> bool:
        """Whether yes and no are still open."""
        return self.call.status == CallStatus.AWAITING


class Found(NamedTuple):
    """A call, and how many others that wait read like it in the list."""

    call: ToolCall
    twins: int


def find_call(call_id: int) -> Found | None:
    """The call with everything the page reads beside it."""
    twins = twins_of(OuterRef("card__title")).exclude(pk=OuterRef("pk")).values("status").annotate(n=Count("pk"))
    calls = ToolCall.objects.select_related("run__conversation", "run__task_type", "step")
    call = calls.annotate(twins=Subquery(twins.values("n"))).filter(pk=call_id).first()
    return Found(call, call.twins or 0) if call else None


def read_request(found: Found, *, now: datetime) -> Request:
    """The page's view of one call."""
    call = found.call
    card, tier, run = read_card(call), read_tier(call.tier), call.run
    looked, runs = _look_ups_before(call), _runs_up_to(run)
    question = card.question if card and card.approvable else undescribed(call.tool)
    short, _, _ = say_left(call.expires_at, now=now)
    return Request(
        call=call,
        run=run,
        card=card,
        tier=tier,
        question=question,
        why=card.why if card and card.why else show_text(call.rule),
        age=age_of(card.subject, timezone.localtime(now).date()) if card and card.subject else None,
        asked=say_asked(run.conversation, run, now=now),
        asked_at=say_time(run.created_at),
        said=_cut_at_spans(run.request, card.said_spans if card else []),
        earlier=_earlier(runs, now=now),
        reads=_reads(looked, now=now),
        ticks=_ticks(card) if card else [],
        re_entry=re_entry_of(card, tier) if card else None,
        checked_long_ago=bool(card and card.checked_at and now - card.checked_at > FRESH),
        sources=read_sources(call, looked=looked, said=[one.request for one in runs]),
        checked_ago=say_ago(card.checked_at, now=now) if card and card.checked_at else "",
        left=say_left_long(call.expires_at, now=now),
        left_short=short,
        until=say_when(call.expires_at, now=now) if call.expires_at else "",
        speaker=name_speaker(call.step.provider, call.step.model),
        model_words=_words_of(call),
        notice=notice_of(call, card, now=now),
        doubt=read_doubt(call, card, now=now),
        twins=found.twins if call.status == CallStatus.AWAITING and card and card.title else 0,
    )


def say_asked(conversation: Conversation, run: AgentRun, *, now: datetime) -> str:
    """By which channel and when a caller asked, and whether they are still there."""
    asked = gettext(_ASKED.get(conversation.channel, ASKED))
    sentence = gettext("%(asked)s at %(at)s.") % {"asked": asked, "at": say_when(run.created_at, now=now)}
    still = gettext("The caller is still on the line.")
    return f"{sentence} {still}" if conversation.on_the_line else sentence


def _cut_at_spans(text: str, spans: list[tuple[int, int]]) -> list[Piece]:
    """Cut the text where the card marks it; spans that lie outside, overlap or are turned round are left out."""
    pieces, at = list[Piece](), 0
    for start, end in sorted(spans):
        if not at <= start < end <= len(text):
            continue
        pieces += [Piece(text[at:start], False), Piece(text[start:end], True)]
        at = end
    pieces = [piece for piece in [*pieces, Piece(text[at:], False)] if piece.text]
    return [Piece(show_text(piece.text, is_part=len(pieces) > 1), piece.marked) for piece in pieces]


def _runs_up_to(run: AgentRun) -> list[AgentRun]:
    """The runs of the conversation, from its first to this one."""
    if not run.ordinal:
        return [run]
    return list(AgentRun.objects.filter(conversation=run.conversation_id, pk__lte=run.pk).order_by("pk"))


def _look_ups_before(call: ToolCall) -> list[ToolCall]:
    """What this run had looked up when it proposed the call, the oldest first."""
    return list(
        ToolCall.objects.filter(
            run=call.run_id, tier=ActionTier.READ, status=CallStatus.SUCCEEDED, pk__lt=call.pk
        ).order_by("pk")
    )


def _earlier(runs: list[AgentRun], *, now: datetime) -> list[Turn]:
    return [
        Turn(say_when(one.created_at, now=now), show_text(one.request), show_text(one.answer))
        for one in runs[:-1][:MOST_TURNS]
    ]


def _reads(looked: list[ToolCall], *, now: datetime) -> list[Read]:
    found = []
    for one in looked:
        card = read_card(one)
        at = say_when(one.finished_at, now=now) if one.finished_at else ""
        found.append(Read(card.done if card and card.done else show_text(one.tool), at))
    return found


def _ticks(card: Card) -> list[Tick]:
    mismatches = [*card.mismatches, *[None] * len(card.checks)]
    return [Tick(index, sentence, mismatches[index]) for index, sentence in enumerate(ticks_of(card))]


def _words_of(call: ToolCall) -> str:
    blocks = call.step.content if isinstance(call.step.content, list) else []
    texts = [str(b.get("text", "")) for b in blocks if isinstance(b, dict) and b.get("type") == "text"]
    return show_in_full("\n\n".join(text for text in texts if text.strip()))
