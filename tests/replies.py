"""Replies of a Messages API server, good ones and altered ones, and what reading them gives."""

import json
from typing import Any

import pytest

from agentops.domain.messages import FailureKind, ModelFailure, ModelReply
from agentops.llm.wire import read_reply

USAGE = {"input_tokens": 12, "output_tokens": 7}
TEXT = {"type": "text", "text": "Hello."}


def message(**changes: Any) -> dict[str, Any]:
    """A good reply, with some of it changed; a value of ... takes the field away."""
    body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-test",
        "content": [{"type": "text", "text": "Hello."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": USAGE,
    } | changes
    return {name: value for name, value in body.items() if value is not ...}


def call(**changes: Any) -> dict[str, Any]:
    """A good tool call, with some of it changed."""
    block = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"a": 1}} | changes
    return {name: value for name, value in block.items() if value is not ...}


def read(body: Any, *, content_type: str = "application/json") -> ModelReply:
    """Read a 200 answer; a dict is written as JSON first."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_reply(content_type=content_type, body=raw, provider="anthropic", request_id="req_1")


def read_stream(text: str) -> ModelReply:
    """Read an event stream."""
    return read(text.encode(), content_type="text/event-stream; charset=utf-8")


def fail(body: Any, *, content_type: str = "application/json") -> FailureKind:
    """The failure that a 200 answer is."""
    with pytest.raises(ModelFailure) as caught:
        read(body, content_type=content_type)
    assert len(caught.value.detail) <= 300
    return caught.value.kind


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
    """The events of one block."""
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
