"""Finding runs, newest first: open ones by looking at each, ended ones by the index of words and marks."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from agentops.domain.lifecycle import RunStatus
from agentops.domain.search import first_place, fold_words, mark, place_of
from agentops.models import AgentRun, RunWords, ToolCall
from agentops.models.search import find_newest

OPEN = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.SUSPENDED)
ANY_OPEN = "open"
BATCH = 500
MOST = 100_000
"""Runs in one file at most."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. Empty or None: everything. `over_nano` is a cost; `since` and `until` bound the beginning.

    Only ended runs have an outcome and a version of the policy.
    """

    words: str = ""
    patient: str = ""
    state: str = ""
    outcome: str = ""
    task: str = ""
    tool: str = ""
    policy: str = ""
    over_nano: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: str = ""
    """A cursor as `cursor_of` gives it: only runs older than that one."""

    @property
    def marks(self) -> list[str]:
        """What the index is asked for besides the time."""
        by = {"state": self.state, "outcome": self.outcome, "task": self.task, "tool": self.tool, "policy": self.policy}
        marks = [mark(kind, value) for kind, value in by.items() if value]
        over = [] if self.over_nano is None else [mark("over", str(self.over_nano))]
        patient = [f"patient:{word}" for word in fold_words(self.patient)]
        return [*marks, *over, *patient, *fold_words(self.words)]

    @property
    def unfindable(self) -> bool:
        """Whether something was typed that holds no letter and no digit: nothing can match it."""
        return any(typed.strip() and not fold_words(typed) for typed in (self.words, self.patient))


def find_runs(query: Query, *, limit: int) -> list[AgentRun]:
    """The newest runs that match, at most that many, with what a list shows of them."""
    if query.unfindable:
        return []
    if not query.marks:
        return list(_newest(_bounded(AgentRun.objects.all(), query))[:limit])
    found = [*_find_open(query, limit), *_find_ended(query, limit), *_find_named(query)]
    by_age = sorted({run.pk: run for run in found}.values(), key=lambda run: (run.created_at, run.pk), reverse=True)
    return by_age[:limit]


def walk_runs(query: Query) -> Iterator[AgentRun]:
    """All runs that match, newest first, read a few hundred at a time; not more than `MOST`."""
    for _ in range(MOST // BATCH):
        runs = find_runs(query, limit=BATCH)
        yield from runs
        if len(runs) < BATCH:
            return
        query = replace(query, before=cursor_of(runs[-1]))


def cursor_of(run: AgentRun) -> str:
    """Where a page ends."""
    return f"{run.created_at.isoformat()}_{run.pk}"


def read_cursor(cursor: str) -> tuple[datetime, int]:
    """The moment and the key in a cursor; ValueError where it is none."""
    at, _, number = cursor.rpartition("_")
    moment, pk = datetime.fromisoformat(at), int(number)
    if moment.tzinfo is None or not 0 <= pk < 2**63:
        raise ValueError(cursor)
    return moment, pk


def _newest(runs: QuerySet[AgentRun]) -> QuerySet[AgentRun]:
    return runs.select_related("task_type", "conversation", "runfact").defer("briefing").order_by("-created_at", "-id")


def _bounded(runs: QuerySet[AgentRun], query: Query) -> QuerySet[AgentRun]:
    if query.since:
        runs = runs.filter(created_at__gte=query.since)
    if query.until:
        runs = runs.filter(created_at__lt=query.until)
    if query.before:
        moment, pk = read_cursor(query.before)
        # The first condition follows from the second, but only of the first PostgreSQL knows where to begin.
        runs = runs.filter(created_at__lte=moment).filter(Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=pk))
    return runs


def _find_ended(query: Query, limit: int) -> list[AgentRun]:
    """By the index, whose rows only say where to look; a row that fits no run is passed over."""
    if query.state in {ANY_OPEN, *OPEN}:
        return []
    rows = RunWords.objects.all()
    if query.since:
        rows = rows.filter(place__gte=first_place(query.since))
    if query.until:
        rows = rows.filter(place__lt=first_place(query.until))
    if query.before:
        rows = rows.filter(place__lt=place_of(*read_cursor(query.before)))
    places = find_newest(rows, words=query.marks, limit=limit)
    runs = _newest(AgentRun.objects.filter(pk__in=list(places)))
    return [run for run in runs if places[run.pk] == place_of(run.created_at, run.pk)]


def _find_open(query: Query, limit: int) -> list[AgentRun]:
    """Among the open runs, which are few: each has an index of its own for its state."""
    states = [state for state in OPEN if query.state in {"", ANY_OPEN, state}]
    if not states or query.outcome or query.policy:
        return []
    runs = _bounded(AgentRun.objects.filter(pk__in=_open_keys(states)), query)
    if query.task:
        runs = runs.filter(task_type__slug=query.task)
    if query.over_nano is not None:
        runs = runs.filter(cost_nano__gt=query.over_nano)
    if query.tool:
        runs = runs.filter(Exists(ToolCall.objects.filter(run=OuterRef("pk"), tool=query.tool)))
    for typed, in_text in ((query.words, True), (query.patient, False)):
        for word in fold_words(typed):
            runs = runs.filter(_holds(word, in_text=in_text))
    return list(_newest(runs)[:limit])


def _open_keys(states: list[RunStatus]) -> list[int]:
    """The keys alone and in no order: so each state's own small index is read, never the list of all runs."""
    return [
        pk
        for state in states
        for pk in AgentRun.objects.filter(status=state.value).order_by().values_list("pk", flat=True)
    ]


def _holds(word: str, *, in_text: bool) -> Q:
    """Whether an open run holds a word: on the card of a patient, or else anywhere. A number may stand in groups."""
    forms = {word, f"{word[:4]} {word[4:]}", f"{word[:5]} {word[5:]}"} if word.isdecimal() and len(word) > 5 else {word}
    match = Q()
    for form in forms:
        names = ("number", "mobile", "surname", "given")
        card = Q()
        for name in names:
            card |= Q(**{f"card__subject__{name}__icontains": form})
        if in_text:
            card |= Q(card__title__icontains=form) | Q(card__done__icontains=form)
            match |= Q(request__icontains=form) | Q(answer__icontains=form) | Q(asked_by__icontains=form)
        match |= Q(Exists(ToolCall.objects.filter(card, run=OuterRef("pk"))))
    return match


def _find_named(query: Query) -> list[AgentRun]:
    """The one run whose number or request id was typed, and nothing else asked for."""
    typed = query.words
    if query != Query(words=typed, since=query.since, until=query.until, before=query.before):
        return []
    runs = _newest(_bounded(AgentRun.objects.all(), query))
    if typed.isdecimal() and len(typed) < 10:
        return list(runs.filter(pk=int(typed)))
    try:
        return list(runs.filter(request_id=uuid.UUID(typed)))
    except ValueError:
        return []
