"""The channel layer of one process: any thread may speak, every socket is woken at once."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from channels.exceptions import ChannelFull

from agentops.local_layer import LocalChannelLayer

T = TypeVar("T")


def in_own_loop(story: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run it in a thread of its own: the browser tests may have left a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(story())).result(20)


def test_a_hint_from_another_thread_wakes_a_waiting_socket() -> None:
    async def story() -> dict[str, object]:
        layer = LocalChannelLayer()
        channel = await layer.new_channel()
        await layer.group_add("desk", channel)
        waiting = asyncio.create_task(layer.receive(channel))
        await asyncio.sleep(0)
        threading.Thread(target=layer.group_send_now, args=("desk", {"type": "hint", "id": 1})).start()
        return await asyncio.wait_for(waiting, 2)

    assert in_own_loop(story) == {"type": "hint", "id": 1}


def test_many_threads_lose_nothing() -> None:
    async def story() -> int:
        layer = LocalChannelLayer(capacity=10_000)
        channel = await layer.new_channel()
        await layer.group_add("desk", channel)

        def speak() -> None:
            for number in range(200):
                layer.group_send_now("desk", {"type": "hint", "id": number})

        threads = [threading.Thread(target=speak) for _ in range(8)]
        for thread in threads:
            thread.start()
        for _ in range(1_600):
            await asyncio.wait_for(layer.receive(channel), 5)
        return len(threads) * 200

    assert in_own_loop(story) == 1_600


def test_a_socket_that_left_the_group_hears_nothing_and_holds_nothing() -> None:
    async def story() -> LocalChannelLayer:
        layer = LocalChannelLayer()
        channel = await layer.new_channel()
        await layer.group_add("desk", channel)
        waiting = asyncio.create_task(layer.receive(channel))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await layer.group_discard("desk", channel)
        layer.group_send_now("desk", {"type": "hint"})
        return layer

    layer = in_own_loop(story)
    assert not layer._boxes and not layer._groups


def test_a_socket_that_reads_nothing_costs_only_itself() -> None:
    layer = LocalChannelLayer(capacity=2)
    for _ in range(2):
        layer.send_now("specific.local!x", {"type": "hint"})
    with pytest.raises(ChannelFull):
        layer.send_now("specific.local!x", {"type": "hint"})
    layer.group_send_now("desk", {"type": "hint"})
