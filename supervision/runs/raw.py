"""What the rows of one step or call hold, as JSON: masked unless somebody who may see it asks for it in full."""

import json
from typing import Any

from agentops.domain.visible_text import show_json
from agentops.models import Step, ToolCall

MASK = "▒▒▒"
PLAIN = frozenset(
    {
        ("digest",), ("stop_reason",), ("provider_request_id",), ("result", "status"), ("result", "code"),
        ("content", "type"), ("content", "id"), ("content", "name"), ("content", "tool_use_id"),
    }
)  # fmt: skip
"""Paths whose values cannot be about a person. Everything else is masked, whatever it is."""


def say_step(step: Step, *, in_full: bool) -> str:
    """One turn of a model."""
    said = {"content": step.content, "stop_reason": step.stop_reason}
    return _say({**said, "provider_request_id": step.provider_request_id}, in_full=in_full)


def say_call(call: ToolCall, *, in_full: bool) -> str:
    """One tool call: what was asked for, what the card showed, what came back."""
    asked = {"arguments": _loads(call.arguments), "digest": call.digest}
    return _say({**asked, "card": call.card, "result": call.result}, in_full=in_full)


def mask(value: Any, path: tuple[str, ...] = ()) -> Any:
    """The same shape without what may be about a person. Lists do not lengthen the path."""
    if isinstance(value, dict):
        return {key: mask(one, (*path, key)) for key, one in value.items()}
    if isinstance(value, list):
        return [mask(one, path) for one in value]
    if value is None or isinstance(value, bool) or path in PLAIN or value == "":
        return value
    return f"{MASK} {len(value)} characters" if isinstance(value, str) else MASK


def _say(value: Any, *, in_full: bool) -> str:
    return json.dumps(show_json(value if in_full else mask(value)), ensure_ascii=False, indent=1)


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
