"""Histories made at random: raw rows first, then each run ended by the machine's own verb, which writes its figures."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.db import transaction

from agentops.domain.lifecycle import RunStatus
from agentops.ledger.endings import Ending, close_run
from agentops.ledger.progress import Totals
from agentops.ledger.reading import find_run
from agentops.models import AgentRun, Conversation, PolicyChange, Step, TaskType, ToolCall

TOOLS = ("find_slots", "book_appointment", "cancel_appointment")
TIERS = {"find_slots": "read", "book_appointment": "risky", "cancel_appointment": "destructive"}
TASKS = ("booking", "moving", "faq")
ENDINGS = (
    ("completed", "answered", ""), ("completed", "answered", ""), ("completed", "asked_back", ""),
    ("limit_reached", "limit_iterations", "It used all its steps."), ("handed_off", "asked_for_a_person", "Asked."),
    ("failed", "unavailable", "The model could not be reached."), ("cancelled", "cancelled", ""),
)  # fmt: skip
CALL_STATES = ("succeeded", "succeeded", "failed", "rejected", "refused", "superseded", "happened", "expired")
RAN = frozenset({"succeeded", "failed", "happened"})


@dataclass(frozen=True, slots=True)
class Decided:
    """A change of policy, and how many hours ago it was settled: `version` where it came into force."""

    kind: str
    subject: str
    hours: int
    state: str = "in_force"
    version: int | None = None


CHANGES = (
    Decided("tool", "find_slots", 200, version=2), Decided("task_type", "faq", 30, version=2),
    Decided("tool", "find_slots", 70, version=3), Decided("tool", "book_appointment", 50, "declined"),
    Decided("tool", "book_appointment", 0, "waiting"), Decided("tool", "cancel_appointment", 70, version=2),
)  # fmt: skip


def add_change(change: Decided, *, now: datetime) -> None:
    """Write down what became of a change of policy."""
    PolicyChange.objects.create(
        kind=change.kind, subject=change.subject, base_version=1, version=change.version, state=change.state,
        before={}, after={}, reason="For the test.", who="Leo", at=now - timedelta(hours=change.hours + 1),
        settled_at=None if change.state == "waiting" else now - timedelta(hours=change.hours),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """How one run went. `ends_after` is in minutes from its beginning; None: it is still open."""

    task: str
    channel: str
    ending: int
    starts: datetime
    ends_after: int | None
    turns: tuple[tuple[str, int | None], ...]
    calls: tuple[tuple[str, str], ...]
    active_ms: int
    waited_ms: int


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def draw_shape(dice: random.Random, *, now: datetime, days: int) -> Shape:
    """One run by chance, that began within so many days before now."""
    return Shape(
        task=dice.choice(TASKS),
        channel=dice.choice(["phone", "text"]),
        ending=dice.randrange(len(ENDINGS)),
        starts=now - timedelta(seconds=dice.randrange(1, days * 86_400)),
        ends_after=dice.choice([None, 0, 1, 30, 4_000]),
        turns=tuple(
            (dice.choice(["sonnet", "haiku"]), dice.choice([None, 0, 7, 12_345_678, dice.randrange(10**9)]))
            for _ in range(dice.randrange(5))
        ),
        calls=tuple((dice.choice(TOOLS), dice.choice(CALL_STATES)) for _ in range(dice.randrange(5))),
        active_ms=dice.choice([0, 5, 99, 100, 101, 9_999, 10_000, dice.randrange(60_000)]),
        waited_ms=dice.choice([0, dice.randrange(10**8)]),
    )


def write_history(shapes: list[Shape], *, now: datetime) -> None:
    """The rows of these runs, those that ended by now closed by the ledger at their time."""
    types = {slug: _task_type(slug) for slug in TASKS}
    for change in CHANGES:
        add_change(change, now=now)
    for shape in shapes:
        _write_run(shape, task=types[shape.task], now=now)


def _task_type(slug: str) -> TaskType:
    values: dict[str, Any] = {"name": slug.capitalize(), "description": slug, "toolset": "clinic", "prompt": "Work."}
    return TaskType.objects.get_or_create(slug=slug, defaults={**values, "prompt_version": 1 + TASKS.index(slug)})[0]


def _write_run(shape: Shape, *, task: TaskType, now: datetime) -> None:
    starts = shape.starts
    ends = None if shape.ends_after is None else starts + timedelta(minutes=shape.ends_after)
    talk = Conversation.objects.create(channel=shape.channel, opened_at=starts)
    run = AgentRun.objects.create(
        conversation=talk, task_type=task, request="A request", status="running", max_iterations=50, max_tokens=10**6,
        max_active_ms=10**6, max_tool_calls=50, max_identical_calls=3, iterations=len(shape.turns),
        active_ms=shape.active_ms, waited_ms=shape.waited_ms, tool_calls=len(shape.calls), created_at=starts,
        queued_at=starts, rung_at=starts, started_at=starts,
    )  # fmt: skip
    step = _write_steps(shape, run)
    ToolCall.objects.bulk_create(_call(run, step, n, tool, state) for n, (tool, state) in enumerate(shape.calls))
    if ends is None or ends > now:
        return
    costs = [cost for _, cost in shape.turns]
    totals = Totals(0, sum(cost or 0 for cost in costs), costs.count(None))
    status, outcome, reason = ENDINGS[shape.ending]
    ending = Ending(RunStatus(status), outcome, "Said.", handoff_reason=reason)
    speaker = ("anthropic", shape.turns[-1][0]) if shape.turns else ("", "")
    with time_machine.travel(ends, tick=False):
        close_run(find_run(run.pk).run, ending=ending, totals=totals, speaker=speaker)


def _write_steps(shape: Shape, run: AgentRun) -> Step:
    for seq, (model, cost) in enumerate(shape.turns):
        Step.objects.create(
            run=run, seq=seq, kind="model", decision="select_tool", provider="anthropic", model=model, cost_nano=cost,
            started_at=shape.starts,
        )  # fmt: skip
    return Step.objects.create(run=run, seq=99, kind="note", started_at=shape.starts)


def _call(run: AgentRun, step: Step, position: int, tool: str, state: str) -> ToolCall:
    ran = state in RAN
    return ToolCall(
        run=run, step=step, position=position, tool_use_id=f"tu_{position}", tool=tool, arguments="{}", digest="0" * 64,
        tier=TIERS[tool], effect="read", status=state, decided_by="Priya", proposed_at=run.created_at,
        started_at=run.created_at if ran else None, expires_at=run.created_at if TIERS[tool] != "read" else None,
        result={"status": "permanent_error", "code": "gone", "message": "Gone."} if state == "failed" else None,
    )  # fmt: skip
