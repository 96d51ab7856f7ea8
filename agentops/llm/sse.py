"""A streamed reply (`text/event-stream`) put together into the body that the JSON form would have had."""

import json
import re
from typing import Any

from agentops.domain.arguments import RepeatedKeys, read_object
from agentops.domain.messages import Block, FailureKind, ModelFailure
from agentops.llm.failures import read_failure

_LINE_END = re.compile(r"\r\n|\r|\n")


def assemble_message(text: str) -> dict[str, Any]:
    """Fold the events of one stream into one message.

    Raises `ModelFailure`: the error an `error` event names, UNAVAILABLE for a stream without its end, UNREADABLE for
    one that is not shaped as the Messages API says. Pings and kinds of event that nobody knows yet are passed over.
    """
    stream = _Stream()
    events = split_events(text)
    for position, data in enumerate(events):
        if stream.ended:
            break
        event = _parse(data, last=position == len(events) - 1)
        try:
            stream.take(event)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ModelFailure(FailureKind.UNREADABLE, f"event {position} of the stream is malformed") from None
    if not stream.ended:
        raise ModelFailure(FailureKind.UNAVAILABLE, "the stream ended before its last event")
    return stream.message()


def split_events(text: str) -> list[str]:
    """The data of each event; what stands at the very end without a blank line counts too."""
    events: list[str] = []
    data: list[str] = []
    for line in [*_LINE_END.split(text), ""]:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            events.append("\n".join(data))
            data = []
    return events


def _parse(data: str, *, last: bool) -> dict[str, Any]:
    try:
        event = json.loads(data, object_pairs_hook=_refuse_repeated)
    except (ValueError, RecursionError):
        kind = FailureKind.UNAVAILABLE if last else FailureKind.UNREADABLE
        raise ModelFailure(kind, "an event of the stream is not complete JSON") from None
    if not isinstance(event, dict):
        raise ModelFailure(FailureKind.UNREADABLE, "an event of the stream is not an object")
    return event


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = read_object(pairs)
    if isinstance(found, RepeatedKeys):
        raise ValueError("one key twice")
    return found


class _Stream:
    def __init__(self) -> None:
        self.ended = False
        self._head: dict[str, Any] = {}
        self._blocks: dict[int, Block] = {}
        self._inputs: dict[int, list[str]] = {}

    def take(self, event: dict[str, Any]) -> None:
        match event.get("type"):
            case "message_start" if not self._head:
                self._head = dict(event["message"])
            case "message_start":
                raise ValueError("a second message began")
            case "content_block_start":
                self._start(event["index"], event["content_block"])
            case "content_block_delta":
                self._extend(event["index"], dict(event["delta"]))
            case "message_delta":
                self._head.update(event["delta"])
                usage = {name: value for name, value in event.get("usage", {}).items() if value is not None}
                self._head["usage"] = {**self._head["usage"], **usage}
            case "message_stop":
                self.ended = True
            case "error":
                raise read_failure(status=200, body=event)

    def message(self) -> dict[str, Any]:
        for index, parts in self._inputs.items():
            self._blocks[index]["input"] = _read_input("".join(parts))
        return {**self._head, "content": [self._blocks[index] for index in sorted(self._blocks)]}

    def _start(self, index: int, block: Block) -> None:
        if index in self._blocks or not isinstance(index, int):
            raise ValueError("a block began twice")
        self._blocks[index] = block.copy()

    def _extend(self, index: int, delta: dict[str, Any]) -> None:
        block = self._blocks[index]
        match delta.pop("type"):
            case "input_json_delta":
                if delta["partial_json"]:
                    self._inputs.setdefault(index, []).append(delta["partial_json"])
            case "citations_delta":
                block["citations"] = [*(block.get("citations") or []), delta["citation"]]
            case _:
                for name, value in delta.items():
                    before = block.get(name)
                    both = isinstance(before, str) and isinstance(value, str)
                    block[name] = before + value if both else value


def _read_input(text: str) -> Any:
    """The arguments of a call; what is not JSON stays text, so that the gate can refuse it by name."""
    try:
        return json.loads(text, object_pairs_hook=read_object)
    except (ValueError, RecursionError):
        return text
