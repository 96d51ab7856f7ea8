"""The run list: search, filter and keyset pages, newest first."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from agentops.domain.lifecycle import RunStatus
from agentops.models import AgentRun, ToolCall
from supervision.runs.words import State, state_of
from supervision.wording import say_cost, say_duration, say_when, shorten

PAGE = 50
STATES = [
    ("", "Every state"),
    ("open", "Still open"),
    *[(status.value, words) for status, words in [
        (RunStatus.SUSPENDED, "Waiting for a person"),
        (RunStatus.COMPLETED, "Finished"),
        (RunStatus.HANDED_OFF, "Handed to a person"),
        (RunStatus.LIMIT_REACHED, "Stopped by a limit"),
        (RunStatus.FAILED, "Failed"),
        (RunStatus.CANCELLED, "Stopped by staff"),
    ]],
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the list."""

    id: int
    said: str
    answer: str
    state: State
    task: str
    channel: str
    at: str
    took: str
    cost: str
    over: bool


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs. `older` is the cursor of the next page, empty on the last."""

    rows: list[RunRow]
    older: str


def list_page(*, words: str, state: str, before: str, now: datetime) -> RunPage:
    """One page of the runs that match, newest first. `before` is a cursor as `RunPage.older` gave it."""
    runs = _matching(words, state)
    if before:
        runs = runs.filter(_older_than(before))
    runs = runs.select_related("task_type", "conversation").defer("briefing")
    found = list(runs.order_by("-created_at", "-id")[: PAGE + 1])
    older = f"{found[PAGE - 1].created_at.isoformat()}_{found[PAGE - 1].pk}" if len(found) > PAGE else ""
    return RunPage([_row(run, now=now) for run in found[:PAGE]], older)


def is_cursor(text: str) -> bool:
    """Whether a cursor from an address can be read."""
    try:
        _older_than(text)
    except ValueError:
        return False
    return True


def _older_than(cursor: str) -> Q:
    at, _, number = cursor.rpartition("_")
    moment, pk = datetime.fromisoformat(at), int(number)
    if moment.tzinfo is None or not 0 <= pk < 2**63:
        raise ValueError(cursor)
    return Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=pk)


def _matching(words: str, state: str) -> QuerySet[AgentRun]:
    runs = AgentRun.objects.all()
    if state == "open":
        runs = runs.filter(status__in=[RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.SUSPENDED])
    elif state:
        runs = runs.filter(status=state)
    if not words:
        return runs
    in_card = Q(card__title__icontains=words) | Q(card__done__icontains=words)
    for number in _written(words):
        in_card |= Q(card__subject__number__icontains=number) | Q(card__subject__mobile__icontains=number)
    named = ToolCall.objects.filter(in_card, run=OuterRef("pk"))
    match = Q(request__icontains=words) | Q(answer__icontains=words) | Q(asked_by__icontains=words) | Exists(named)
    return runs.filter(match | _by_number(words))


def _written(words: str) -> set[str]:
    """The ways in which a patient's number or mobile may stand on a card: as typed, and parted as cards part them."""
    digits = "".join(words.split())
    if not digits.isdecimal():
        return set()
    return {words, f"{digits[:4]} {digits[4:]}", f"{digits[:5]} {digits[5:]}"}


def _by_number(words: str) -> Q:
    if words.isdecimal() and len(words) < 10:
        return Q(pk=int(words))
    try:
        return Q(request_id=uuid.UUID(words))
    except ValueError:
        return Q()


def _row(run: AgentRun, *, now: datetime) -> RunRow:
    return RunRow(
        id=run.pk,
        said=shorten(run.request, 140),
        answer=shorten(run.answer, 160),
        state=state_of(run),
        task=run.task_type.name,
        channel=run.conversation.channel,
        at=say_when(run.created_at, now=now),
        took=say_duration(run.active_ms) if run.started_at else "",
        cost=say_cost(run.cost_nano, unpriced=run.unpriced_calls),
        over=RunStatus(run.status).over,
    )
