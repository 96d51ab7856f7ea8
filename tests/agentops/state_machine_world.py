"""The world of the state machine: five toy tools that count what they do, three people, and time that can be moved."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest import mock

from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.db.models import F

from agentops import after_commit
from agentops.domain.cards import Card
from agentops.domain.edits import Control, ControlKind, EditForm
from agentops.domain.lifecycle import Effect
from agentops.domain.outcomes import ToolError
from agentops.domain.tiers import ActionTier
from agentops.llm.models import use_model
from agentops.models import (
    AgentRun,
    AuditEntry,
    AuditHead,
    CallEdit,
    Confirmation,
    Conversation,
    PolicyChange,
    RunFact,
    Step,
    ToolCall,
    ToolPolicy,
)
from agentops.runner import heartbeat
from agentops.tools import execution
from agentops.tools.registry import Editing, Tool, ToolContext
from supervision.actions import answers
from supervision.models import Decision
from tests.agentops.state_machine_workers import Stage
from tests.scripted import Answer, Note, describe, plugged_in, toy
from tests.toys import make_task

CALL_ID = re.compile(r"^handrail-call-(\d+)-")
TIERS = {"look": "read", "note": "safe", "send": "risky", "book": "risky", "purge": "destructive", "hang": "risky"}
EFFECTS = {
    "look": Effect.READ,
    "note": Effect.IDEMPOTENT,
    "send": Effect.NON_IDEMPOTENT,
    "book": Effect.TRANSACTIONAL,
    "purge": Effect.NON_IDEMPOTENT,
    "hang": Effect.NON_IDEMPOTENT,
}
HOLDS = {"send": 120, "book": 120}
"""Seconds for which a yes can be taken back: the longest there is, so that no slow machine ends a hold by itself."""

NEVER_SECONDS = 600.0
TABLE = "state_machine_bookings"


@dataclass
class World:
    """What really happened, told by nobody's rows; and the doorbells nobody has answered yet."""

    effects: list[tuple[str, int]] = field(default_factory=list)
    received: dict[str, str] = field(default_factory=dict)
    bells: list[int] = field(default_factory=list)
    edit_bells: list[int] = field(default_factory=list)

    def act(self, tool: str, context: ToolContext, arguments: Note) -> None:
        """An effect outside; a service that honours keys does one thing once for one key."""
        call_id = read_call_id(context)
        given = arguments.model_dump_json()
        if self.received.setdefault(context.key, given) != given:
            raise AssertionError("one key came with two sets of arguments")
        known = EFFECTS[tool] is Effect.IDEMPOTENT and (tool, call_id) in self.effects
        if EFFECTS[tool] is not Effect.READ and not known:
            self.effects.append((tool, call_id))

    def count(self, call_id: int) -> int:
        """How often this call took effect, outside or in this database."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {TABLE} WHERE call_id = %s", [call_id])
            booked = int(cursor.fetchone()[0])
        return booked + sum(found == call_id for _, found in self.effects)


def read_call_id(context: ToolContext) -> int:
    """The call behind an idempotency key."""
    found = CALL_ID.match(context.key)
    assert found, context.key
    return int(found[1])


def make_tools(stage: Stage, world: World) -> list[Tool]:
    """One tool of each effect that stands still when asked, a transactional one, and one that never answers in time."""

    def standing(name: str) -> Any:
        return lambda context, arguments: stage.run_tool(name, context, arguments)

    def book(context: ToolContext, arguments: Note) -> Answer:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} VALUES (%s)", [read_call_id(context)])
        if arguments.text == "a":
            raise ToolError("full", "It is full.", suggestion="Take another.")
        if arguments.text == "b":
            raise RuntimeError("it broke in the middle")
        return Answer()

    def hang(context: ToolContext, arguments: Note) -> Answer:
        world.act("hang", context, arguments)
        raise TimeoutError("no answer came")

    runs = {name: standing(name) for name in TIERS} | {"book": book, "hang": hang}
    return [
        toy(
            name,
            runs[name],
            effect=EFFECTS[name],
            floor=ActionTier.READ,
            local=EFFECTS[name] is Effect.TRANSACTIONAL,
            timeout_s=NEVER_SECONDS,
            describe=describe_delicate,
            editing=Editing(fields=("text",), offer=offer_words),
        )
        for name in TIERS
    ]


def describe_delicate(context: ToolContext, arguments: Note) -> Card:
    """What is done with this text needs two people, where it asks anybody at all."""
    reasons = ["It is a b."] if arguments.text == "b" else []
    return describe(context, arguments).model_copy(update={"two_people": reasons})


def offer_words(_: ToolContext, arguments: Note, given: Mapping[str, str]) -> EditForm:
    """Staff may put in any text instead."""
    return EditForm(controls=[Control(name="text", label="Text", kind=ControlKind.TEXT, value=arguments.text)])


def cast() -> tuple[list[User], list[User]]:
    """Three people at the desk and two admins."""
    names = [("Priya", "Nair"), ("Mo", "Ali"), ("Ida", "Berg"), ("Leo", "Marsh"), ("Nora", "Lind")]
    people = []
    for first, last in names:
        user, _ = User.objects.get_or_create(username=first.lower(), defaults={"first_name": first, "last_name": last})
        user.groups.add(Group.objects.get_or_create(name="admin" if first in {"Leo", "Nora"} else "front desk")[0])
        people.append(user)
    return people[:3], people[3:]


@transaction.atomic
def wipe() -> None:
    """Begin a new history: no runs, no decisions, the tools' tiers as they were."""
    records = (CallEdit, Confirmation, PolicyChange, AuditEntry, AuditHead, Decision, RunFact)
    for model in (*records, ToolCall, Step, AgentRun, Conversation, ToolPolicy):
        model.objects.all()._raw_delete(model.objects.db)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (call_id integer)")
        cursor.execute(f"DELETE FROM {TABLE}")
    roomy: dict[str, Any] = {"max_iterations": 8, "max_tokens": 40_000, "max_tool_calls": 8, "max_active_ms": 600_000}
    roomy["answer_minutes"] = 600
    make_task("toying", **roomy)
    make_task("tight", **{**roomy, "max_iterations": 3, "max_tokens": 3_000, "max_tool_calls": 2})
    ToolPolicy.objects.bulk_create(
        ToolPolicy(tool=tool, tier=tier, floor="read", described=True, hold_seconds=HOLDS.get(tool, 0))
        for tool, tier in TIERS.items()
    )


@transaction.atomic
def let_pass(seconds: float) -> None:
    """Let time pass: every moment that the rows hold moves into the past."""
    delta = timedelta(seconds=seconds)
    moments = ("rung_at", "queued_at", "lease_expires_at", "suspended_at", "charged_at")
    AgentRun.objects.filter(finished_at=None).update(**{name: F(name) - delta for name in moments})
    ToolCall.objects.filter(finished_at=None).update(
        expires_at=F("expires_at") - delta,
        decided_at=F("decided_at") - delta,
        held_until=F("held_until") - delta,
    )
    CallEdit.objects.filter(answered_at=None).update(asked_at=F("asked_at") - delta)


def as_stored(arguments: str) -> Note:
    """The stored bytes as the tool must receive them."""
    return Note(**json.loads(arguments))


@contextmanager
def playing(stage: Stage, world: World) -> Iterator[None]:
    """Put the stage, the tools and the bells in the place of the model, the toolset and the broker."""
    with ExitStack() as stack:
        stack.enter_context(plugged_in(*make_tools(stage, world)))
        stack.enter_context(use_model(stage))
        stack.enter_context(mock.patch.object(after_commit, "_ring", world.bells.append))
        stack.enter_context(mock.patch.object(after_commit, "_ring_for_edit", world.edit_bells.append))
        stack.enter_context(mock.patch.object(execution, "BACKOFF_SECONDS", 0.0))
        # The heartbeat beats when the history says so, and a card may be answered as soon as it is seen.
        stack.enter_context(mock.patch.object(heartbeat, "renew_leases", lambda leases: 0))
        stack.enter_context(mock.patch.object(answers, "MIN_SECONDS_ON_SCREEN", 0.0))
        stack.enter_context(stage.dying_at_commits())
        yield
