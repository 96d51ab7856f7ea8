"""The stage: the clinic's real tools as of an example's clock, made to fail where it says so, or recorded answers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, RootModel

from agentops.domain.cards import Card
from agentops.domain.golden import Example, Fault, RecordedCall
from agentops.domain.outcomes import ToolError, ToolResult, ToolResultStatus
from agentops.domain.phrases import say
from agentops.domain.validation import OutputRules
from agentops.tools.execution import MAX_ATTEMPTS
from agentops.tools.registry import Tool, ToolContext, Toolset, get_toolset, register_toolset, unregister_toolset

PATIENCE_SECONDS = 0.05
"""What a tool is given that is not going to answer."""


class Anything(RootModel[dict[str, Any]]):
    """A recorded output, as it was."""


@contextmanager
def set_stage(example: Example, *, toolset: str, now: datetime) -> Iterator[None]:
    """Offer the example's tools in place of the real ones for the length of the block.

    Tools are told the time and never look at a clock: whoever tells them decides when it is.
    """
    real = get_toolset(toolset)
    staged = _Recorded(real, example).toolset() if example.world == "recorded" else _as_of(real, example, now=now)
    unregister_toolset(toolset)
    register_toolset(staged)
    try:
        yield
    finally:
        unregister_toolset(toolset)
        register_toolset(real)


def _as_of(real: Toolset, example: Example, *, now: datetime) -> Toolset:
    back = now - example.clock
    faults = {fault.tool: fault for fault in example.faults}
    return replace(
        real,
        tools=tuple(_break(_shift(tool, back), faults.get(tool.name)) for tool in real.tools),
        briefing=lambda at: real.briefing(at - back),
    )


def _shift(tool: Tool, back: timedelta) -> Tool:
    describe = tool.describe
    return replace(
        tool,
        run=lambda context, arguments: tool.run(_then(context, back), arguments),
        describe=(lambda context, arguments: describe(_then(context, back), arguments)) if describe else None,
    )


def _then(context: ToolContext, back: timedelta) -> ToolContext:
    return replace(context, now=context.now - back, asked_at=context.asked_at - back)


def _break(tool: Tool, fault: Fault | None) -> Tool:
    if fault is None:
        return tool
    fails_yet = fault.times

    def run(context: ToolContext, arguments: Any) -> BaseModel:
        nonlocal fails_yet
        if fault.how == "timeout" or fails_yet > 0:
            fails_yet -= 1
            _fail(fault.how, tool.name)
        return tool.run(context, arguments)

    return _impatient(replace(tool, run=run)) if fault.how == "timeout" else replace(tool, run=run)


def _impatient(tool: Tool) -> Tool:
    """A tool that may fail to answer in its time: one that works in the caller's thread always answers."""
    return replace(tool, local=False, timeout_s=PATIENCE_SECONDS)


def _fail(how: str, tool: str) -> None:
    if how == "crash":
        raise RuntimeError(f"{tool} was made to crash")
    if how == "timeout":
        time.sleep(PATIENCE_SECONDS * 2)
    raise ToolError(
        "made_to_fail",
        say("%(tool)s does not work just now.", tool=tool),
        suggestion="Say so.",
        retryable="retry" in how,
    )


class _Recorded:
    """Tools that show and answer what was recorded of them, call by call in the recorded order."""

    def __init__(self, real: Toolset, example: Example) -> None:
        self.real = real
        recorded = [call for part in example.talk for call in part.results]
        self.shown = {tool.name: [call for call in recorded if call.tool == tool.name] for tool in real.tools}
        self.given = {tool.name: _list_answers(tool, self.shown[tool.name]) for tool in real.tools}

    def toolset(self) -> Toolset:
        """The whole set; what no recording calls fails as a tool does that is not there."""
        return replace(self.real, tools=tuple(map(self._tool, self.real.tools)), output_rules=self._rules)

    def _tool(self, tool: Tool) -> Tool:
        late = any(result.status is ToolResultStatus.TIMEOUT for result in self.given[tool.name])
        staged = replace(
            tool,
            output=Anything,
            run=lambda _, __: self._give(tool.name),
            describe=lambda _, __: self._show(tool.name),
            check=None,
            editing=None,
        )
        return _impatient(staged) if late else staged

    def _show(self, tool: str) -> Card:
        calls = self.shown[tool]
        call = calls.pop(0) if calls else RecordedCall(tool=tool, card=Card(title=tool))
        if call.refuses and call.result:
            _replay(call.result)
        return call.card

    def _give(self, tool: str) -> Anything:
        results = self.given[tool]
        if not results:
            raise ToolError(
                "not_recorded", say("No further answer of %(tool)s was recorded.", tool=tool), suggestion="Stop here."
            )
        return _replay(results.pop(0))

    def _rules(self, run_id: int, results: tuple[str, ...]) -> OutputRules:
        """The toolset's own rules; there are no records here, so what the recorded tools read stands for them."""
        rules = self.real.output_rules(run_id, results)
        return replace(rules, grounding=(*rules.grounding, *results))


def _list_answers(tool: Tool, calls: list[RecordedCall]) -> list[ToolResult]:
    """What a tool answers, in order; a failure that is tried again comes again each time."""
    answers: list[ToolResult] = []
    for call in calls:
        if call.result and not call.refuses:
            again = tool.effect.repeatable and call.result.status in _TRIED_AGAIN
            answers += [call.result] * (MAX_ATTEMPTS if again else 1)
    return answers


_TRIED_AGAIN = {ToolResultStatus.RETRYABLE_ERROR, ToolResultStatus.TIMEOUT}


def _replay(result: ToolResult) -> Anything:
    if result.status is ToolResultStatus.TIMEOUT:
        time.sleep(PATIENCE_SECONDS * 2)
    if not result.ok:
        retryable = result.status is ToolResultStatus.RETRYABLE_ERROR
        raise ToolError(result.code, result.message, suggestion=result.suggestion, retryable=retryable)
    return Anything(result.data or {})
