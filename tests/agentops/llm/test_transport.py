"""The deadline of a call: wherever a server drips, the call is over in time."""

import socket
import threading
import time

import pytest

from agentops.domain.messages import FailureKind, ModelFailure
from agentops.llm.claude import ClaudeModel
from tests.asking import connect, fail, make_request
from tests.misbehaving_server import Act, MisbehavingServer, answer, drip, stay_silent, write_answer
from tests.replies import message

GOOD = write_answer(message())
AS_STREAM = {"content-type": "text/event-stream"}
HEAD = 150


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
    assert 0.5 < time.monotonic() - began < 1.6


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
        assert time.monotonic() - began < 2


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
        threads = [threading.Thread(target=run, args=(model, 0.1 if n % 2 else 3.0)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(kinds) == ["Hello."] * 4 + ["timeout"] * 4
