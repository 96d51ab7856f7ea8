"""A browser's end of the desk's socket, spoken to over ASGI."""

import asyncio
import json
from typing import Any

from asgiref.testing import ApplicationCommunicator

from agentops.asgi import application

PATIENCE_S = 3
HEARING_S = 15


class Socket:
    """Opens, reads and writes one socket."""

    def __init__(self, headers: list[tuple[bytes, bytes]]) -> None:
        scope = {"type": "websocket", "path": "/live/", "query_string": b"", "headers": headers, "subprotocols": []}
        self.ends = ApplicationCommunicator(application, scope)

    async def connect(self) -> int | None:
        """None where the server let us in, else its close code."""
        await self.ends.send_input({"type": "websocket.connect"})
        event = await self.ends.receive_output(PATIENCE_S)
        return None if event["type"] == "websocket.accept" else int(event.get("code") or 0)

    async def send(self, text: str | None = None, data: bytes | None = None) -> None:
        """Say something that nobody wants to hear."""
        await self.ends.send_input({"type": "websocket.receive", "text": text, "bytes": data})

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message of that kind. Others may come meanwhile; they do not make the wait longer."""
        async with asyncio.timeout(HEARING_S):
            while True:
                event = await self.ends.receive_output(HEARING_S)
                assert event["type"] == "websocket.send", event
                message: dict[str, Any] = json.loads(event["text"])
                if message["kind"] == kind:
                    return message

    async def hear_close(self) -> int:
        """The code with which the server hangs up."""
        while True:
            event = await self.ends.receive_output(PATIENCE_S)
            if event["type"] == "websocket.close":
                return int(event["code"])

    async def leave(self) -> None:
        """Hang up."""
        await self.ends.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.ends.wait(PATIENCE_S)
