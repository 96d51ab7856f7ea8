"""Reading of 200 answers: recorded exchanges, streams, and what must not pass."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.domain.arguments import BadArguments, RepeatedKeys, canonical_arguments
from agentops.domain.messages import FailureKind, ModelFailure, ModelReply, StopReason
from agentops.domain.pricing import Usage
from agentops.llm.failures import read_failure
from agentops.llm.sse import assemble_message
from agentops.llm.wire import read_reply
from tests.misbehaving_server import USAGE, call, message

CASES = Path(os.environ.get("HANDRAIL_CASES", "../shared/cases")) / "wire"
recorded = pytest.mark.skipif(not CASES.is_dir(), reason="the recorded exchanges (HANDRAIL_CASES) are not here")

TEXT = {"type": "text", "text": "Hello."}


def read(body: Any, *, content_type: str = "application/json") -> ModelReply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_reply(content_type=content_type, body=raw, provider="anthropic", request_id="req_1")


def read_stream(text: str) -> ModelReply:
    return read(text.encode(), content_type="text/event-stream; charset=utf-8")


def fail(body: Any, *, content_type: str = "application/json") -> FailureKind:
    with pytest.raises(ModelFailure) as caught:
        read(body, content_type=content_type)
    assert len(caught.value.detail) <= 300
    return caught.value.kind


def load_exchanges() -> list[dict[str, Any]]:
    with gzip.open(CASES / "wire_dev.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def write_stream(body: dict[str, Any]) -> str:
    """The stream that a server would have sent for a reply, in deltas of three characters."""
    head = body | {"content": [], "stop_reason": None, "usage": body["usage"] | {"output_tokens": 1}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": head}]
    for index, block in enumerate(body["content"]):
        events += write_block(index, block)
    end = {"stop_reason": body["stop_reason"], "stop_sequence": None}
    usage = {"output_tokens": body["usage"]["output_tokens"], "input_tokens": None}
    events += [{"type": "message_delta", "delta": end, "usage": usage}, {"type": "message_stop"}]
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)


def write_block(index: int, block: dict[str, Any]) -> list[dict[str, Any]]:
    streamed = {"text": "text_delta", "thinking": "thinking_delta", "signature": "signature_delta"}
    fields = {name: block[name] for name in streamed if isinstance(block.get(name), str)}
    start = block | dict.fromkeys(fields, "")
    deltas = [
        {"type": streamed[name], name: value[at : at + 3]}
        for name, value in fields.items()
        for at in range(0, len(value), 3)
    ]
    if "input" in block:
        start = start | {"input": {}}
        text = json.dumps(block["input"])
        deltas += [{"type": "input_json_delta", "partial_json": text[at : at + 3]} for at in range(0, len(text), 3)]
    for citation in block.get("citations") or []:
        start = start | {"citations": []}
        deltas.append({"type": "citations_delta", "citation": citation})
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


@recorded
def test_every_recorded_exchange_is_read_or_is_the_right_failure() -> None:
    outcomes: dict[str, int] = {}
    for exchange in load_exchanges():
        response, path = exchange["response"], exchange["request"]["path"].partition("?")[0]
        if response["status"] != 200:
            failure = read_failure(status=response["status"], body=response["body"], headers=response["headers"])
            outcome = failure.kind.value
        elif path != "/v1/messages":
            outcome = f"not a message: {fail(response['body'])}"
        elif "sse" in response:
            reply = read_stream(response["sse"])
            outcome = "stream"
            assert reply.content
        else:
            reply = read(response["body"])
            outcome = "json"
            assert reply.content == response["body"]["content"]
            assert reply.usage.input_tokens == response["body"]["usage"]["input_tokens"]
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    assert outcomes == {"json": 168, "stream": 41, "bad_request": 1, "not a message: unreadable": 10}


@recorded
def test_the_stream_and_the_json_form_of_every_recorded_reply_give_the_same_blocks() -> None:
    replies = [e["response"]["body"] for e in load_exchanges() if "body" in e["response"]]
    messages = [body for body in replies if body.get("type") == "message"]
    assert len(messages) == 168
    for body in messages:
        streamed, whole = read_stream(write_stream(body)), read(body)
        assert streamed.content == whole.content
        assert (streamed.stop_reason, streamed.usage) == (whole.stop_reason, whole.usage)


@recorded
def test_what_was_streamed_is_what_the_next_recorded_request_sends_back() -> None:
    exchanges = load_exchanges()
    sent = [json.dumps(m["content"]) for e in exchanges for m in (e["request"]["body"] or {}).get("messages", [])]
    calls = [
        block
        for exchange in exchanges
        if "sse" in exchange["response"]
        for block in read_stream(exchange["response"]["sse"]).tool_uses
    ]
    returned = [c for c in calls if any(c["id"] in text for text in sent)]
    assert len(returned) >= 5
    for block in returned:
        assert any(json.dumps(block["input"]) in text for text in sent)


@recorded
@pytest.mark.parametrize(
    ("name", "stop_reason", "types"),
    [
        ("basic_response.txt", StopReason.END_TURN, ["text"]),
        ("compaction_response.txt", StopReason.END_TURN, ["compaction", "text"]),
        ("fallback_credit_response.txt", StopReason.END_TURN, ["text"]),
        ("fallback_response.txt", StopReason.END_TURN, ["fallback", "text"]),
        ("incomplete_partial_json_response.txt", StopReason.MAX_TOKENS, ["text"]),
        ("refusal_response.txt", StopReason.REFUSAL, ["text"]),
        ("stream-a-refusal.sse", StopReason.REFUSAL, ["thinking", "text"]),
        ("stream-a-toolrefusal.sse", StopReason.REFUSAL, ["server_tool_use", "web_search_tool_result", "text"]),
        ("stream-b-fallback.sse", StopReason.END_TURN, ["text"]),
        ("tool_use_response.txt", StopReason.TOOL_USE, ["text", "tool_use"]),
    ],
)
def test_every_stream_of_the_vendors_own_tests_is_read(name: str, stop_reason: StopReason, types: list[str]) -> None:
    reply = read_stream((CASES / "sdk_fixtures" / name).read_text())
    assert (reply.stop_reason, [block["type"] for block in reply.content]) == (stop_reason, types)


@recorded
def test_every_reported_error_is_named() -> None:
    kinds = {}
    for line in (CASES / "errors_reported.jsonl").read_text().splitlines():
        case = json.loads(line)
        if "body" in case:
            kinds[case["id"]] = read_failure(
                status=case["status"], body=case["body"], headers=case["headers"] or {}
            ).kind
        else:
            start = json.dumps({"type": "message_start", "message": message(content=[])})
            stream = f"data: {start}\n\n{case['sse_tail']}"
            kinds[case["id"]] = fail(stream.encode(), content_type=case["headers"]["content-type"])
    assert kinds == {
        "err-529-ts-sdk-616": FailureKind.OVERLOADED,
        "err-529-cc-45063": FailureKind.OVERLOADED,
        "err-429-gsd-32": FailureKind.RATE_LIMITED,
        "err-429-cc-5769": FailureKind.RATE_LIMITED,
        "err-529-midstream": FailureKind.OVERLOADED,
        "err-404-model": FailureKind.BAD_REQUEST,
    }


def test_a_stream_cut_at_any_byte_is_truncated_and_never_half_a_reply() -> None:
    whole = write_stream(message(content=[TEXT, call()], stop_reason="tool_use"))
    for at in range(len(whole.rstrip())):
        assert fail(whole[:at].encode(), content_type="text/event-stream") is FailureKind.TRUNCATED
    assert read_stream(whole.rstrip()).tool_uses == [call()]


def test_a_stream_may_use_any_line_ending_and_hold_pings_comments_and_unknown_events() -> None:
    whole = write_stream(message()).replace(
        "event: message_stop",
        ': hello\nevent: ping\ndata: {"type": "ping"}\n\ndata: {"type":"new"}\n\nevent: message_stop',
    )
    for ending in ("\n", "\r\n", "\r"):
        assert read_stream(whole.replace("\n", ending)).text == "Hello."


def test_a_line_separator_inside_a_text_does_not_break_an_event() -> None:
    body = write_stream(message(content=[{"type": "text", "text": "one\u2028two\x0bthree"}]))
    assert read_stream(json.loads(json.dumps(body))).text == "one\u2028two\x0bthree"
    raw = 'data: {"type":"ping","x":"one\u2028two"}\n\n' + body
    assert read_stream(raw).stop_reason is StopReason.END_TURN


@pytest.mark.parametrize(
    "stream",
    [
        'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}\n\ndata: {}\n\n',
        'data: {"type":"message_start"}\n\ndata: {}\n\n',
        'data: {"type":"message_start","message":3}\n\ndata: {}\n\n',
        "data: [1]\n\ndata: {}\n\n",
        'data: {"type":"ping","type":"error"}\n\ndata: {}\n\n',
        'data: {"type":"content_block_start","index":"0","content_block":{"type":"text"}}\n\ndata: {}\n\n',
    ],
)
def test_a_malformed_stream_is_unreadable(stream: str) -> None:
    assert fail(stream.encode(), content_type="text/event-stream") is FailureKind.UNREADABLE


def test_a_block_that_begins_twice_is_unreadable() -> None:
    start = 'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n'
    with pytest.raises(ModelFailure):
        assemble_message(start * 2)


def test_arguments_that_are_not_json_reach_the_gate_as_text() -> None:
    stream = write_stream(message(content=[call()], stop_reason="tool_use"))
    broken = stream.replace(json.dumps('{"a'), json.dumps('{"a" "'))
    (block,) = read_stream(broken).tool_uses
    assert isinstance(block["input"], str)
    with pytest.raises(BadArguments):
        canonical_arguments(block["input"])


@pytest.mark.parametrize(
    "change",
    [
        {"content": None},
        {"content": "Hello."},
        {"content": ["Hello."]},
        {"content": [{"text": "no type"}]},
        {"content": [{"type": "text"}]},
        {"content": [{"type": "text", "text": None}]},
        {"content": [{"type": "thinking", "thinking": "\x00"}]},
        {"content": [{"type": "new", "x": float("nan")}]},
        {"content": [call(id=...)]},
        {"content": [call(id="")]},
        {"content": [call(id="x" * 121)]},
        {"content": [call(name=...)]},
        {"content": [call(name="x" * 81)]},
        {"content": [call(name="look\u202e")]},
        {"content": [call(input=...)]},
        {"content": [call(), call(name="other")]},
        {"usage": ...},
        {"usage": None},
        {"usage": {}},
        {"usage": {"input_tokens": -1, "output_tokens": 1}},
        {"usage": {"input_tokens": 1.5, "output_tokens": 1}},
        {"usage": {"input_tokens": "1", "output_tokens": 1}},
        {"usage": {"input_tokens": True, "output_tokens": 1}},
        {"usage": {"input_tokens": 10**12, "output_tokens": 1}},
        {"usage": USAGE | {"cache_read_input_tokens": -5}},
        {"type": "completion"},
        {"role": "user"},
        {"model": ...},
        {"model": "\x00"},
        {"stop_reason": 3},
        {"stop_reason": ...},
    ],
    ids=str,
)
def test_what_is_not_a_message_is_unreadable(change: dict[str, Any]) -> None:
    assert fail(message(**change)) is FailureKind.UNREADABLE


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"null", b"[]", b'{"a":', b"\xff\xfe{}", b"[" * 200_000, b'{"x":' * 10_000, b"9" * 5_000],
    ids=["empty", "html", "null", "list", "half", "not utf-8", "deep lists", "deep objects", "long number"],
)
def test_a_body_that_is_no_json_object_is_unreadable(body: bytes) -> None:
    assert fail(body) is FailureKind.UNREADABLE


@pytest.mark.parametrize("content_type", ["", "text/html", "text/plain; charset=utf-8", "application/octet-stream"])
def test_a_reply_of_another_type_is_unreadable(content_type: str) -> None:
    assert fail(message(), content_type=content_type) is FailureKind.UNREADABLE


def test_an_error_inside_a_200_is_that_error() -> None:
    assert fail({"type": "error", "error": {"type": "overloaded_error"}}) is FailureKind.OVERLOADED
    assert fail({"error": {"message": "no"}}) is FailureKind.UNAVAILABLE


@pytest.mark.parametrize("reason", [r for r in StopReason if r is not StopReason.UNKNOWN])
def test_every_known_stop_reason_is_read(reason: StopReason) -> None:
    assert read(message(stop_reason=reason.value)).stop_reason is reason


@pytest.mark.parametrize("raw", ["brand_new", "unknown", "", None])
def test_an_unknown_stop_reason_is_kept_by_its_name(raw: str | None) -> None:
    reply = read(message(stop_reason=raw))
    assert (reply.stop_reason, reply.raw_stop_reason) == (StopReason.UNKNOWN, raw or "")


def test_unknown_blocks_and_thinking_are_kept_as_they_came() -> None:
    blocks = [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "brand_new", "deep": {"a": [1, None, 2.5]}},
        call(caller={"type": "direct"}),
    ]
    reply = read(message(content=blocks, stop_reason="tool_use"))
    assert reply.content == blocks
    assert [block["name"] for block in reply.tool_uses] == ["look"]


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded"])
def test_a_call_that_may_be_half_written_is_dropped_and_whole_ones_stay(reason: str) -> None:
    reply = read(message(content=[TEXT, call(), call(id="toolu_2")], stop_reason=reason))
    assert [block["id"] for block in reply.tool_uses] == ["toolu_1"]
    assert reply.notes


@pytest.mark.parametrize("reason", ["refusal", "brand_new", None])
def test_no_call_survives_a_refusal_or_an_unknown_end(reason: str | None) -> None:
    reply = read(message(content=[TEXT, call()], stop_reason=reason))
    assert reply.content == [TEXT]
    assert reply.notes


def test_repeated_keys_in_arguments_reach_the_gate() -> None:
    body = json.dumps(message(content=[call()], stop_reason="tool_use")).replace('{"a": 1}', '{"a": 1, "a": 2}')
    (block,) = read(body.encode()).tool_uses
    assert isinstance(block["input"], RepeatedKeys)


def test_repeated_keys_outside_arguments_are_unreadable() -> None:
    body = json.dumps(message())
    assert fail(body.replace('{"id"', '{"role": "user", "id"').encode()) is FailureKind.UNREADABLE
    assert (
        fail(body.replace('"output_tokens"', '"input_tokens": 0, "output_tokens"').encode()) is FailureKind.UNREADABLE
    )
    assert fail(body.replace('"text": "Hello."', '"text": "a", "text": "b"').encode()) is FailureKind.UNREADABLE


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        ('"text"', "not_json"),
        ("[1]", "not_an_object"),
        ("null", "not_an_object"),
        ('{"a": NaN}', "not_a_number"),
        ('{"a": -Infinity}', "not_a_number"),
        ('{"a": 1e999}', "not_a_number"),
        ('{"a": "\\u0000"}', "nul_character"),
        ('{"a": "\\ud800"}', "not_unicode"),
        ('{"\\ud800": 1}', "not_unicode"),
        ('{"a": {"b": 1, "b": 2}}', "duplicate_key"),
        ('{"a": ' * 100 + "1" + "}" * 100, "too_deep"),
        ('{"a": 12345678901234567890}', "number_too_large"),
        (json.dumps({"a": "x" * 70_000}), "too_large"),
    ],
    ids=lambda value: value[:30],
)
def test_bad_arguments_stay_storable_and_the_gate_names_their_fault(raw: str, rule: str) -> None:
    body = json.dumps(message(content=[call()], stop_reason="tool_use")).replace('{"a": 1}', raw)
    (block,) = read(body.encode()).tool_uses
    json.dumps(block, allow_nan=False, ensure_ascii=False).encode()
    with pytest.raises(BadArguments) as caught:
        canonical_arguments(block["input"])
    assert caught.value.rule == rule


def test_characters_that_no_database_keeps_are_replaced_in_text() -> None:
    assert read(message(content=[{"type": "text", "text": "a\x00b\ud800c"}])).text == "a\ufffdb\ufffdc"


def test_cache_tokens_are_counted_by_their_age_and_never_lost() -> None:
    ages = {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 20}
    usage = USAGE | {"cache_creation_input_tokens": 50, "cache_creation": ages, "cache_read_input_tokens": 9}
    assert read(message(usage=usage)).usage == Usage(12, 7, 30, 20, 9)
    assert read(message(usage=USAGE | {"cache_creation_input_tokens": 50})).usage == Usage(12, 7, 50, 0, 0)
    assert read(message(usage=usage | {"cache_creation": None})).usage == Usage(12, 7, 50, 0, 9)
    assert read(message(usage=usage | {"cache_creation_input_tokens": 60})).usage.cache_write_5m_tokens == 40


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)
FIELDS = ["id", "type", "role", "model", "content", "stop_reason", "usage"]


@given(changes=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3), block=JSON)
@settings(max_examples=400, deadline=None)
def test_whatever_a_server_says_is_a_reply_that_can_be_stored_or_a_failure(changes: Any, block: Any) -> None:
    body = message(content=[TEXT, call(input=block), block], stop_reason="tool_use") | changes
    try:
        reply = read(body)
    except ModelFailure:
        return
    json.dumps(reply.content, allow_nan=False, ensure_ascii=False).encode()
    assert all(isinstance(item["name"], str) for item in reply.tool_uses)


@given(cuts=st.lists(st.tuples(st.integers(0, 2000), st.text(max_size=5)), max_size=4))
@settings(max_examples=400, deadline=None)
def test_a_stream_with_noise_in_it_is_a_reply_or_a_failure(cuts: list[tuple[int, str]]) -> None:
    stream = write_stream(message(content=[TEXT, call()], stop_reason="tool_use"))
    for at, noise in cuts:
        stream = stream[:at] + noise + stream[at + len(noise) :]
    try:
        read(stream.encode("utf-8", "replace"), content_type="text/event-stream")
    except ModelFailure:
        return
