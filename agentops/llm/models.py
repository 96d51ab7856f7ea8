"""Which model answers: chosen once per process by a setting, never silently at call time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Protocol, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import import_string

from agentops.domain.messages import ModelReply, ModelRequest

OFFLINE = "agentops.llm.offline.OfflinePlanner"
CLAUDE = "agentops.llm.claude.ClaudeModel"


class Model(Protocol):
    """Whatever answers the loop. `provider` says whose it is: routes and prices go by it."""

    provider: str

    def ask(self, request: ModelRequest) -> ModelReply:
        """Answer one request, or raise `ModelFailure` within its deadline."""


_stand_in: Model | None = None
_loading = threading.Lock()


def get_model() -> Model:
    """The model of this process, by `settings.MODEL_PROVIDER`."""
    if _stand_in is not None:
        return _stand_in
    # Every thread of a worker begins at once: each would load a client of its own, with its own certificates.
    with _loading:
        return _connect(
            provider=settings.MODEL_PROVIDER,
            api_key=settings.ANTHROPIC_API_KEY,
            base_url=settings.ANTHROPIC_BASE_URL,
            read_timeout_s=float(settings.MODEL_TIMEOUT_SECONDS),
        )


@contextmanager
def use_model(model: Model | None) -> Iterator[None]:
    """Let another model answer meanwhile, in every thread of this process; None brings back the chosen one."""
    global _stand_in
    before, _stand_in = _stand_in, model
    try:
        yield
    finally:
        _stand_in = before


def describe_model() -> str:
    """The line a process prints at its start. Connecting first lets a wrong setting fail there."""
    if get_model().provider == "offline":
        return "offline planner (no AI model, no key)"
    parts = urlsplit(settings.ANTHROPIC_BASE_URL or "https://api.anthropic.com")
    port = f":{parts.port}" if parts.port else ""
    return f"Anthropic at {parts.scheme}://{parts.hostname}{port}"


@lru_cache(maxsize=1)
def _connect(*, provider: str, api_key: str, base_url: str, read_timeout_s: float) -> Model:
    # By name: loading the SDK takes a second or two that an offline process need not spend.
    if provider == "offline":
        return cast(Model, import_string(OFFLINE)())
    return cast(Model, import_string(CLAUDE)(api_key=api_key, base_url=base_url, read_timeout_s=read_timeout_s))
