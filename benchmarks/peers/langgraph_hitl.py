"""LangGraph: an agent with the human-in-the-loop middleware; PostgresSaver or SqliteSaver keeps every step."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Any, Literal

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from benchmarks import dialogue
from benchmarks.peers.database import sqlite_path
from benchmarks.peers.peer import CONNECTIONS, Peer

Durability = Literal["sync", "async", "exit"]


class ScriptedModel(BaseChatModel):
    """The scripted model."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Any, **_: Any) -> "ScriptedModel":
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        turn = sum(isinstance(message, AIMessage) for message in messages)
        taken, given = dialogue.TOKENS
        usage = {"input_tokens": taken, "output_tokens": given, "total_tokens": taken + given}
        content, calls = dialogue.ANSWER, []
        if turn < len(dialogue.CALLS):
            name, text = dialogue.CALLS[turn]
            content, calls = "", [{"name": name, "args": {"text": text}, "id": f"call_{turn}"}]
        message = AIMessage(content=content, tool_calls=calls, usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])


@tool
def find_slots(text: str) -> str:
    """Find free slots."""
    return dialogue.SLOTS


@tool
def read_patient(text: str) -> str:
    """Read a patient's record."""
    return dialogue.PATIENT


def booking_tool(book: Callable[[str, str], object]) -> Any:
    """The tool that a person must approve."""

    @tool
    def book_slot(text: str, config: RunnableConfig) -> str:
        """Book a slot."""
        book(config["configurable"]["thread_id"], text)
        return "booked"

    return book_slot


@contextmanager
def on_postgresql(url: str) -> Iterator[tuple[BaseCheckpointSaver, Callable[[str, str], object]]]:
    """The saver, and how to book beside it."""
    settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    with ConnectionPool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, kwargs=settings) as pool:
        pool.wait()
        saver = PostgresSaver(pool)  # type: ignore[arg-type]
        saver.setup()

        def book(run: str, slot: str) -> None:
            with pool.connection() as connection:
                connection.execute("INSERT INTO booking VALUES (%s, %s)", [run, slot])

        yield saver, book


@contextmanager
def on_sqlite(url: str) -> Iterator[tuple[BaseCheckpointSaver, Callable[[str, str], object]]]:
    """The saver, and how to book on the same connection, which it guards with a lock."""
    with closing(sqlite3.connect(sqlite_path(url), check_same_thread=False)) as connection:
        saver = SqliteSaver(connection)
        saver.setup()

        def book(run: str, slot: str) -> None:
            with saver.cursor() as cursor:
                cursor.execute("INSERT INTO booking VALUES (?, ?)", [run, slot])

        yield saver, book


@asynccontextmanager
async def open_peer(url: str, durability: Durability = "async") -> AsyncIterator[Peer]:
    """LangGraph; its durability "exit" keeps no steps, only where the run stopped."""
    with on_sqlite(url) if sqlite_path(url) else on_postgresql(url) as (saver, book):
        tools = [find_slots, read_patient, booking_tool(book)]
        ask = HumanInTheLoopMiddleware(interrupt_on={"book_slot": True})
        agent = create_agent(ScriptedModel(), tools, middleware=[ask], checkpointer=saver)

        def go_on(run: str, given: Any) -> dict[str, Any]:
            return agent.invoke(given, {"configurable": {"thread_id": run}}, durability=durability)

        def start(run: str) -> None:
            assert go_on(run, {"messages": [{"role": "user", "content": dialogue.REQUEST}]})["__interrupt__"]

        def resume(run: str) -> str:
            return go_on(run, Command(resume={"decisions": [{"type": "approve"}]}))["messages"][-1].content

        def is_waiting(run: str) -> bool:
            return bool(agent.get_state({"configurable": {"thread_id": run}}).interrupts)

        yield Peer(start, resume, is_waiting)
