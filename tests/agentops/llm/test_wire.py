"""Strict reading of 200 answers: what is a reply, what is a failure, what the gate has to judge."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.domain.arguments import BadArguments, RepeatedKeys, canonical_arguments
from agentops.domain.messages import FailureKind, ModelFailure, StopReason
from agentops.domain.pricing import Usage
from tests.replies import TEXT, USAGE, call, fail, message, read, write_stream


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
        {"usage": {"input_tokens": 12, "output_tokens": 2_000_001}},
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


def test_a_reply_that_was_cut_off_inside_a_call_is_truncated() -> None:
    body = message(content=[TEXT, call(), call(id="toolu_2", input={})], stop_reason="max_tokens")
    assert fail(body) is FailureKind.TRUNCATED
    assert fail(write_stream(body).encode(), content_type="text/event-stream") is FailureKind.TRUNCATED
    assert read(message(content=[call(), TEXT], stop_reason="max_tokens")).stop_reason is StopReason.MAX_TOKENS


@pytest.mark.parametrize("reason", ["refusal", "model_context_window_exceeded", "brand_new", None])
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
