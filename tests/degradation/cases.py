"""What a case of degradation is: how a server acts, and what a whole run must come to."""

import json
from dataclasses import dataclass
from typing import Any

from tests.misbehaving_server import Act, answer, in_turn
from tests.replies import message


@dataclass(frozen=True)
class End:
    """How a run must stand in the end."""

    status: str
    outcome: str

    @property
    def handed_over(self) -> bool:
        """Whether a person must find it on the desk."""
        return self.status not in {"completed", "suspended"}


ANSWERED = End("completed", "answered")
WAITS = End("suspended", "")
UNAVAILABLE = End("failed", "model_unavailable")
KEY_REJECTED = End("failed", "api_key_rejected")
BAD_REQUEST = End("failed", "bad_request")
NOT_FOUND = End("failed", "model_not_found")
CONTEXT_FULL = End("handed_off", "context_full")
REFUSED = End("handed_off", "model_refused")
UNKNOWN_STOP = End("handed_off", "unknown_stop_reason")
NO_WORDS = End("handed_off", "model_said_nothing")
UNUSABLE = End("handed_off", "unusable_calls")
OUT_OF_TOKENS = End("limit_reached", "limit_tokens")
OUT_OF_STEPS = End("limit_reached", "limit_iterations")
OUT_OF_CALLS = End("limit_reached", "limit_tool_calls")


@dataclass(frozen=True)
class Case:
    """One way to misbehave. `asked` is how many requests the server may see, `looks` how many look-ups may run.

    A `slow` case is given little working time; one that `lies` reports tokens that nobody allowed.
    """

    name: str
    act: Act
    end: End
    asked: int = 1
    looks: int = 0
    slow: bool = False
    lies: bool = False


def then_well(name: str, *acts: Act, looks: int = 0, asked: int = 0) -> Case:
    """A server that misbehaves in turn and then answers as it should: the run gets its answer."""
    return Case(name, in_turn(*acts, WELL), ANSWERED, asked=asked or len(acts) + 1, looks=looks)


def gives_up(name: str, act: Act) -> Case:
    """A server that misbehaves every time, in a way that may pass: asked three times, then a person."""
    return Case(name, act, UNAVAILABLE, asked=3)


def calling(*blocks: dict[str, Any], stop: str = "tool_use", **changes: Any) -> dict[str, Any]:
    """A reply that proposes calls."""
    return message(content=list(blocks), stop_reason=stop, **changes)


def look(text: str = "a", *, use_id: str = "toolu_1", **changes: Any) -> dict[str, Any]:
    """A good look-up, with some of it changed."""
    return {"type": "tool_use", "id": use_id, "name": "look", "input": {"text": text}} | changes


def act(text: str = "b", *, use_id: str = "toolu_2", **changes: Any) -> dict[str, Any]:
    """A good call of the tool that needs a yes, with some of it changed."""
    return look(text, use_id=use_id, name="act") | changes


def with_input(raw: str, *, name: str = "look") -> bytes:
    """A reply whose one call has this very text as its input."""
    return json.dumps(calling(look(name=name))).replace('{"text": "a"}', raw).encode()


WELL = answer(message(content=[{"type": "text", "text": "All is well."}]))
