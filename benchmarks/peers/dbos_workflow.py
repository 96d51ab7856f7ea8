"""DBOS: the loop is a durable workflow, every turn and tool a step; it waits in `recv` for what a person sends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowHandleAsync
from psycopg_pool import AsyncConnectionPool

from benchmarks import dialogue
from benchmarks.peers.peer import CONNECTIONS, Peer

DAY = 24 * 60 * 60
pool: AsyncConnectionPool
asked: dict[str, asyncio.Event] = {}
"""Set when a run of this process has asked; what is stored does not depend on it."""


@DBOS.step()
async def ask_model(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The scripted model."""
    turn = sum(message["role"] == "assistant" for message in messages)
    usage = dict(zip(("input_tokens", "output_tokens"), dialogue.TOKENS, strict=True))
    if turn == len(dialogue.CALLS):
        return {"role": "assistant", "content": dialogue.ANSWER, "usage": usage}
    tool, text = dialogue.CALLS[turn]
    call = {"id": f"call_{turn}", "name": tool, "input": {"text": text}}
    return {"role": "assistant", "content": "", "call": call, "usage": usage}


@DBOS.step()
async def find_slots(text: str) -> str:
    return dialogue.SLOTS


@DBOS.step()
async def read_patient(text: str) -> str:
    return dialogue.PATIENT


@DBOS.step()
async def book_slot(text: str) -> str:
    async with pool.connection() as connection:
        await connection.execute("INSERT INTO booking VALUES (%s, %s)", [DBOS.workflow_id, text])
    return "booked"


TOOLS = {"find_slots": find_slots, "read_patient": read_patient, "book_slot": book_slot}


@DBOS.workflow()
async def take_request(request: str) -> str:
    """The agent: asks the model, runs what it calls, and asks a person before it books."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": request}]
    while True:
        reply = await ask_model(messages)
        messages.append(reply)
        call = reply.get("call")
        if not call:
            return reply["content"]
        if call["name"] == "book_slot" and not await is_approved(call):
            return "Nobody agreed to it."
        result = await TOOLS[call["name"]](**call["input"])
        messages.append({"role": "tool", "id": call["id"], "content": result})


async def is_approved(call: dict[str, Any]) -> bool:
    """Publish what is asked, and wait for the answer."""
    await DBOS.set_event_async("question", call)
    if event := asked.pop(str(DBOS.workflow_id), None):
        event.set()
    return await DBOS.recv_async("decision", timeout_seconds=DAY) == "approve"


@asynccontextmanager
async def open_peer(url: str) -> AsyncIterator[Peer]:
    """DBOS, its system tables in the same database as the bookings."""
    global pool
    handles: dict[str, WorkflowHandleAsync[str]] = {}

    async def start(run: str) -> None:
        event = asked[run] = asyncio.Event()
        with SetWorkflowID(run):
            handles[run] = await DBOS.start_workflow_async(take_request, dialogue.REQUEST)
        await event.wait()

    async def resume(run: str) -> str:
        await DBOS.send_async(run, "approve", "decision")
        handle = handles.pop(run, None) or await DBOS.retrieve_workflow_async(run)
        return await handle.get_result()

    async def is_waiting(run: str) -> bool:
        status = await DBOS.get_workflow_status_async(run)
        question = await DBOS.get_event_async(run, "question", timeout_seconds=0)
        return bool(status and status.status == "PENDING" and question)

    pool = AsyncConnectionPool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, kwargs={"autocommit": True}, open=False)
    async with pool:
        await pool.wait()
        DBOS(config=DBOSConfig(name="desk", system_database_url=url, sys_db_pool_size=CONNECTIONS, log_level="ERROR"))
        DBOS.launch()
        try:
            yield Peer(start, resume, is_waiting)
        finally:
            DBOS.destroy()
