"""Event streams that go wrong on the way: cut, out of order, of unknown kinds, with an error in the middle."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from tests.degradation.cases import (
    ANSWERED,
    NO_WORDS,
    OUT_OF_TOKENS,
    REFUSED,
    UNKNOWN_STOP,
    WAITS,
    WELL,
    Case,
    act,
    calling,
    gives_up,
    look,
    then_well,
)
from tests.misbehaving_server import Act, answer, in_turn, send_chunks
from tests.replies import message, write_block, write_stream

AS_STREAM = {"content-type": "text/event-stream; charset=utf-8"}
HELLO = {"type": "text", "text": "Hello, Zo\u00eb."}
WORDS = write_stream(message(content=[HELLO])).replace("\\u00eb", "\u00eb").encode()
CALLS = write_stream(calling(HELLO, act())).encode()
LOOKS = write_stream(calling(look())).encode()
BLOCKS = "".join(f"data: {json.dumps(event)}\n\n" for event in write_block(0, HELLO)).encode()


def event(**fields: Any) -> bytes:
    """One event."""
    return f"data: {json.dumps(fields)}\n\n".encode()


def start(**changes: Any) -> bytes:
    """The first event of a stream."""
    return event(type="message_start", message=message(content=[], stop_reason=None) | changes)


def stop(reason: str | None = "end_turn", **changes: Any) -> bytes:
    """The last two events of a stream."""
    end = {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 3}} | changes
    return event(**end) + event(type="message_stop")


def failing(kind: str, text: str = "no") -> bytes:
    """An error in the middle of a stream."""
    return event(type="error", error={"type": kind, "message": text})


def stream(*parts: bytes) -> Act:
    """Send one whole stream."""
    return answer(b"".join(parts), headers=AS_STREAM)


def block(index: Any, what: dict[str, Any]) -> bytes:
    """The first event of a block."""
    return event(type="content_block_start", index=index, content_block=what)


def delta(index: Any, **fields: Any) -> bytes:
    """More of a block."""
    return event(type="content_block_delta", index=index, delta=fields)


def cuts() -> Iterator[Case]:
    """A stream that proposes an act, cut at every event, within each event, and in the middle of a character."""
    ends = [0, *(match.end() for match in re.finditer(rb"\n\n", CALLS))]
    for position, (begin, end) in enumerate(pairwise(ends)):
        within = begin + 1 + (31 * position) % (end - begin - 4)
        yield gives_up(f"cut before event {position}", stream(CALLS[:begin]))
        yield gives_up(f"cut {within - begin} bytes into event {position}", stream(CALLS[:within]))
    yield gives_up("cut in a character", stream(WORDS[: WORDS.index(b"\xc3\xab") + 1]))
    yield gives_up("cut before the last byte of the last event", stream(CALLS.rstrip()[:-1]))


EMPTY = {"type": "text", "text": ""}
BARE = {"type": "tool_use", "id": "toolu_1", "name": "act", "input": {}}
OVERLOAD = failing("overloaded_error", "Overloaded")

STREAMS = [
    *cuts(),
    Case("a good stream", stream(WORDS), ANSWERED),
    Case("a good stream in chunks of one byte", send_chunks(*(WORDS[n : n + 1] for n in range(len(WORDS)))), ANSWERED),
    Case("a stream without its last blank line", stream(WORDS.rstrip()), ANSWERED),
    Case("a look-up in a stream", in_turn(stream(LOOKS), WELL), ANSWERED, asked=2, looks=1),
    Case("an act in a stream", stream(CALLS), WAITS),
    gives_up("chunks that break off", send_chunks(CALLS[:300], CALLS[300:600], end=b"")),
    gives_up("ping only", stream(event(type="ping") * 50)),
    gives_up("comments only", stream(b": still here\n\n" * 50)),
    gives_up("no message_stop", stream(CALLS[: CALLS.index(b"event: message_stop")])),
    gives_up("no message_start", stream(BLOCKS, stop())),
    gives_up("message_stop only", stream(event(type="message_stop"))),
    gives_up("two messages in one", stream(start(), BLOCKS, start(), stop())),
    gives_up("the end before the beginning", stream(event(type="message_delta", delta={}, usage={}), start(), stop())),
    Case("no message_delta", stream(start(), BLOCKS, event(type="message_stop")), UNKNOWN_STOP),
    Case("stop reason null in a stream", stream(start(), BLOCKS, stop(None)), UNKNOWN_STOP),
    gives_up("overload in the middle", stream(start(), BLOCKS, OVERLOAD)),
    gives_up("overload at once", stream(OVERLOAD)),
    gives_up("overload after the call", stream(CALLS[: CALLS.index(b"event: message_delta")], OVERLOAD)),
    then_well("overload in the middle, once", stream(start(), BLOCKS, OVERLOAD)),
    gives_up("api_error in the middle", stream(start(), failing("api_error"))),
    gives_up("an error of no kind in the middle", stream(start(), event(type="error"))),
    gives_up("an error of an unknown kind", stream(start(), failing("brand_new_error"))),
    gives_up("garbage in the middle", stream(start(), b"data: {oops\n\n", BLOCKS, stop())),
    gives_up("not UTF-8 in the middle", stream(start(), b"data: \xff\xfe\n\n", BLOCKS, stop())),
    gives_up("an event that is a list", stream(start(), b"data: [1]\n\n", BLOCKS, stop())),
    gives_up("a deep event", stream(start(), b"data: " + b'{"a":' * 10_000 + b"\n\n", BLOCKS, stop())),
    Case("unknown events", stream(start(), event(type="brand_new", x=[1]), BLOCKS, event(), stop()), ANSWERED),
    Case("unknown block", stream(start(), block(1, {"type": "brand_new", "x": 1}), BLOCKS, stop()), ANSWERED),
    Case("unknown delta", stream(start(), BLOCKS, delta(0, type="new_delta", x=1), stop()), ANSWERED),
    Case("blocks in the wrong order", stream(start(), block(9, EMPTY), BLOCKS, stop()), ANSWERED),
    gives_up("one index twice", stream(start(), block(0, EMPTY), block(0, BARE), stop("tool_use"))),
    gives_up("an index that is text", stream(start(), block("0", EMPTY), stop())),
    gives_up("a delta of no block", stream(start(), delta(7, type="text_delta", text="x"), stop())),
    gives_up("a block that is null", stream(start(), event(type="content_block_start", index=0, content_block=None))),
    gives_up("missing usage in a stream", stream(start(usage=None), BLOCKS, event(type="message_stop"))),
    gives_up("negative usage at the end", stream(start(), BLOCKS, stop(usage={"output_tokens": -9}))),
    Case("a stream without blocks", stream(start(), stop()), NO_WORDS),
    Case("a refusal in the middle of a call", stream(start(), block(0, BARE), stop("refusal")), REFUSED),
    Case(
        "max_tokens in the middle of the arguments",
        stream(
            start(), block(0, BARE), delta(0, type="input_json_delta", partial_json='{"text": "al'), stop("max_tokens")
        ),
        OUT_OF_TOKENS,
        asked=2,
    ),
    then_well(
        "arguments that end in the middle",
        stream(
            start(), block(0, BARE), delta(0, type="input_json_delta", partial_json='{"text": "al'), stop("tool_use")
        ),
    ),
    gives_up("a chunk that is told and never sent", send_chunks(WORDS[:200], end=b"1\r\n")),
]
