"""The client of the Messages API against a server that misbehaves. Nothing here leaves 127.0.0.1."""

import gzip
import json
import socket
import threading
from typing import Any

import pytest

from agentops.domain.messages import FailureKind, ModelFailure, StopReason
from agentops.domain.pricing import Usage
from agentops.llm.claude import build_params
from agentops.llm.transport import MAX_BODY_BYTES
from tests.asking import KEY, LOOK, ask, connect, fail, make_request
from tests.misbehaving_server import Act, MisbehavingServer, answer, cut, end_early, error, never_end, write_answer
from tests.replies import call, message

GOOD = write_answer(message())
STREAM = (
    'data: {"type":"message_start","message":' + json.dumps(message(content=[], stop_reason=None)) + "}\n\n"
    'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'
    'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello."}}\n\n'
    'data: {"type":"content_block_stop","index":0}\n\n'
    'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}\n\n'
    'data: {"type":"message_stop"}\n\n'
).encode()
LONG = json.dumps(message()).encode() + b" " * MAX_BODY_BYTES
AS_STREAM = {"content-type": "text/event-stream"}
OVERLOAD = b'data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'

FAULTS: dict[str, tuple[Act, FailureKind]] = {
    "cut in the first line": (cut(GOOD, 8), FailureKind.UNAVAILABLE),
    "cut in the headers": (cut(GOOD, 40), FailureKind.UNAVAILABLE),
    "cut in the body": (cut(GOOD, len(GOOD) - 20), FailureKind.UNAVAILABLE),
    "ended in the headers": (end_early(GOOD, 40), FailureKind.UNAVAILABLE),
    "ended in the body": (end_early(GOOD, len(GOOD) - 20), FailureKind.UNAVAILABLE),
    "closed without a word": (lambda peer: None, FailureKind.UNAVAILABLE),
    "no HTTP": (lambda peer: peer.sendall(b"\x16\x03\x01 what?\r\n\r\n"), FailureKind.UNAVAILABLE),
    "invalid JSON": (answer(b'{"id": '), FailureKind.UNREADABLE),
    "empty body": (answer(b""), FailureKind.UNREADABLE),
    "no content at all": (answer(b"", status=204), FailureKind.UNREADABLE),
    "deep nesting": (answer(b'{"a":' * 10_000), FailureKind.UNREADABLE),
    "wrong content type": (answer(message(), headers={"content-type": "text/html"}), FailureKind.UNREADABLE),
    "false compression": (answer(message(), headers={"content-encoding": "gzip"}), FailureKind.UNREADABLE),
    "body without end": (never_end(200), FailureKind.UNREADABLE),
    "huge body": (answer(LONG), FailureKind.UNREADABLE),
    "huge unpacked body": (
        answer(gzip.compress(LONG), headers={"content-encoding": "gzip"}),
        FailureKind.UNREADABLE,
    ),
    "missing usage": (answer(message(usage=...)), FailureKind.UNREADABLE),
    "negative usage": (answer(message(usage={"input_tokens": -1, "output_tokens": 1})), FailureKind.UNREADABLE),
    "null content": (answer(message(content=None)), FailureKind.UNREADABLE),
    "the same id twice": (answer(message(content=[call(), call()])), FailureKind.UNREADABLE),
    "half a call": (answer(message(content=[call(input={})], stop_reason="max_tokens")), FailureKind.TRUNCATED),
    "error in a 200": (answer({"type": "error", "error": {"type": "overloaded_error"}}), FailureKind.OVERLOADED),
    "garbage in a stream": (answer(STREAM[:200] + b"\n\n" + OVERLOAD, headers=AS_STREAM), FailureKind.UNREADABLE),
    "overload in a stream": (
        answer(STREAM[: STREAM.index(b"\n\n") + 2] + OVERLOAD, headers=AS_STREAM),
        FailureKind.OVERLOADED,
    ),
    "stream without an end": (answer(STREAM[:-40], headers=AS_STREAM), FailureKind.UNAVAILABLE),
    "redirect": (answer(b"", status=302, headers={"location": "http://127.0.0.1:9/"}), FailureKind.BAD_REQUEST),
    "400": (error(400, "invalid_request_error"), FailureKind.BAD_REQUEST),
    "400 prompt too long": (
        error(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
        FailureKind.CONTEXT_FULL,
    ),
    "401": (error(401, "authentication_error"), FailureKind.KEY_REJECTED),
    "402": (error(402, "billing_error"), FailureKind.KEY_REJECTED),
    "403 as HTML": (answer(b"<h1>Forbidden</h1>", status=403), FailureKind.KEY_REJECTED),
    "404": (error(404, "not_found_error"), FailureKind.MODEL_NOT_FOUND),
    "408": (error(408), FailureKind.TIMEOUT),
    "413": (error(413, "request_too_large"), FailureKind.CONTEXT_FULL),
    "429": (error(429, "rate_limit_error"), FailureKind.RATE_LIMITED),
    "500": (error(500), FailureKind.UNAVAILABLE),
    "500 that is overload": (error(500, "overloaded_error"), FailureKind.OVERLOADED),
    "502 as HTML": (answer(b"<h1>Bad gateway</h1>", status=502), FailureKind.UNAVAILABLE),
    "504": (error(504, "timeout_error"), FailureKind.TIMEOUT),
    "529": (error(529, "overloaded_error"), FailureKind.OVERLOADED),
    "529 with a body without end": (never_end(529), FailureKind.OVERLOADED),
    "unknown status": (answer(b"", status=299), FailureKind.UNREADABLE),
}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_named_and_nothing_else_escapes(name: str) -> None:
    act, kind = FAULTS[name]
    failure = fail(act)
    assert failure.kind is kind
    assert KEY not in failure.detail


def test_a_good_reply_carries_who_spoke_what_it_used_and_the_vendors_request_id() -> None:
    usage = {
        "input_tokens": 12,
        "output_tokens": 7,
        "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 2},
        "cache_creation_input_tokens": 5,
        "cache_read_input_tokens": 40,
    }
    reply = ask(answer(message(usage=usage)))
    assert reply.text == "Hello."
    assert (reply.model, reply.provider, reply.provider_request_id) == ("claude-test", "anthropic", "req_test")
    assert reply.usage == Usage(12, 7, 3, 2, 40)


def test_a_server_that_streams_anyway_is_understood() -> None:
    reply = ask(answer(STREAM, headers=AS_STREAM))
    assert (reply.text, reply.usage.output_tokens, reply.stop_reason) == ("Hello.", 9, StopReason.END_TURN)


@pytest.mark.parametrize(
    ("changes", "texts", "calls", "reason"),
    [
        ({"content": []}, "", 0, StopReason.END_TURN),
        ({"content": [{"type": "new", "x": 1}]}, "", 0, StopReason.END_TURN),
        ({"stop_reason": "brand_new"}, "Hello.", 0, StopReason.UNKNOWN),
        ({"stop_reason": "refusal", "content": []}, "", 0, StopReason.REFUSAL),
        ({"stop_reason": "pause_turn"}, "Hello.", 0, StopReason.PAUSE_TURN),
        ({"stop_reason": "max_tokens"}, "Hello.", 0, StopReason.MAX_TOKENS),
        ({"stop_reason": "tool_use", "content": [call(input="text")]}, "", 1, StopReason.TOOL_USE),
        ({"stop_reason": "tool_use", "content": [call(input=[1])]}, "", 1, StopReason.TOOL_USE),
        ({"stop_reason": "tool_use", "content": [call(input={"a": float("nan")})]}, "", 1, StopReason.TOOL_USE),
        ({"stop_reason": "tool_use", "content": [call(input={"a": "x" * 5_000_000})]}, "", 1, StopReason.TOOL_USE),
        ({"stop_reason": "tool_use", "content": [call(id=f"t{n}") for n in range(200)]}, "", 200, StopReason.TOOL_USE),
    ],
    ids=lambda value: str(value)[:60],
)
def test_odd_replies_are_passed_on_for_the_loop_to_judge(
    changes: dict[str, Any], texts: str, calls: int, reason: StopReason
) -> None:
    reply = ask(answer(message(**changes)))
    assert (reply.text, len(reply.tool_uses), reply.stop_reason) == (texts, calls, reason)


def test_one_question_is_one_request() -> None:
    for act in (error(529, "overloaded_error"), error(500), cut(GOOD, 40)):
        with MisbehavingServer(act) as server, connect(server.url) as model:
            with pytest.raises(ModelFailure):
                model.ask(make_request())
            assert len(server.seen) == 1


def test_a_refused_connection_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with connect(url) as model, pytest.raises(ModelFailure) as caught:
        model.ask(make_request())
    assert caught.value.kind is FailureKind.UNAVAILABLE


def test_tls_on_a_plain_port_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:
        threading.Thread(target=_refuse_in_plain_words, args=(plain,), daemon=True).start()
        with connect(f"https://127.0.0.1:{plain.getsockname()[1]}") as model, pytest.raises(ModelFailure) as caught:
            model.ask(make_request())
    assert caught.value.kind is FailureKind.UNAVAILABLE


def _refuse_in_plain_words(listener: socket.socket) -> None:
    """What a server does that expects HTTP and reads a TLS greeting."""
    peer, _ = listener.accept()
    with peer:
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.recv(65_536)


@pytest.mark.parametrize("key", ["", " ", "sk invented\nkey", "sk-inv\rented"])
def test_a_key_that_no_header_can_carry_is_a_rejected_key(key: str) -> None:
    with MisbehavingServer(answer(message())) as server, connect(server.url, api_key=key) as model:
        with pytest.raises(ModelFailure) as caught:
            model.ask(make_request())
        assert caught.value.kind is FailureKind.KEY_REJECTED and "inv" not in str(caught.value)
        assert not server.seen


def test_the_request_is_what_the_messages_api_wants() -> None:
    thinking = {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    unknown = {"type": "brand_new", "deep": {"a": [1, None]}}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
        {"role": "assistant", "content": [thinking, unknown, {"type": "text", "text": " "}, call(input="{oops")]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "bad"}]},
    ]
    with MisbehavingServer(answer(message())) as server, connect(server.url) as model:
        model.ask(make_request(messages=messages))
        (seen,) = server.seen
    mark = {"cache_control": {"type": "ephemeral"}}
    assert seen.path == "/v1/messages"
    assert seen.body == {
        "model": "claude-test",
        "max_tokens": 256,
        "system": [{"type": "text", "text": "You help.", **mark}, {"type": "text", "text": "Now: Monday"}],
        "tools": [{"name": "look", "description": LOOK.description, "input_schema": LOOK.input_schema, **mark}],
        "messages": [
            messages[0],
            {"role": "assistant", "content": [thinking, unknown, call(input={})]},
            {"role": "user", "content": [messages[2]["content"][0] | mark]},  # type: ignore[index]
        ],
    }
    assert "anthropic-beta" not in seen.headers
    assert "traceparent" not in seen.headers
    assert seen.headers["accept-encoding"] == "identity"
    assert KEY in seen.headers["authorization"]


def test_no_trace_context_is_sent_even_where_tracing_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_OPEN_TELEMETRY_PROPAGATION", "true")
    monkeypatch.setenv("ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE", "content")
    with connect("http://127.0.0.1:9") as model:
        assert model._client.open_telemetry["propagation"] is False
        assert model._client.open_telemetry["traces"]["content_mode"] == "metadata_only"


def test_nothing_is_sent_for_what_is_not_there() -> None:
    params = build_params(make_request(system="", briefing=" ", tools=[], messages=[]))
    assert set(params) == {"model", "max_tokens", "messages"}
    assert "cache_control" not in str(build_params(make_request(system="", tools=[]))["system"])


def test_building_a_request_leaves_the_transcript_as_it_was() -> None:
    request = make_request()
    before = json.dumps(request.messages)
    build_params(request)
    assert json.dumps(request.messages) == before
    assert "cache_control" not in json.dumps(LOOK.input_schema)


def test_a_request_that_cannot_be_written_is_a_failure_and_not_a_crash() -> None:
    half = [{"role": "user", "content": [{"type": "text", "text": "\ud800"}]}]
    assert fail(answer(message()), messages=half).kind is FailureKind.BAD_REQUEST


def test_a_proxy_named_by_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with MisbehavingServer(answer(message())) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        with connect("http://model.example") as model:
            assert model.ask(make_request()).text == "Hello."
        assert proxy.seen[0].path == "http://model.example/v1/messages"
