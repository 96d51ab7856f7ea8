"""Claude over the Messages API: the one file that imports the vendor's SDK."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anthropic
import httpx2

from agentops.domain.messages import Block, FailureKind, Message, ModelFailure, ModelReply, ModelRequest
from agentops.llm.failures import describe, read_failure
from agentops.llm.transport import MAX_BODY_BYTES, BoundedTransport, end_within
from agentops.llm.wire import read_reply

PUBLIC_URL = "https://api.anthropic.com"
CONNECT_SECONDS = 5.0

_CACHE: dict[str, Any] = {"cache_control": {"type": "ephemeral"}}
_CACHEABLE = {"text", "tool_result"}


class ClaudeModel:
    """A model behind the Messages API, Anthropic's own or a server that speaks it.

    One HTTP request a question: the SDK's own retries are off, because it would sleep in the worker for as long as a
    server says; the loop decides. No trace context leaves the house. `read_timeout_s` bounds the wait for the next
    byte, the request's `deadline_s` the whole call.
    """

    provider = "anthropic"

    def __init__(self, *, api_key: str, base_url: str = "", read_timeout_s: float = 60.0) -> None:
        url = base_url or PUBLIC_URL
        timeout = httpx2.Timeout(read_timeout_s, connect=CONNECT_SECONDS)
        self._client = anthropic.Anthropic(
            api_key=api_key,
            base_url=url,
            max_retries=0,
            timeout=timeout,
            # Uncompressed, so that the bound on a body counts what will be read.
            default_headers={"accept-encoding": "identity"},
            open_telemetry={"propagation": False},
            http_client=httpx2.Client(
                transport=BoundedTransport(proxy=find_proxy(url)), timeout=timeout, follow_redirects=False
            ),
        )

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def ask(self, request: ModelRequest) -> ModelReply:
        """Ask once. Raises `ModelFailure`, at the latest when `request.deadline_s` is over."""
        try:
            with end_within(request.deadline_s):
                return self._ask(request)
        except anthropic.APIStatusError as error:
            raise read_failure(status=error.status_code, body=error.body, headers=error.response.headers) from error
        except (anthropic.APITimeoutError, httpx2.TimeoutException) as error:
            raise ModelFailure(FailureKind.TIMEOUT, "no complete answer in time") from error
        except anthropic.APIConnectionError as error:
            if isinstance(error.__cause__, httpx2.LocalProtocolError):
                # Of all headers only the key comes from outside; the error's own words would repeat it.
                raise ModelFailure(FailureKind.KEY_REJECTED, "the key cannot be written into a header") from None
            raise ModelFailure(FailureKind.UNAVAILABLE, describe(f"no connection: {error.__cause__}")) from error
        except httpx2.DecodingError as error:
            raise ModelFailure(FailureKind.UNREADABLE, "the reply could not be unpacked") from error
        except httpx2.TransportError as error:
            raise ModelFailure(FailureKind.UNAVAILABLE, describe(f"the connection broke: {error}")) from error
        except UnicodeEncodeError as error:
            raise ModelFailure(FailureKind.BAD_REQUEST, "the request holds half a character") from error

    def _ask(self, request: ModelRequest) -> ModelReply:
        with self._client.messages.with_streaming_response.create(**build_params(request)) as response:
            return read_reply(
                content_type=response.headers.get("content-type", ""),
                body=_read_body(response.iter_bytes()),
                provider=self.provider,
                request_id=response.headers.get("request-id", ""),
            )


def build_params(request: ModelRequest) -> dict[str, Any]:
    """The request in the form of the Messages API.

    Three cache marks: after the tools, after the stable part of the system prompt, after the conversation so far.
    """
    system = [{"type": "text", "text": text} for text in (request.system, request.briefing) if text.strip()]
    if request.system.strip():
        system[0] = {**system[0], **_CACHE}
    tools: list[dict[str, Any]] = [
        {"name": t.name, "description": t.description, "input_schema": t.input_schema} for t in request.tools
    ]
    if tools:
        tools[-1] |= _CACHE
    params: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "messages": _write_messages(request.messages),
    }
    return params | ({"system": system} if system else {}) | ({"tools": tools} if tools else {})


def find_proxy(url: str) -> str | None:
    """The proxy that the environment names for this address, as every HTTP client reads it."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def _write_messages(messages: list[Message]) -> list[Message]:
    written = [{"role": m["role"], "content": list(_write_blocks(m["content"]))} for m in messages]
    written = [message for message in written if message["content"]]
    last = written[-1]["content"] if written else []
    if last and last[-1]["type"] in _CACHEABLE:
        last[-1] = last[-1] | _CACHE
    return written


def _write_blocks(blocks: list[Block]) -> Iterable[Block]:
    """Blocks as they came, but for two things that the API refuses: empty text, and arguments that are no object."""
    for block in blocks:
        if block["type"] == "text" and not block["text"].strip():
            continue
        bare = block["type"] == "tool_use" and not isinstance(block["input"], dict)
        yield {**block, "input": {}} if bare else block


def _read_body(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ModelFailure(FailureKind.UNREADABLE, f"the reply is longer than {MAX_BODY_BYTES} bytes")
    return bytes(body)
