"""Read a conversation in the Messages form: who said what, which tools were called and what came of it."""

import json
from dataclasses import dataclass
from typing import Any

from agentops.domain.messages import Block, Message

READS = frozenset({"search_patients", "get_patient_info", "list_patient_appointments", "search_appointments"})


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call and its result; `result` is None while there is none. `turn` counts the user's texts before it."""

    tool: str
    args: dict[str, Any]
    result: dict[str, Any] | None
    turn: int
    said_before: str = ""

    @property
    def ok(self) -> bool:
        """Whether the tool did it."""
        return self.result is not None and self.result.get("status") == "success"

    @property
    def code(self) -> str:
        """The reason's stable name, empty where there is none."""
        return str((self.result or {}).get("code", ""))

    @property
    def data(self) -> dict[str, Any]:
        """The tool's output; empty where there is none."""
        data = (self.result or {}).get("data")
        return data if isinstance(data, dict) else {}


@dataclass(frozen=True, slots=True)
class History:
    """The conversation so far. `asked[i]` is what the assistant had said before `said[i]`."""

    said: tuple[str, ...]
    asked: tuple[str, ...]
    calls: tuple[Call, ...]
    blocks: int

    @property
    def turn(self) -> int:
        """The number of the present turn."""
        return len(self.said)

    @property
    def fresh(self) -> tuple[Call, ...]:
        """The calls made since the user last spoke."""
        return tuple(call for call in self.calls if call.turn == self.turn)


def read_history(messages: list[Message]) -> History:
    """Fold the messages. Tool calls are paired with their results by id."""
    said: list[str] = []
    asked: list[str] = []
    uses: list[tuple[Block, int, str]] = []
    results: dict[str, dict[str, Any]] = {}
    told = ""
    for message in messages:
        blocks = _blocks(message)
        text = "\n".join(b["text"] for b in blocks if b.get("type") == "text" and b.get("text"))
        if message["role"] == "assistant":
            told = text or told
            uses += [(b, len(said), told) for b in blocks if b.get("type") == "tool_use"]
            continue
        results |= {b["tool_use_id"]: _read_result(b) for b in blocks if b.get("type") == "tool_result"}
        if text.strip():
            said.append(text)
            asked.append(told)
            told = ""
    calls = tuple(Call(b["name"], b.get("input") or {}, results.get(b["id"]), turn, before) for b, turn, before in uses)
    return History(tuple(said), tuple(asked), calls, len(uses))


def _blocks(message: Message) -> list[Block]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _read_result(block: Block) -> dict[str, Any]:
    """The result's JSON object. What cannot be read counts as an error: nothing is claimed on its strength."""
    content = block.get("content", "")
    if not isinstance(content, str):
        content = "".join(part.get("text", "") for part in content)
    try:
        read = json.loads(content)
    except ValueError:
        read = None
    if isinstance(read, dict) and "status" in read:
        return read
    return {"status": "permanent_error", "code": "unreadable", "message": content[:200]}
