"""The deadline of a call: wherever a server drips, the call is over in time."""

import socket
import threading
import time
from typing import Any

import pytest

from agentops.domain.messages import FailureKind, ModelFailure
from agentops.llm.claude import ClaudeModel
from tests.asking import connect, fail, make_request
from tests.misbehaving_server import Act, MisbehavingServer, answer, drip, stay_silent, write_answer
from tests.replies import message

GOOD = write_answer(message())
AS_STREAM = {"content-type": "text/event-stream"}
HEAD = 150
SLACK_S = 5.0
"""How late a call may end on a machine that has no time for it; without its deadline each here takes far longer."""


def begin_then_drip(start: bytes, more: bytes) -> Act:
    """Send the headers at once, and the body one byte at a time."""

    def act(peer: socket.socket) -> None:
        peer.sendall(start[:HEAD])
        drip(more)(peer)

    return act


DRIPS = {
    "headers": drip(GOOD),
    "body": begin_then_drip(GOOD, b" " * 10_000),
    "error body": begin_then_drip(write_answer(b"x" * 999, status=529), b"x" * 10_000),
    "stream": begin_then_drip(write_answer(b"x" * 99_999, headers=AS_STREAM), b": ping\n\n" * 1_000),
    "silence": stay_silent,
}


@pytest.mark.parametrize("name", DRIPS)
def test_a_call_is_cut_at_its_deadline_wherever_the_server_drips(name: str) -> None:
    began = time.monotonic()
    failure = fail(DRIPS[name], deadline_s=0.6)
    assert failure.kind is FailureKind.TIMEOUT
    assert 0.5 < time.monotonic() - began < 0.6 + SLACK_S


def test_a_call_whose_time_is_over_is_not_begun() -> None:
    with MisbehavingServer(answer(message())) as server, connect(server.url) as model:
        with pytest.raises(ModelFailure) as caught:
            model.ask(make_request(deadline_s=0.0))
        assert caught.value.kind is FailureKind.TIMEOUT
        assert not server.seen


def test_a_server_that_does_not_read_is_cut_too() -> None:
    long = [{"role": "user", "content": [{"type": "text", "text": "x" * 30_000_000}]}]
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, connect(f"http://127.0.0.1:{listener.getsockname()[1]}") as model:
        began = time.monotonic()
        with pytest.raises(ModelFailure) as caught:
            model.ask(make_request(messages=long, deadline_s=1.0))
        assert caught.value.kind is FailureKind.TIMEOUT
        assert time.monotonic() - began < 1 + SLACK_S


def test_many_threads_share_one_client_and_each_keeps_its_own_deadline() -> None:
    def act(peer: socket.socket) -> None:
        time.sleep(0.3)
        peer.sendall(GOOD)

    kinds: list[str] = []

    def run(model: ClaudeModel, deadline_s: float) -> None:
        try:
            kinds.append(model.ask(make_request(deadline_s=deadline_s)).text)
        except ModelFailure as failure:
            kinds.append(failure.kind.value)

    with MisbehavingServer(act) as server, connect(server.url) as model:
        threads = [threading.Thread(target=run, args=(model, 0.1 if n % 2 else 30.0)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(kinds) == ["Hello."] * 4 + ["timeout"] * 4


def test_looking_a_name_up_counts_against_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: held.wait(60) and [])
    began = time.monotonic()
    with connect("http://model.example") as model, pytest.raises(ModelFailure) as caught:
        model.ask(make_request(deadline_s=0.4))
    held.set()
    assert caught.value.kind is FailureKind.TIMEOUT
    assert time.monotonic() - began < 0.4 + SLACK_S


def test_a_name_that_nobody_knows_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_to_find(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail_to_find)
    with connect("http://model.example") as model, pytest.raises(ModelFailure) as caught:
        model.ask(make_request())
    assert caught.value.kind is FailureKind.UNAVAILABLE


def name_addresses(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let model.example have these addresses."""
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: object, **kwargs: object) -> list[Any]:
        if host != "model.example":
            return real(host, port, *args, **kwargs)  # type: ignore[arg-type]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_a_name_with_several_addresses_is_tried_at_each(monkeypatch: pytest.MonkeyPatch) -> None:
    name_addresses(monkeypatch, "127.0.0.2", "127.0.0.3", "127.0.0.1")
    with (
        MisbehavingServer(answer(message())) as server,
        connect(server.url.replace("127.0.0.1", "model.example")) as model,
    ):
        assert model.ask(make_request()).text == "Hello."


def test_all_addresses_of_a_name_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def reach_nobody(address: tuple[str, int], timeout: float, **_: object) -> None:
        tried.append(address[0])
        time.sleep(min(timeout, 0.3))
        raise TimeoutError

    name_addresses(monkeypatch, *(f"192.0.2.{n}" for n in range(1, 101)))
    monkeypatch.setattr(socket, "create_connection", reach_nobody)
    began = time.monotonic()
    with connect("http://model.example") as model, pytest.raises(ModelFailure) as caught:
        model.ask(make_request(deadline_s=0.7))
    assert caught.value.kind is FailureKind.TIMEOUT
    assert 1 <= len(tried) <= 3 and time.monotonic() - began < 0.7 + SLACK_S
