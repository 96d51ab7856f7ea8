"""Rows made without the machine: people, runs, steps, calls that wait; and the form of a request."""

import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp

from agentops.domain.arguments import digest_call
from agentops.domain.cards import Card, Change, Check, Mismatch, Subject
from agentops.domain.edits import Control, EditForm
from agentops.domain.policy.rules import Condition, Kind, Operator, Rule
from agentops.domain.policy.rules import Subject as Looked
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.search import place_of, read_found
from agentops.models import (
    AgentRun,
    CallEdit,
    Conversation,
    PolicyChange,
    RunWords,
    Step,
    TaskType,
    ToolCall,
    ToolPolicy,
)

ANA = Subject(surname="Gomez", given="Ana", born="14 May 1987", number="4821 077", mobile="07700 900123")
MOVE = Card(
    title="Move Ana Gomez to Thu 12 March, 2pm",
    question="Move Ana Gomez’s appointment to Thursday 12 March, 2pm, with Dr Patel?",
    yes="Yes, move and text Ana",
    no="No, do not move",
    doing="Move Ana Gomez to Thursday 12 March, 2pm",
    done="Moved Ana Gomez to Thursday 12 March, 2pm",
    subject=ANA,
    changes=[
        Change(label="When", now="Wednesday 11 March, 3:30pm", then="Thursday 12 March, 2pm"),
        Change(label="With", now="Dr Patel, room 4", then="Dr Patel, room 4"),
    ],
    checks=[Check(label="2pm is still free", ok=True)],
)
TWO_PM = Mismatch(
    said="after 3pm", proposed="2pm", text="Ana asked for a time after 3pm.", confirm="2pm is fine with Ana"
)


@cache
def hashed(password: str) -> str:
    """The real hash, which is slow on purpose, made once for all the people of the tests."""
    return make_password(password)


def person(name: str, given: str, family: str, role: str | None) -> User:
    user = User.objects.create(username=name, password=hashed("harbour-lane-desk"), first_name=given, last_name=family)
    if role:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def code_of(key: str, *, later: int = 0) -> str:
    """What an app with this key shows now, or so many half minutes later."""
    return f"{totp(bytes.fromhex(key), drift=later):06}"


def task_type(slug: str = "moving", name: str = "Moving") -> TaskType:
    defaults = {"name": name, "description": name, "toolset": "clinic", "prompt": "Work."}
    return TaskType.objects.get_or_create(slug=slug, defaults=defaults)[0]


def add_run(request: str = "Could I do Thursday, any time after three?", **fields: Any) -> AgentRun:
    now = timezone.now()
    talk = fields.pop("conversation", None) or Conversation.objects.create(
        channel=fields.pop("channel", "phone"), on_the_line=fields.pop("on_the_line", False), opened_at=now
    )
    values: dict[str, Any] = {
        "conversation": talk,
        "ordinal": AgentRun.objects.filter(conversation=talk).count(),
        "task_type": fields.pop("task_type", None) or task_type(),
        "request": request,
        "status": "suspended",
        "max_iterations": 10,
        "max_tokens": 50_000,
        "max_active_ms": 30_000,
        "max_tool_calls": 15,
        "max_identical_calls": 3,
        "created_at": now,
        "queued_at": now,
        "rung_at": now,
        "started_at": now,
    }
    return AgentRun.objects.create(**{**values, **fields})


def index_run(run: AgentRun, *, policy_version: int = 1) -> AgentRun:
    """Put an ended run where the run list finds it, as the engine does with its end."""
    found = read_found(
        texts=(run.request, run.asked_by, run.answer),
        calls=run.calls.values_list("tool", "card"),
        status=run.status,
        outcome=run.outcome,
        task_type=run.task_type.slug,
        cost_nano=run.cost_nano,
        policy_version=policy_version,
    )
    RunWords.objects.create(place=place_of(run.created_at, run.pk), run_id=run.pk, words=found.words)
    return run


def add_step(run: AgentRun, *, words: str = "", **fields: Any) -> Step:
    values: dict[str, Any] = {
        "seq": run.steps.count(),
        "kind": "model",
        "decision": "select_tool",
        "provider": "offline",
        "model": "offline-planner",
        "content": [{"type": "text", "text": words}] if words else [],
        "started_at": timezone.now(),
        "duration_ms": 400,
    }
    return Step.objects.create(run=run, **{**values, **fields})


def add_call(
    card: Card | dict[str, Any] | None = MOVE,
    *,
    run: AgentRun | None = None,
    step: Step | None = None,
    tier: str = "risky",
    status: str = "awaiting",
    expires_at: datetime | None = None,
    **fields: Any,
) -> ToolCall:
    run = run or add_run()
    step = step or add_step(run)
    tool = fields.pop("tool", "reschedule_appointment")
    arguments = json.dumps({"appointment_id": 3}, separators=(",", ":"))
    values: dict[str, Any] = {
        "position": step.calls.count(),
        "tool_use_id": "tu_1",
        "tool": tool,
        "arguments": arguments,
        "digest": digest_call(tool=tool, arguments=arguments),
        "effect": "transactional",
        "card": card.model_dump(mode="json") if isinstance(card, Card) else card,
        "rule": "“Hard to undo” always needs a person.",
        "proposed_at": timezone.now(),
        "expires_at": expires_at or (None if tier in {"read", "safe"} else timezone.now() + timedelta(minutes=20)),
    }
    return ToolCall.objects.create(run=run, step=step, tier=tier, status=status, **{**values, **fields})


def add_edit(call: ToolCall | None = None, *controls: Control, **fields: Any) -> CallEdit:
    """A form that changes a call first, as a worker answered it."""
    call, now = call or add_call(), timezone.now()
    form = EditForm(controls=list(controls)).model_dump(mode="json")
    values: dict[str, Any] = {"who": "Priya Nair", "version": call.version, "digest": call.digest, "asked_at": now}
    return CallEdit.objects.create(call=call, **{**values, "answered_at": now, "form": form, **fields})


def answer(client: Client, call: ToolCall, choice: str = "yes", **fields: Any) -> Any:
    """Send the form of a request as the page would, with anything in it replaced."""
    data = {"answer": choice, "version": call.version, "digest": call.digest, **fields}
    return client.post(f"/requests/{call.pk}/answer/", data)


NOTICE = Looked(source="fact", name="notice_hours", kind=Kind.NUMBER, words="hours of notice")


def add_policy(tool: str = "book_appointment") -> ToolPolicy:
    """A tool's policy with a rule, one earlier version, and a change that waits for a second admin."""
    near = Condition(subject=NOTICE, operator=Operator.UNDER, value=48.0)
    before = ToolSetting(tier="risky")
    now = before.model_copy(
        update={"rules": (Rule(number=1, conditions=(near,), confirmation="two"),), "per_day": 40, "last_rule": 1}
    )
    shorter = now.model_copy(update={"hold_seconds": 10})
    columns = {"label": "Book an appointment", "floor": "risky", "described": True, "version": 2}
    policy = ToolPolicy.objects.create(
        tool=tool, subjects=[NOTICE.model_dump(mode="json")], **columns, **now.model_dump(mode="json")
    )
    made = {"kind": "tool", "subject": tool, "who": "Leo Marsh", "at": timezone.now()}
    PolicyChange.objects.create(
        **made, base_version=1, version=2, state="in_force", reason="Two went wrong on short notice.",
        before=before.model_dump(mode="json"), after=now.model_dump(mode="json"), settled_at=timezone.now(),
    )  # fmt: skip
    PolicyChange.objects.create(
        **made, base_version=2, state="waiting", reason="Callers hang up while it is held.",
        before=now.model_dump(mode="json"), after=shorter.model_dump(mode="json"),
    )  # fmt: skip
    return policy
