"""OpenAI Agents SDK: a tool that needs approval interrupts the run; its RunState is stored, approved, and run on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from agents import Agent, ModelResponse, RunConfig, RunContextWrapper, Runner, RunState, Usage, function_tool
from agents.models.interface import Model
from agents.testing import assistant_message, function_call

from benchmarks import dialogue
from benchmarks.peers.peer import Peer
from benchmarks.peers.store import Store, open_store

OFFLINE = RunConfig(tracing_disabled=True)  # its traces would leave the machine


class ScriptedModel(Model):
    """The scripted model: says its line by the number of its calls in the input."""

    async def get_response(self, system_instructions: Any, input: Any, *_: Any, **__: Any) -> ModelResponse:
        items = [] if isinstance(input, str) else input
        turn = sum(item.get("type") == "function_call" for item in items)
        taken, given = dialogue.TOKENS
        usage = Usage(requests=1, input_tokens=taken, output_tokens=given, total_tokens=taken + given)
        if turn == len(dialogue.CALLS):
            return ModelResponse(output=[assistant_message(dialogue.ANSWER)], usage=usage, response_id=None)
        tool, text = dialogue.CALLS[turn]
        call = function_call(tool, {"text": text}, call_id=f"call_{turn}")
        return ModelResponse(output=[call], usage=usage, response_id=None)

    def stream_response(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError


@function_tool
async def find_slots(text: str) -> str:
    """Find free slots."""
    return dialogue.SLOTS


@function_tool
async def read_patient(text: str) -> str:
    """Read a patient's record."""
    return dialogue.PATIENT


def booking_tool(store: Store) -> Any:
    """The tool that a person must approve."""

    @function_tool(needs_approval=True)
    async def book_slot(context: RunContextWrapper[dict[str, str]], text: str) -> str:
        """Book a slot."""
        await store.book(context.context["run"], text)
        return "booked"

    return book_slot


@asynccontextmanager
async def open_peer(url: str) -> AsyncIterator[Peer]:
    """The Agents SDK with the minimal store."""
    async with open_store(url) as store:
        agent = Agent(name="desk", model=ScriptedModel(), tools=[find_slots, read_patient, booking_tool(store)])

        async def start(run: str) -> None:
            await store.add(run, dialogue.REQUEST)
            result = await Runner.run(agent, dialogue.REQUEST, context={"run": run}, run_config=OFFLINE)
            assert result.interruptions
            await store.suspend(run, result.to_state().to_string())

        async def resume(run: str) -> str:
            state: RunState[Any, Any] = await RunState.from_string(agent, await store.read_state(run))
            for interruption in state.get_interruptions():
                state.approve(interruption)
            result = await Runner.run(agent, state, run_config=OFFLINE)
            await store.finish(run, result.to_state().to_string())
            return str(result.final_output)

        yield Peer(start, resume, store.is_waiting)
