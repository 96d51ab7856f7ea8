"""Answers of a server that nobody thought of: good ones, altered by a seeded hand in structure and in bytes."""

import copy
import json
import random
from dataclasses import dataclass
from typing import Any

from tests.replies import TEXT, call, message, write_stream

NASTY: list[Any] = [
    None,
    True,
    -1,
    10**40,
    1.5,
    float("nan"),
    float("-inf"),
    "",
    "\x00",
    "\ud800",
    "\u202ecilbup\u2066",
    "\U000e0061\U000e0062",
    "x" * 5_000,
    "9" * 5_000,
    [],
    {},
    [[[[[[]]]]]],
    {"a": {"a": {"a": 1}}},
    {"type": "error", "error": {"type": "overloaded_error"}},
    {"type": "tool_use", "id": "t", "name": "act", "input": {}},
]
FRAGMENTS = [
    b"\x00",
    b"\xff",
    b"\xf0\x9f",
    b"\n\n",
    b"\r",
    b"data:",
    b'"',
    b"{",
    b"}",
    b"[" * 3_000,
    b'{"a":' * 3_000,
    b"NaN",
    b"1e999",
]
KINDS = [
    "application/json",
    "text/event-stream",
    "application/json; charset=utf-8",
    "text/html",
    "",
    "\x00",
    "application/x-ndjson",
]
REASONS = ["end_turn", "max_tokens", "tool_use", "pause_turn", "refusal", "model_context_window_exceeded", "new", None]


@dataclass(frozen=True)
class Generated:
    """One answer: what it says it is, and its bytes."""

    content_type: str
    body: bytes


def generate(seed: int) -> Generated:
    """The answer of this number, always the same."""
    dice = random.Random(seed)
    given = dice.choice(["\u00e9\u4e2d", *NASTY])
    blocks = [TEXT, call(), call(id="toolu_2", input={"text": given, "n": [1, 2]})][: dice.randint(0, 3)]
    reply = copy.deepcopy(message(content=blocks, stop_reason=dice.choice(REASONS)))
    for _ in range(dice.choice([0, 0, 1, 2])):
        _alter_value(reply, dice)
    body, kind = _write(reply, dice)
    for _ in range(dice.choice([0, 0, 0, 1, 1, 3])):
        body = _alter_bytes(body, dice)
    return Generated(dice.choice(KINDS) if dice.random() < 0.1 else kind, body)


def _write(reply: dict[str, Any], dice: random.Random) -> tuple[bytes, str]:
    """As JSON or as a stream; a reply that is no longer one cannot be written as a stream."""
    if dice.random() < 0.5:
        try:
            stream = write_stream(reply)
        except (AttributeError, KeyError, TypeError, ValueError):
            stream = ""
        if stream:
            events = stream.split("\n\n")
            if dice.random() < 0.3:
                _alter_order(events, dice)
            return "\n\n".join(events).encode("utf-8", "surrogatepass"), "text/event-stream"
    return json.dumps(reply).encode(), "application/json"


def _alter_order(events: list[str], dice: random.Random) -> None:
    at, other = dice.randrange(len(events)), dice.randrange(len(events))
    match dice.randrange(3):
        case 0:
            events[at], events[other] = events[other], events[at]
        case 1:
            events.insert(at, events[other])
        case _:
            events.pop(at)


def _alter_value(value: Any, dice: random.Random) -> None:
    """Put something nasty anywhere in it, or take something away."""
    while True:
        key = dice.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if isinstance(value[key], dict | list) and value[key] and dice.random() < 0.7:
            value = value[key]
            continue
        if dice.random() < 0.2:
            del value[key]
        else:
            value[key] = copy.deepcopy(dice.choice(NASTY))
        return


def _alter_bytes(body: bytes, dice: random.Random) -> bytes:
    at, end = sorted((dice.randint(0, len(body)), dice.randint(0, len(body))))
    match dice.randrange(5):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + body[min(end, at + 20) :]
        case 2:
            return body[:at] + dice.choice(FRAGMENTS) + body[at:]
        case 3:
            return body[:end] + body[at:]
        case _:
            return body[:at] + dice.randbytes(3) + body[at + 3 :]
