"""What passes between the loop and a model, in the shape of the Messages API.

The loop never sees a vendor's objects: every model, the offline planner too, takes a
`ModelRequest` and gives a `ModelReply` or raises `ModelFailure`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agentops.domain.pricing import Usage
from agentops.domain.routing import DecisionType

Block = dict[str, Any]
"""One content block as the Messages API writes it: `{"type": "text", "text": …}`,
`{"type": "tool_use", "id": …, "name": …, "input": {…}}`, `{"type": "tool_result", …}`."""

Message = dict[str, Any]
"""`{"role": "user" | "assistant", "content": [Block, …]}`."""


class StopReason(StrEnum):
    """Why a model stopped; every value has its own branch in the loop."""

    END_TURN = "end_turn"
    MAX_TOKENS = "max_tokens"
    STOP_SEQUENCE = "stop_sequence"
    TOOL_USE = "tool_use"
    PAUSE_TURN = "pause_turn"
    REFUSAL = "refusal"
    CONTEXT_EXCEEDED = "model_context_window_exceeded"
    UNKNOWN = "unknown"


class FailureKind(StrEnum):
    """Why no usable reply came; decides whether the loop tries again.

    TRUNCATED is a reply that `max_tokens` cut off inside a call: only more room helps. An answer whose connection
    broke is UNAVAILABLE, one that came whole and makes no sense is UNREADABLE.
    """

    KEY_REJECTED = "api_key_rejected"
    OVERLOADED = "overloaded"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    BAD_REQUEST = "bad_request"
    MODEL_NOT_FOUND = "model_not_found"
    CONTEXT_FULL = "context_full"
    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"


RETRYABLE_FAILURES = frozenset(
    {
        FailureKind.OVERLOADED,
        FailureKind.RATE_LIMITED,
        FailureKind.UNAVAILABLE,
        FailureKind.TIMEOUT,
        FailureKind.UNREADABLE,
        FailureKind.TRUNCATED,
    }
)


class ModelFailure(Exception):
    """A model call that gave no usable reply. `retry_after` is in seconds, None where the server said nothing.

    `begun` says that the server had begun to answer before it failed, and so may bill.
    """

    def __init__(
        self, kind: FailureKind, detail: str, *, retry_after: float | None = None, begun: bool = False
    ) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after
        self.begun = begun


@dataclass(frozen=True, slots=True)
class ToolOffer:
    """A tool as the model is told of it."""

    name: str
    description: str
    input_schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a model.

    `system` is the stable part (cacheable), `briefing` the part that belongs to this run (clock, clinicians).
    `deadline_s` is the longest the whole call may take, in seconds.
    """

    decision: DecisionType
    model: str
    system: str
    briefing: str
    messages: list[Message]
    tools: list[ToolOffer]
    max_tokens: int
    deadline_s: float


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What a model answered. `model` is the one that really spoke; `provider` says whose it is."""

    content: list[Block]
    stop_reason: StopReason
    usage: Usage
    model: str
    provider: str
    provider_request_id: str = ""
    raw_stop_reason: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The reply's text blocks, joined by a blank line."""
        return "\n\n".join(b["text"] for b in self.content if b["type"] == "text" and b["text"])

    @property
    def tool_uses(self) -> list[Block]:
        """The reply's tool calls in the model's order."""
        return [b for b in self.content if b["type"] == "tool_use"]
