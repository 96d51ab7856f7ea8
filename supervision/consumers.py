"""The socket of an open desk: hints go out, nothing comes in. Decisions are forms."""

import asyncio
import contextlib
from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest

from supervision.roles import Permission, may, role_of

GROUP = "desk"
RECHECK_SECONDS = 4.0
"""Whoever was shut out hears nothing any more within five."""
PING_SECONDS = 2.0
"""A page that has heard nothing for twice as long says that it is not live."""
NOT_SIGNED_IN = 4401
NOT_ALLOWED = 4403
TOO_MUCH = 4400
MOST_MESSAGES = 3


@database_sync_to_async  # type: ignore[untyped-decorator]
def find_objection(session_key: str | None) -> int | None:
    """The close code for this session as it stands in the database now, or None where it may watch."""
    if not session_key:
        return NOT_SIGNED_IN
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = auth.get_user(request)
    if not user.is_authenticated:
        return NOT_SIGNED_IN
    return None if may(role_of(user), Permission.SEE_QUEUE) else NOT_ALLOWED


class DeskConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """Passes hints on to one browser for as long as its session, account and role hold."""

    async def connect(self) -> None:
        """Accept nobody whose session does not hold."""
        self.watch: asyncio.Task[None] | None = None
        self.received = 0
        self.session_key = self.scope["session"].session_key
        objection = await find_objection(self.session_key)
        if objection:
            await self.close(code=objection)
            return
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()
        self.watch = asyncio.create_task(self._keep_watch_until_gone())

    async def disconnect(self, code: int) -> None:
        """Leave the group and stop watching."""
        await self.channel_layer.group_discard(GROUP, self.channel_name)
        if self.watch:
            self.watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.watch

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        """Answer any message with an error: this channel is for reading."""
        self.received += 1
        if self.received >= MOST_MESSAGES:
            await self.close(code=TOO_MUCH)
            return
        await self.send_json({"kind": "error", "code": "read_only"})

    async def hint(self, message: dict[str, Any]) -> None:
        """Pass a hint on: ids only, the page reads the rest with its own permission."""
        await self.send_json(message["hint"])

    async def _keep_watch_until_gone(self) -> None:
        with contextlib.suppress(OSError):  # somebody closed the browser between two pings
            await self._keep_watch()

    async def _keep_watch(self) -> None:
        await self.send_json({"kind": "ping"})
        step, since_ping, since_check = min(PING_SECONDS, RECHECK_SECONDS), 0.0, 0.0
        while True:
            await asyncio.sleep(step)
            since_ping, since_check = since_ping + step, since_check + step
            if since_check >= RECHECK_SECONDS:
                since_check = 0.0
                if objection := await find_objection(self.session_key):
                    await self.close(code=objection)
                    return
            if since_ping >= PING_SECONDS:
                since_ping = 0.0
                await self.send_json({"kind": "ping"})
