"""Streams put together: every cut, every line ending, every malformed event."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.domain.arguments import BadArguments, canonical_arguments
from agentops.domain.messages import FailureKind, ModelFailure, StopReason
from agentops.llm.sse import assemble_message
from tests.replies import TEXT, call, fail, message, read, read_stream, write_stream


def test_a_stream_cut_at_any_byte_is_a_broken_connection_and_never_half_a_reply() -> None:
    whole = write_stream(message(content=[TEXT, call()], stop_reason="tool_use"))
    for at in range(len(whole.rstrip())):
        assert fail(whole[:at].encode(), content_type="text/event-stream") is FailureKind.UNAVAILABLE
    assert read_stream(whole.rstrip()).tool_uses == [call()]


def test_a_stream_cut_in_the_middle_of_a_character_is_a_broken_connection_too() -> None:
    body = 'data: {"type":"ping","x":"one\u2028two \U0001f600"}\n\n'.encode() + write_stream(message()).encode()
    for at in range(body.index(b"\xe2"), body.index(b'"}\n')):
        assert fail(body[:at], content_type="text/event-stream") is FailureKind.UNAVAILABLE
    assert fail(body.replace(b"\xe2", b"\xff"), content_type="text/event-stream") is FailureKind.UNREADABLE


def test_a_second_message_in_a_stream_is_unreadable() -> None:
    stream = write_stream(message())
    assert fail((stream.partition("\n\n")[0] + "\n\n" + stream).encode(), content_type="text/event-stream") is (
        FailureKind.UNREADABLE
    )


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
