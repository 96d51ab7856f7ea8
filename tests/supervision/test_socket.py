"""The socket of an open desk: who may listen, and that nothing can be said into it."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from agentops.models import ToolCall
from supervision import actions, consumers
from supervision.roles import Role
from tests.supervision.rows import add_call, person
from tests.supervision.socket_client import Socket

pytestmark = pytest.mark.django_db(transaction=True)
HERE = b"http://localhost"


def awaited(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an async test in a thread of its own: a browser of another test may hold this thread's event loop."""

    async def whole(*args: Any, **kwargs: Any) -> None:
        try:
            await test(*args, **kwargs)
        finally:
            await sync_to_async(connections.close_all)()

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, whole(*args, **kwargs)).result()

    return run


def listen(client: Client | None, origin: bytes | None = HERE) -> Socket:
    headers = [(b"origin", origin)] if origin else []
    if client:
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode()))
    return Socket(headers)


async def signed_in(role: str | None, sign_in: Callable[[User], Client]) -> tuple[User, Client]:
    user = await sync_to_async(person)("someone", "Some", "One", role)
    return user, await sync_to_async(sign_in)(user)


@awaited
async def test_nobody_listens_without_a_session() -> None:
    assert await listen(None).connect() == 4401


@pytest.mark.parametrize("origin", [None, b"https://evil.example", b"null"])
@awaited
async def test_nobody_listens_from_elsewhere(origin: bytes | None, sign_in: Callable[[User], Client]) -> None:
    _, client = await signed_in("admin", sign_in)
    assert await listen(client, origin).connect() is not None


@awaited
async def test_nobody_listens_without_a_role(sign_in: Callable[[User], Client]) -> None:
    _, client = await signed_in(None, sign_in)
    assert await listen(client).connect() == 4403


@awaited
async def test_every_role_hears_hints_and_pings(sign_in: Callable[[User], Client]) -> None:
    _, client = await signed_in("front desk", sign_in)
    socket = listen(client)
    assert await socket.connect() is None
    await socket.hear("ping")
    hint = {"kind": "call.waiting", "run_id": 5, "call_id": 7, "version": 1}
    layer = get_channel_layer()
    assert layer is not None
    await layer.group_send("desk", {"type": "hint", "hint": hint})
    assert await socket.hear("call.waiting") == hint
    await socket.leave()


@awaited
async def test_no_decision_passes_through_the_socket(sign_in: Callable[[User], Client]) -> None:
    _, client = await signed_in("admin", sign_in)
    call = await sync_to_async(add_call)()
    socket = listen(client)
    await socket.connect()
    await socket.send(json.dumps({"kind": "approve", "call_id": call.pk, "version": 1, "digest": call.digest}))
    assert (await socket.hear("error"))["code"] == "read_only"
    await socket.send("not json")
    assert (await socket.hear("error"))["code"] == "read_only"
    await socket.send(data=b"\x00")
    assert await socket.hear_close() == 4400
    assert (await sync_to_async(ToolCall.objects.get)(pk=call.pk)).status == "awaiting"


def lose_role(user: User) -> None:
    user.groups.clear()


def lose_account(user: User) -> None:
    user.is_active = False
    user.save()


def change_password(user: User) -> None:
    user.set_password("another-long-one")
    user.save()


@pytest.mark.parametrize(("lose", "code"), [(lose_role, 4403), (lose_account, 4401), (change_password, 4401)])
@awaited
async def test_a_socket_ends_with_the_right_to_listen(
    sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch, lose: Callable[[User], None], code: int
) -> None:
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.05)
    user, client = await signed_in("front desk", sign_in)
    socket = listen(client)
    assert await socket.connect() is None
    await sync_to_async(lose)(user)
    assert await socket.hear_close() == code
    await socket.leave()


@pytest.mark.parametrize(
    ("does", "code"),
    [
        (lambda leo, person: actions.deactivate_person(user=leo, person_id=person.pk), 4401),
        (
            lambda leo, person: actions.change_person(
                user=leo, person_id=person.pk, first="Some", last="One", role=Role.MANAGER, team=""
            ),
            4401,
        ),
    ],
    ids=["shut out", "another role"],
)
@awaited
async def test_what_an_admin_does_to_an_account_ends_its_open_sockets_and_no_others(
    sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch, does: Callable[[User, User], object], code: int
) -> None:
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.05)
    user, client = await signed_in("front desk", sign_in)
    leo = await sync_to_async(person)("leo", "Leo", "Marsh", "admin")
    socket, his = listen(client), listen(await sync_to_async(sign_in)(leo))
    assert await socket.connect() is None
    assert await his.connect() is None
    await sync_to_async(does)(leo, user)
    assert await socket.hear_close() == code
    await asyncio.wait_for(his.hear("ping"), timeout=3)
    await his.leave()


def test_the_next_look_at_a_sockets_right_comes_well_within_five_seconds() -> None:
    """It looks at every so many pings, so both count."""
    step = min(consumers.PING_SECONDS, consumers.RECHECK_SECONDS)
    assert consumers.RECHECK_SECONDS % step == 0
    assert consumers.RECHECK_SECONDS <= 4


@awaited
async def test_logging_out_ends_the_socket(sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.05)
    _, client = await signed_in("front desk", sign_in)
    socket = listen(client)
    assert await socket.connect() is None
    await sync_to_async(client.post)("/logout/")
    assert await socket.hear_close() == 4401
    await socket.leave()


@awaited
async def test_a_socket_that_is_left_alone_goes_on_pinging(
    sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.02)
    monkeypatch.setattr(consumers, "PING_SECONDS", 0.04)
    _, client = await signed_in("front desk", sign_in)
    socket = listen(client)
    await socket.connect()
    for _ in range(3):
        await asyncio.wait_for(socket.hear("ping"), timeout=3)
    await socket.leave()
