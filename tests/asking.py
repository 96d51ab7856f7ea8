"""Ways to put one question to the real client and a server of our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from agentops.domain.messages import ModelFailure, ModelReply, ModelRequest, ToolOffer
from agentops.domain.routing import DecisionType
from agentops.llm.claude import ClaudeModel
from tests.misbehaving_server import Act, MisbehavingServer

KEY = "sk-invented"
LOOK = ToolOffer("look", "Look at a thing.", {"type": "object", "properties": {"a": {"type": "integer"}}})


def make_request(**changes: Any) -> ModelRequest:
    """A request like any other, with some of it changed."""
    fields: dict[str, Any] = {
        "decision": DecisionType.SELECT_TOOL,
        "model": "claude-test",
        "system": "You help.",
        "briefing": "Now: Monday",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        "tools": [LOOK],
        "max_tokens": 256,
        "deadline_s": 20.0,
    }
    return ModelRequest(**fields | changes)


@contextmanager
def connect(base_url: str, *, api_key: str = KEY, read_timeout_s: float = 20.0) -> Iterator[ClaudeModel]:
    """A client of the server at this address."""
    model = ClaudeModel(api_key=api_key, base_url=base_url, read_timeout_s=read_timeout_s)
    try:
        yield model
    finally:
        model.close()


def ask(act: Act, **changes: Any) -> ModelReply:
    """Ask a server that acts so."""
    with MisbehavingServer(act) as server, connect(server.url) as model:
        return model.ask(make_request(**changes))


def fail(act: Act, **changes: Any) -> ModelFailure:
    """The failure that comes of asking a server that acts so."""
    with pytest.raises(ModelFailure) as caught:
        ask(act, **changes)
    return caught.value
