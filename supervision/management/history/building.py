"""The rows of one generated run, as the engine would have left them, with the figures by the engine's own count."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models

from agentops.domain.lifecycle import RunStatus
from agentops.domain.search import place_of, read_found
from agentops.models import AgentRun, Conversation, RunFact, RunWords, Step, ToolCall, count_run
from supervision.management.history.stories import STAFF
from supervision.management.history.trace import Row, Trace
from supervision.models import Decision, HandoffClosing


@dataclass(frozen=True, slots=True)
class Ended:
    """A run as far as the figures need it; the engine's `count_run` reads it as it reads its own row."""

    pk: int
    slug: str
    channel: str
    prompt_version: int
    iterations: int
    active_ms: int
    waited_ms: int
    tool_calls: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EndedCall:
    """A call as far as the figures need it."""

    tool: str
    tier: str
    status: str
    started_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended: what the engine's ending would have said."""

    status: RunStatus
    outcome: str
    answer: str
    note: str = ""
    handoff: str = ""


def rows_of(trace: Trace, verdict: Verdict) -> Iterator[tuple[type[models.Model], Row]]:
    """Every row of a run that was told to its end, each with the table it belongs to."""
    ended = Ended(trace.run, trace.kind.slug, trace.channel, 1, trace.turns, trace.active_ms, trace.waited_ms,
                  len(trace.calls), trace.created)  # fmt: skip
    policy = trace.world.policy(trace.created)
    yield Conversation, {"id": trace.talk, "channel": trace.channel, "on_the_line": False,
                         "opened_at": trace.created}  # fmt: skip
    said = trace.scene.fill(trace.rng.choice(trace.kind.said))
    yield AgentRun, _run_row(trace, ended, verdict, said=said)
    yield from ((Step, step) for step in trace.steps)
    if verdict.note:
        yield Step, trace.blank_step("note", "", "") | {"provider": "", "detail": verdict.note}
    found = read_found(texts=(said, "", verdict.answer), calls=[(row["tool"], row["card"]) for row in trace.calls],
                       status=verdict.status, outcome=verdict.outcome, task_type=trace.kind.slug,
                       cost_nano=trace.cost, policy_version=policy)  # fmt: skip
    yield RunWords, {"place": place_of(trace.created, trace.run), "run_id": trace.run, "words": found.words}
    counted = [
        EndedCall(row["tool"], row["tier"], row["status"], row["started_at"], row["expires_at"]) for row in trace.calls
    ]
    yield from ((ToolCall, row | {"card": json.dumps(row["card"])}) for row in trace.calls)
    yield from ((Decision, row) for row in trace.decisions)
    fact = count_run(
        ended, calls=counted, policy_version=policy, status=verdict.status, outcome=verdict.outcome,
        escalated=bool(verdict.handoff),
        provider="anthropic" if trace.steps else "", model=trace.steps[-1]["model"] if trace.steps else "",
        tokens=trace.tokens, cost_nano=trace.cost,
        unpriced=trace.unpriced, finished_at=trace.now,
    )  # fmt: skip
    yield RunFact, fact | {"tools": json.dumps(fact["tools"])}
    if verdict.handoff:
        username, who = trace.rng.choice(STAFF)
        closed = trace.now + timedelta(minutes=trace.rng.uniform(1, 90))
        yield HandoffClosing, {"run_id": trace.run, "user_id": trace.world.users.get(username), "who": who,
                               "note": "Called back.", "closed_at": closed}  # fmt: skip


def _run_row(trace: Trace, ended: Ended, verdict: Verdict, *, said: str) -> Row:
    limits = trace.world.limits
    return {
        "id": trace.run, "request_id": uuid.UUID(int=trace.rng.getrandbits(128), version=4),
        "conversation_id": trace.talk, "task_type_id": trace.world.types[trace.kind.slug],
        "request": said, "status": verdict.status, "outcome": verdict.outcome, "answer": verdict.answer,
        "handoff_reason": verdict.handoff, "handoff_summary": verdict.note, "generated": True,
        "stop_requested": verdict.status is RunStatus.CANCELLED, "max_iterations": limits.iterations,
        "max_tokens": limits.tokens, "max_active_ms": limits.active_ms, "max_tool_calls": limits.tool_calls,
        "max_identical_calls": limits.identical_calls, "iterations": ended.iterations, "tokens": trace.tokens,
        "active_ms": ended.active_ms, "waited_ms": ended.waited_ms, "tool_calls": ended.tool_calls,
        "cost_nano": trace.cost, "unpriced_calls": trace.unpriced, "lease_epoch": 1 + len(trace.decisions),
        "created_at": trace.created, "queued_at": trace.created, "rung_at": trace.created,
        "started_at": trace.created + timedelta(milliseconds=80), "finished_at": trace.now,
    }  # fmt: skip
