"""A model that says what the test wrote down, and a toolset with one tool of each effect."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from agentops.domain.cards import Card, Change, Check
from agentops.domain.lifecycle import Effect
from agentops.domain.messages import Block, ModelFailure, ModelReply, ModelRequest, StopReason
from agentops.domain.pricing import Usage
from agentops.domain.tiers import ActionTier
from agentops.domain.validation import OutputRules
from agentops.tools.registry import Tool, ToolContext, Toolset, register_toolset, unregister_toolset

Line = ModelReply | ModelFailure | Callable[[ModelRequest], ModelReply]


def say(text: str, *, stop: StopReason = StopReason.END_TURN) -> ModelReply:
    """A reply of words only."""
    return _reply([{"type": "text", "text": text}], stop)


def call(*calls: tuple[str, Any], text: str = "", ids: tuple[str, ...] = ()) -> ModelReply:
    """A reply that proposes calls: (tool, input) each."""
    blocks: list[Block] = [{"type": "text", "text": text}] if text else []
    names = ids or tuple(f"toolu_{name}_{index}" for index, (name, _) in enumerate(calls))
    blocks += [
        {"type": "tool_use", "id": use_id, "name": name, "input": given}
        for use_id, (name, given) in zip(names, calls, strict=True)
    ]
    return _reply(blocks, StopReason.TOOL_USE)


def _reply(blocks: list[Block], stop: StopReason) -> ModelReply:
    usage = Usage(input_tokens=100, output_tokens=20)
    return ModelReply(content=blocks, stop_reason=stop, usage=usage, model="scripted-1", provider="offline")


class ScriptedModel:
    """Says its lines by the number of assistant turns it is shown, so that a repeated request gets the same line."""

    provider = "offline"

    def __init__(self, *lines: Line, by_turn: bool = True) -> None:
        self.lines = lines
        self.by_turn = by_turn
        self.requests: list[ModelRequest] = []

    def ask(self, request: ModelRequest) -> ModelReply:
        """The next line; a test that asks for more lines than it wrote fails."""
        self.requests.append(request)
        turn = sum(message["role"] == "assistant" for message in request.messages)
        line = self.lines[turn if self.by_turn else len(self.requests) - 1]
        if isinstance(line, ModelFailure):
            raise line
        return line(request) if callable(line) else line


class Note(BaseModel):
    """What every toy tool takes."""

    model_config = ConfigDict(extra="forbid")
    text: str = ""


class Answer(BaseModel):
    """What every toy tool gives."""

    text: str = "done"


def describe(_: ToolContext, args: Note) -> Card:
    """A complete card, so that a toy call can be approved."""
    return Card(
        title=f"Act: {args.text}",
        question=f"Act with {args.text}?",
        yes="Yes, act",
        no="No, do not act",
        doing=f"Act with {args.text}",
        done=f"Acted with {args.text}",
        changes=[Change(label="Text", now="None", then=args.text)],
        checks=[Check(label="It is a toy", ok=True)],
    )


def toy(
    name: str,
    run: Callable[[ToolContext, Any], BaseModel],
    *,
    effect: Effect = Effect.READ,
    floor: ActionTier | None = ActionTier.READ,
    **more: Any,
) -> Tool:
    """A tool for one test."""
    return Tool(
        name=name,
        description=f"Toy tool {name}.",
        input=Note,
        output=Answer,
        run=run,
        effect=effect,
        floor=floor,
        **{"describe": describe, **more},
    )


def _brief(_: datetime) -> str:
    return "Toys only."


def _rules(_: int, __: tuple[str, ...]) -> OutputRules:
    return OutputRules()


@contextmanager
def plugged_in(*tools: Tool, name: str = "toys") -> Iterator[None]:
    """Plug a toolset of these tools in for the length of the block."""
    register_toolset(Toolset(name=name, tools=tools, briefing=_brief, output_rules=_rules))
    try:
        yield
    finally:
        unregister_toolset(name)
