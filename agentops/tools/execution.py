"""Running one tool: timeout, bounded retries with backoff, and four ways to end."""

import json
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

import structlog
from django.db import OperationalError, connections
from pydantic import BaseModel, ValidationError

from agentops.domain.lifecycle import Effect
from agentops.domain.outcomes import ToolError, ToolResult, ToolResultStatus, failure
from agentops.domain.phrases import say
from agentops.tools.registry import Tool, ToolContext

MAX_ATTEMPTS = 3
BACKOFF_SECONDS = 0.2

log = structlog.get_logger(__name__)
_hands = ThreadPoolExecutor(max_workers=64, thread_name_prefix="tool")


def _new_hands() -> None:
    """A forked worker has the pool's bookkeeping but not its threads, and would wait for them for ever."""
    global _hands
    _hands = ThreadPoolExecutor(max_workers=64, thread_name_prefix="tool")


os.register_at_fork(after_in_child=_new_hands)


def execute_tool(*, tool: Tool, context: ToolContext, arguments: str, deadline_s: float) -> ToolResult | None:
    """Run a tool on its stored arguments. None: nobody knows whether it acted.

    Only a tool that may be repeated is tried again, with the same key, at most three times within the deadline
    (seconds), and only when trying again may help.
    """
    parsed = _parse(tool, arguments)
    if parsed is None:
        return _outdated(tool)
    end = time.monotonic() + deadline_s
    attempts = MAX_ATTEMPTS if tool.effect.repeatable else 1
    result: ToolResult | None = None
    doubtful = False
    for attempt in range(1, attempts + 1):
        result = _attempt(tool, context, parsed, deadline_s=end - time.monotonic())
        pause = BACKOFF_SECONDS * 2 ** (attempt - 1)
        doubtful = doubtful or result is None
        may_help = result is None or result.status in {ToolResultStatus.RETRYABLE_ERROR, ToolResultStatus.TIMEOUT}
        if not may_help or attempt == attempts or time.monotonic() + pause >= end:
            break
        log.info("tool_retry", tool=tool.name, run_id=context.run_id, attempt=attempt)
        time.sleep(pause)
    # "Not now" from a later try says nothing of an earlier one that may have acted.
    return None if doubtful and not (result and result.ok) else result


def execute_here(*, tool: Tool, context: ToolContext, arguments: str) -> ToolResult:
    """Run a tool in this thread, once: for tools whose every effect is in the caller's transaction."""
    parsed = _parse(tool, arguments)
    if parsed is None:
        return _outdated(tool)
    return _run(tool, context, parsed) or _crashed(tool)


def check_effect(*, tool: Tool, key: str) -> bool | None:
    """Ask a tool whether the call with this key took effect. None: it cannot tell, or did not answer in its time."""
    if tool.check is None:
        return None
    future = _hands.submit(tool.check, key)
    try:
        return future.result(timeout=tool.timeout_s)
    except Exception as error:  # a check that breaks has found nothing out
        log.warning("check_failed", tool=tool.name, error=type(error).__name__)
        return None


def _parse(tool: Tool, arguments: str) -> BaseModel | None:
    try:
        return tool.input.model_validate_json(arguments)
    except ValidationError:
        return None


def _attempt(tool: Tool, context: ToolContext, parsed: BaseModel, *, deadline_s: float) -> ToolResult | None:
    if tool.local:
        return _run(tool, context, parsed)
    bound = min(tool.timeout_s, deadline_s)
    future: Future[ToolResult | None] = _hands.submit(_run_aside, tool, context, parsed)
    try:
        return future.result(timeout=max(bound, 0.001))
    except FutureTimeout:
        never_began = future.cancel()
        return None if _may_have_acted(tool) and not never_began else _timed_out(tool, bound)


def _run_aside(tool: Tool, context: ToolContext, parsed: BaseModel) -> ToolResult | None:
    """Run in a thread of the pool, which must not keep a connection that the tool may have opened."""
    try:
        return _run(tool, context, parsed)
    finally:
        connections.close_all()


def _may_have_acted(tool: Tool) -> bool:
    """Whether a tool that broke off may have had its effect: not a look-up, nor one that is rolled back with us."""
    return tool.effect in {Effect.NON_IDEMPOTENT, Effect.IDEMPOTENT}


def _run(tool: Tool, context: ToolContext, parsed: BaseModel) -> ToolResult | None:
    try:
        output = tool.run(context, parsed)
    except ToolError as error:
        kind = ToolResultStatus.RETRYABLE_ERROR if error.retryable else ToolResultStatus.PERMANENT_ERROR
        return ToolResult(status=kind, code=error.code, message=error.message, suggestion=error.suggestion)
    except OperationalError as error:
        log.warning("tool_database_busy", tool=tool.name, run_id=context.run_id, error=type(error).__name__)
        return None if _may_have_acted(tool) else _busy(tool)
    except Exception:
        log.exception("tool_crashed", tool=tool.name, run_id=context.run_id)
        return None if _may_have_acted(tool) else _crashed(tool)
    return _success(tool, output)


def _success(tool: Tool, output: BaseModel) -> ToolResult:
    try:
        data = tool.output.model_validate(output).model_dump(mode="json")
    except ValueError:  # pydantic cannot read it, or cannot write it as JSON
        return ToolResult(
            status=ToolResultStatus.SUCCESS,
            code="unreadable_output",
            message=say("%(name)s acted, but its report cannot be read.", name=tool.name),
            suggestion="Do not call it again. Look the result up, or call escalate_to_human.",
        )
    return _capped(tool, data)


def _capped(tool: Tool, data: dict[str, Any]) -> ToolResult:
    text = json.dumps(data, ensure_ascii=False)
    if len(text) <= tool.max_result_chars:
        return ToolResult(status=ToolResultStatus.SUCCESS, data=data)
    return ToolResult(
        status=ToolResultStatus.SUCCESS,
        data={"text": f"{text[: tool.max_result_chars]}… [cut: {len(text)} characters]"},
        truncated=True,
        suggestion="The result was cut. Ask for less at a time.",
    )


def _timed_out(tool: Tool, seconds: float) -> ToolResult:
    return ToolResult(
        status=ToolResultStatus.TIMEOUT,
        code="timeout",
        message=say("%(name)s did not answer within %(seconds)s seconds.", name=tool.name, seconds=f"{seconds:.1f}"),
        suggestion="Try once more later, or go on without it and say what is missing.",
    )


def _outdated(tool: Tool) -> ToolResult:
    return failure(
        "arguments_outdated",
        say("%(name)s changed since this call was proposed. It was not run.", name=tool.name),
        "Propose the call once more.",
    )


def _busy(tool: Tool) -> ToolResult:
    return ToolResult(
        status=ToolResultStatus.RETRYABLE_ERROR,
        code="database_busy",
        message=say("%(name)s could not read or write just now. Nothing was changed.", name=tool.name),
        suggestion="Try the same call once more.",
    )


def _crashed(tool: Tool) -> ToolResult:
    return failure(
        "tool_failed",
        say("%(name)s failed. Nothing was changed.", name=tool.name),
        "Try another way, or call escalate_to_human and say what is needed.",
    )
