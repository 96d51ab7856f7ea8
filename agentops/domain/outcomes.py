"""How a tool call can end, and what the model is told to do about it."""

import json
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from agentops.domain.phrases import Stored, Words, find_words, keep_words

EXPIRED, UNANSWERED = "expired", "unanswered"
"""Codes of a call that nobody answered in time: a person calls back about it, or the run goes on without it."""


class ToolResultStatus(StrEnum):
    """The four ways a tool call can end."""

    SUCCESS = "success"
    RETRYABLE_ERROR = "retryable_error"
    PERMANENT_ERROR = "permanent_error"
    TIMEOUT = "timeout"


class ToolResult(BaseModel):
    """What a call came to, as stored and as the model reads it.

    `code` is a stable name for the reason (``slot_taken``), `message` says it in a sentence, `suggestion` says what
    to do instead. `data` is the tool's typed output as JSON values. `words` tells, while it is stored, what the
    message is made of: see `stored` and `read_result`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: ToolResultStatus
    code: str = "ok"
    message: Words = ""
    suggestion: str = ""
    data: dict[str, Any] | None = None
    truncated: bool = False
    words: dict[str, Stored] = {}

    @property
    def ok(self) -> bool:
        """Whether the tool did what was asked."""
        return self.status is ToolResultStatus.SUCCESS

    @property
    def stored(self) -> dict[str, Any]:
        """The result as JSON values, with what its message is made of."""
        words = keep_words(self.model_copy(update={"data": None}))
        return self.model_copy(update={"words": words}).model_dump(mode="json", exclude=None if words else {"words"})

    def for_model(self, *, changed: str = "") -> str:
        """The text of the `tool_result` block; `changed` says what staff changed of the call that it answers."""
        if self.ok and self.data is not None and set(self.data) == {"text"}:
            return f"[{changed}]\n{self.data['text']}" if changed else str(self.data["text"])
        told = self.model_dump(mode="json", exclude_defaults=True, exclude_none=True, exclude={"words"})
        return json.dumps({"changed_by_staff": changed, **told} if changed else told, ensure_ascii=False)


class ToolError(Exception):
    """Raised by a tool that certainly did not act. `retryable` says whether the same call may succeed later.

    `message` and `suggestion` are for the model, `told` is the same fact in a sentence for staff.
    """

    def __init__(self, code: str, message: str, *, suggestion: str, retryable: bool = False, told: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.suggestion = suggestion
        self.retryable = retryable
        self.told = told or message


def read_result(stored: Any) -> ToolResult:
    """A stored result with its message as a phrase. Raises ValidationError where it cannot be read."""
    result = ToolResult.model_validate(stored)
    bare = result.model_copy(update={"words": {}})
    return bare.model_copy(update={"message": find_words(bare.model_copy(update={"data": None}), result.words).message})


def failure(code: str, message: str, suggestion: str) -> ToolResult:
    """A permanent error: the same call will not work; `suggestion` says what may."""
    return ToolResult(status=ToolResultStatus.PERMANENT_ERROR, code=code, message=message, suggestion=suggestion)
