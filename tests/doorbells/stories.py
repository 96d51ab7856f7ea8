"""Runs that differ, told by their number: what the model says, what the person answers, which tools act."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from agentops.domain.lifecycle import Effect
from agentops.domain.messages import FailureKind, ModelFailure, ModelReply, ModelRequest
from agentops.domain.outcomes import ToolError
from agentops.domain.tiers import ActionTier
from agentops.llm.models import use_model
from agentops.models import AgentRun, Conversation, ToolCall
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, call, plugged_in, say, toy
from tests.toys import answer, begin, make_task, set_tier

NUMBER = re.compile(r"story (\d+)")
CHANNEL = "text"


class Narrator:
    """A model that tells each run's story by the number in its request: four acts of every effect, then the end."""

    provider = "offline"

    def ask(self, request: ModelRequest) -> ModelReply:
        """The line of this story that comes after the turns so far."""
        found = NUMBER.search(request.messages[0]["content"][0]["text"])
        assert found
        number = int(found[1])
        turn = sum(message["role"] == "assistant" for message in request.messages)
        lines = [
            call(("look", {"text": "a"}), ("send", {"text": f"{number}"})),
            call(("note", {"text": "n"}), ("book", {"text": f"{number}"}), ("send", {"text": "second"})),
            say("Is that all?" if number % 2 else "It is done."),
        ]
        if number % 7 == 3 and turn == 1:
            raise ModelFailure(FailureKind.KEY_REJECTED, "played")
        said: ModelReply = lines[turn]
        return said


@dataclass
class Told:
    """What tools did, by the number of the story and the tool."""

    effects: Counter[tuple[str, int]] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)

    def act(self, tool: str, context: ToolContext) -> None:
        """One effect; a key that is known adds none for a tool that honours keys."""
        if tool == "note" and context.key in self.keys:
            return
        self.keys.add(context.key)
        self.effects[(tool, context.run_id)] += 1

    def tools(self) -> list[Any]:
        """The tools of every story."""

        def look(context: ToolContext, args: Note) -> Answer:
            return Answer(text="seen")

        def note(context: ToolContext, args: Note) -> Answer:
            self.act("note", context)
            return Answer()

        def send(context: ToolContext, args: Note) -> Answer:
            if args.text.endswith("5"):
                raise ToolError("refused", "The other side refused.", suggestion="Leave it.")
            self.act("send", context)
            return Answer()

        def book(context: ToolContext, args: Note) -> Answer:
            Conversation.objects.create(channel=CHANNEL, opened_at=timezone.now())
            self.effects[("book", context.run_id)] += 1
            return Answer()

        risky = {"floor": ActionTier.RISKY}
        return [
            toy("look", look),
            toy("note", note, effect=Effect.IDEMPOTENT),
            toy("send", send, effect=Effect.NON_IDEMPOTENT, **risky),
            toy("book", book, effect=Effect.TRANSACTIONAL, local=True, **risky),
        ]


@contextmanager
def open_stories() -> Iterator[Told]:
    """Plug narrator and tools in."""
    make_task(max_active_ms=600_000)
    for tool, tier in {"look": "read", "note": "safe", "send": "risky", "book": "destructive"}.items():
        set_tier(tool, tier)
    told = Told()
    with plugged_in(*told.tools()), use_model(Narrator()):
        yield told


def begin_stories(count: int) -> list[int]:
    """Start that many runs; the run of each story, in order."""
    return [begin(f"Please play story {number}.") for number in range(count)]


def answer_one(waiting: ToolCall, *, first: int) -> None:
    """The person's answer, which depends on the story and on the tool alone."""
    answer(waiting, yes=(waiting.run_id - first + len(waiting.tool)) % 4 != 0)


def retell(run_ids: list[int], told: Told) -> list[tuple[Any, ...]]:
    """What became of each story, without times and without the numbers that rows happened to get."""
    return [_retell_one(run_id, told) for run_id in run_ids]


def _retell_one(run_id: int, told: Told) -> tuple[Any, ...]:
    run = AgentRun.objects.get(pk=run_id)
    calls = [
        (call.tool, call.arguments, call.status, call.decided_by, call.attempts, (call.result or {}).get("code"))
        for call in ToolCall.objects.filter(run=run)
    ]
    steps = [(step.kind, step.failure, len(step.content)) for step in run.steps.all()]
    effects = {tool: told.effects[(tool, run_id)] for tool in ("note", "send", "book")}
    return run.status, run.outcome, run.answer, run.iterations, run.tool_calls, run.lease_losses, calls, steps, effects
