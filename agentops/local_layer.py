"""A channel layer for one process that any thread may speak to.

The stock in-memory layer wakes a waiting socket only when its own event loop happens to turn; here worker threads
announce and the server's loop is woken at once.
"""

import asyncio
import secrets
import threading
import time
from collections import deque
from copy import deepcopy
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer

Hint = dict[str, Any]


class _Mailbox:
    """Messages for one socket, and the loop to wake when one arrives."""

    def __init__(self) -> None:
        self.messages: deque[tuple[float, Hint]] = deque()
        self.waiter: tuple[asyncio.AbstractEventLoop, asyncio.Future[None]] | None = None


class LocalChannelLayer(BaseChannelLayer):  # type: ignore[misc]
    """Groups and mailboxes in this process's memory. At most once, as every channel layer."""

    extensions = ["groups", "flush"]

    def __init__(self, expiry: int = 60, capacity: int = 1000, channel_capacity: Any = None) -> None:
        super().__init__(expiry=expiry, capacity=capacity, channel_capacity=channel_capacity)
        self._lock = threading.Lock()
        self._boxes: dict[str, _Mailbox] = {}
        self._groups: dict[str, set[str]] = {}

    def send_now(self, channel: str, message: Hint) -> None:
        """Put a message into a mailbox from any thread; raises ChannelFull where nobody empties it."""
        with self._lock:
            box = self._boxes.setdefault(channel, _Mailbox())
            now = time.monotonic()
            while box.messages and box.messages[0][0] < now:
                box.messages.popleft()
            if len(box.messages) >= self.get_capacity(channel):
                raise ChannelFull(channel)
            box.messages.append((now + self.expiry, deepcopy(message)))
            waiter, box.waiter = box.waiter, None
        if waiter:
            _wake(*waiter)

    def group_send_now(self, group: str, message: Hint) -> None:
        """Send to everyone in a group from any thread; a full mailbox loses the hint, as the layer may."""
        with self._lock:
            channels = list(self._groups.get(group, ()))
        for channel in channels:
            try:
                self.send_now(channel, message)
            except ChannelFull:
                continue

    async def send(self, channel: str, message: Hint) -> None:
        self.send_now(channel, message)

    async def group_send(self, group: str, message: Hint) -> None:
        self.group_send_now(group, message)

    async def receive(self, channel: str) -> Hint:
        loop = asyncio.get_running_loop()
        while True:
            with self._lock:
                box = self._boxes.setdefault(channel, _Mailbox())
                while box.messages:
                    expires, message = box.messages.popleft()
                    if expires >= time.monotonic():
                        return message
                future: asyncio.Future[None] = loop.create_future()
                box.waiter = (loop, future)
            try:
                await future
            except asyncio.CancelledError:
                self._forget(channel, future)
                raise

    async def new_channel(self, prefix: str = "specific.") -> str:
        return f"{prefix}.local!{secrets.token_hex(8)}"

    async def group_add(self, group: str, channel: str) -> None:
        with self._lock:
            self._groups.setdefault(group, set()).add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        with self._lock:
            members = self._groups.get(group, set())
            members.discard(channel)
            if not members:
                self._groups.pop(group, None)

    async def flush(self) -> None:
        with self._lock:
            self._boxes.clear()
            self._groups.clear()

    def _forget(self, channel: str, future: "asyncio.Future[None]") -> None:
        """Drop a mailbox whose reader went away, so that closed sockets hold no memory."""
        with self._lock:
            box = self._boxes.get(channel)
            if box and box.waiter and box.waiter[1] is future:
                box.waiter = None
            if box and not box.messages and not box.waiter:
                del self._boxes[channel]


def _wake(loop: asyncio.AbstractEventLoop, future: "asyncio.Future[None]") -> None:
    try:
        loop.call_soon_threadsafe(lambda: None if future.done() else future.set_result(None))
    except RuntimeError:
        return  # the reader's loop is closed: nobody is waiting any more
