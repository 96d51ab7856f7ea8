"""Strict reading of what a Messages API server answered with status 200.

The SDK does not validate replies. Here a reply is either what the loop can rely on or a `ModelFailure`. Blocks are
kept as they came, unknown ones too, because thinking must go back to the model unchanged; nothing here runs a tool.
"""

import json
import re
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from agentops.domain.arguments import MAX_DEPTH, RepeatedKeys, read_object
from agentops.domain.messages import Block, FailureKind, ModelFailure, ModelReply, StopReason
from agentops.domain.pricing import Usage
from agentops.llm.failures import describe, read_failure
from agentops.llm.sse import assemble_message

MAX_TOKENS = 2_000_000
"""No model reads or writes more in one call: a larger figure is a fault, not a bill."""

MAX_BLOCK_DEPTH = 100

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that a JSON column cannot hold on every database: NUL and half characters."""

_CALLING = {StopReason.TOOL_USE, StopReason.END_TURN, StopReason.STOP_SEQUENCE, StopReason.PAUSE_TURN}
"""Ends after which calls count. After any other the model, or the server, went back on its answer."""

_Model = TypeVar("_Model", bound=BaseModel)
_Tokens = Annotated[int, Field(ge=0, le=MAX_TOKENS)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _CacheCreation(_Strict):
    ephemeral_5m_input_tokens: _Tokens | None = None
    ephemeral_1h_input_tokens: _Tokens | None = None


class _Usage(_Strict):
    input_tokens: _Tokens
    output_tokens: _Tokens
    cache_creation_input_tokens: _Tokens | None = None
    cache_read_input_tokens: _Tokens | None = None
    cache_creation: _CacheCreation | None = None

    def count(self) -> Usage:
        """The tokens by what they cost; cache writes of unnamed age are counted as the five-minute kind."""
        ages = self.cache_creation or _CacheCreation()
        hour = ages.ephemeral_1h_input_tokens or 0
        unnamed = (self.cache_creation_input_tokens or 0) - hour
        return Usage(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            cache_write_5m_tokens=max(ages.ephemeral_5m_input_tokens or 0, unnamed),
            cache_write_1h_tokens=hour,
            cache_read_tokens=self.cache_read_input_tokens or 0,
        )


class _Message(_Strict):
    type: Literal["message"]
    role: Literal["assistant"]
    model: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,80}$")]
    content: list[Any]
    stop_reason: str | None
    usage: _Usage


class _Call(_Strict):
    id: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,120}$")]
    name: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,80}$")]
    input: Any


def read_reply(*, content_type: str, body: bytes, provider: str, request_id: str = "") -> ModelReply:
    """Read a 200 answer, JSON or event stream.

    Raises `ModelFailure`: UNREADABLE for anything that is not a message, UNAVAILABLE for a stream without its end,
    TRUNCATED for one that was cut off inside a call, and the error itself where the body holds one.
    """
    raw = _decode(content_type=content_type, body=body)
    if raw.get("type") == "error" or isinstance(raw.get("error"), dict):
        raise read_failure(status=200, body=raw)
    if isinstance(raw, RepeatedKeys) or isinstance(raw.get("usage"), RepeatedKeys):
        raise _unreadable("the reply holds the same key twice")
    message = _check(_Message, raw, where="reply")
    stop_reason = _read_stop_reason(message.stop_reason)
    content, notes = _keep_calls_that_count([_read_block(b) for b in message.content], stop_reason)
    _refuse_repeated_ids(content)
    return ModelReply(
        content=content,
        stop_reason=stop_reason,
        usage=message.usage.count(),
        model=message.model,
        provider=provider,
        provider_request_id=describe(request_id)[:80],
        raw_stop_reason=describe(message.stop_reason or "")[:40],
        notes=notes,
    )


def _decode(*, content_type: str, body: bytes) -> dict[str, Any]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in {"application/json", "text/event-stream"}:
        raise _unreadable(f"the reply is {describe(kind) or 'of no named type'}, not JSON")
    try:
        if kind == "text/event-stream":
            return assemble_message(_decode_stream(body))
        raw: Any = json.loads(body.decode(), object_pairs_hook=read_object)
    except (ValueError, RecursionError):
        raise _unreadable("the reply is not valid JSON") from None
    if not isinstance(raw, dict):
        raise _unreadable("the reply is not an object")
    return raw


def _decode_stream(body: bytes) -> str:
    """The text of a stream; where it was cut in the middle of a character, the text up to there."""
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        if error.end < len(body) or error.reason != "unexpected end of data":
            raise
        return body[: error.start].decode()


def _read_stop_reason(raw: str | None) -> StopReason:
    try:
        return StopReason(raw or "")
    except ValueError:
        return StopReason.UNKNOWN


def _read_block(raw: object) -> Block:
    if not isinstance(raw, dict) or isinstance(raw, RepeatedKeys) or not isinstance(raw.get("type"), str):
        raise _unreadable("a content block is not an object with one type")
    if raw["type"] == "tool_use":
        return _read_call(raw)
    if raw["type"] == "text":
        if not isinstance(raw.get("text"), str):
            raise _unreadable("a text block holds no text")
        raw = {**raw, "text": _UNSTORABLE.sub("\ufffd", raw["text"])}
    if not _is_storable(raw, depth=MAX_BLOCK_DEPTH):
        raise _unreadable("a content block holds what no database can keep")
    return raw


def _read_call(raw: Block) -> Block:
    """Keep a call's input as it came, or as its JSON text where it cannot be stored: the gate then names the fault."""
    call = _check(_Call, raw, where="tool_use")
    if not _is_storable({**raw, "input": None}, depth=MAX_BLOCK_DEPTH):
        raise _unreadable("a content block holds what no database can keep")
    if _is_storable(call.input, depth=MAX_DEPTH + 1):
        return raw
    try:
        return {**raw, "input": json.dumps(call.input)}
    except RecursionError:
        raise _unreadable("the arguments of a call are nested too deep") from None


def _is_storable(value: Any, *, depth: int) -> bool:
    if depth < 0:
        return False
    if isinstance(value, str):
        return not _UNSTORABLE.search(value)
    if isinstance(value, float):
        return abs(value) < float("inf")
    if isinstance(value, list):
        return all(_is_storable(item, depth=depth - 1) for item in value)
    if isinstance(value, dict):
        return all(_is_storable(k, depth=0) and _is_storable(v, depth=depth - 1) for k, v in value.items())
    return True


def _keep_calls_that_count(content: list[Block], stop_reason: StopReason) -> tuple[list[Block], list[str]]:
    if stop_reason is StopReason.MAX_TOKENS and content and content[-1]["type"] == "tool_use":
        raise ModelFailure(FailureKind.TRUNCATED, "the reply was cut off inside a tool call", retry_after=0.0)
    kept = [block for block in content if block["type"] != "tool_use"]
    if stop_reason in _CALLING or stop_reason is StopReason.MAX_TOKENS or len(kept) == len(content):
        return content, []
    return kept, [f"{len(content) - len(kept)} calls were dropped: the reply ended with {stop_reason}"]


def _refuse_repeated_ids(content: list[Block]) -> None:
    ids = [block["id"] for block in content if block["type"] == "tool_use"]
    if len(set(ids)) < len(ids):
        raise _unreadable("two calls of one reply have the same id")


def _check(model: type[_Model], raw: dict[str, Any], *, where: str) -> _Model:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        path = ".".join(str(part) for part in (where, *first["loc"]))
        raise _unreadable(describe(f"{path}: {first['msg']}")) from None


def _unreadable(detail: str) -> ModelFailure:
    return ModelFailure(FailureKind.UNREADABLE, detail)
