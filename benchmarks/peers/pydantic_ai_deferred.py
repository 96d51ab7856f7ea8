"""Pydantic AI: a tool that requires approval ends the run; its messages are stored, and a second run takes them up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic_ai import Agent, DeferredToolRequests, DeferredToolResults, RunContext
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.usage import RequestUsage

from benchmarks import dialogue
from benchmarks.peers.peer import Peer
from benchmarks.peers.store import Store, open_store


@dataclass(frozen=True)
class Desk:
    """What the tools are given."""

    run: str
    store: Store


def say_next(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    """The scripted model."""
    turn = sum(isinstance(message, ModelResponse) for message in messages)
    usage = RequestUsage(input_tokens=dialogue.TOKENS[0], output_tokens=dialogue.TOKENS[1])
    if turn == len(dialogue.CALLS):
        return ModelResponse(parts=[TextPart(dialogue.ANSWER)], usage=usage)
    tool, text = dialogue.CALLS[turn]
    return ModelResponse(parts=[ToolCallPart(tool, {"text": text}, tool_call_id=f"call_{turn}")], usage=usage)


agent = Agent(FunctionModel(say_next), deps_type=Desk, output_type=[str, DeferredToolRequests])


@agent.tool_plain
async def find_slots(text: str) -> str:
    """Find free slots."""
    return dialogue.SLOTS


@agent.tool_plain
async def read_patient(text: str) -> str:
    """Read a patient's record."""
    return dialogue.PATIENT


@agent.tool(requires_approval=True)
async def book_slot(context: RunContext[Desk], text: str) -> str:
    """Book a slot."""
    await context.deps.store.book(context.deps.run, text)
    return "booked"


@asynccontextmanager
async def open_peer(url: str) -> AsyncIterator[Peer]:
    """Pydantic AI with the minimal store."""
    async with open_store(url) as store:

        async def start(run: str) -> None:
            await store.add(run, dialogue.REQUEST)
            result = await agent.run(dialogue.REQUEST, deps=Desk(run, store))
            assert isinstance(result.output, DeferredToolRequests)
            await store.suspend(run, result.all_messages_json().decode())

        async def resume(run: str) -> str:
            messages = ModelMessagesTypeAdapter.validate_json(await store.read_state(run))
            proposed = [call.tool_call_id for call in messages[-1].tool_calls]  # type: ignore[union-attr]
            approved = DeferredToolResults(approvals=dict.fromkeys(proposed, True))
            result = await agent.run(message_history=messages, deferred_tool_results=approved, deps=Desk(run, store))
            await store.finish(run, result.all_messages_json().decode())
            return str(result.output)

        yield Peer(start, resume, store.is_waiting)
