"""Recorded exchanges with the Messages API, none of them made for this project."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from agentops.domain.messages import FailureKind, StopReason
from agentops.llm.failures import read_failure
from tests.replies import fail, message, read, read_stream, write_stream

CASES = Path(os.environ.get("HANDRAIL_CASES", "../shared/cases")) / "wire"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the recorded exchanges (HANDRAIL_CASES) are not here")


def load_exchanges() -> list[dict[str, Any]]:
    with gzip.open(CASES / "wire_dev.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


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
    assert outcomes == {"json": 168, "stream": 41, "model_not_found": 1, "not a message: unreadable": 10}


def test_the_stream_and_the_json_form_of_every_recorded_reply_give_the_same_blocks() -> None:
    replies = [e["response"]["body"] for e in load_exchanges() if "body" in e["response"]]
    messages = [body for body in replies if body.get("type") == "message"]
    assert len(messages) == 168
    for body in messages:
        streamed, whole = read_stream(write_stream(body)), read(body)
        assert streamed.content == whole.content
        assert (streamed.stop_reason, streamed.usage) == (whole.stop_reason, whole.usage)


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


@pytest.mark.parametrize(
    ("name", "stop_reason", "types"),
    [
        ("basic_response.txt", StopReason.END_TURN, ["text"]),
        ("compaction_response.txt", StopReason.END_TURN, ["compaction", "text"]),
        ("fallback_credit_response.txt", StopReason.END_TURN, ["text"]),
        ("fallback_response.txt", StopReason.END_TURN, ["fallback", "text"]),
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


def test_the_vendors_stream_that_ends_inside_a_call_is_truncated() -> None:
    stream = (CASES / "sdk_fixtures" / "incomplete_partial_json_response.txt").read_bytes()
    assert fail(stream, content_type="text/event-stream") is FailureKind.TRUNCATED


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
        "err-404-model": FailureKind.MODEL_NOT_FOUND,
    }
