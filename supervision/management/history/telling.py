"""How a run goes, from the first words to its end: what the model did, what people said, what stopped it."""

from typing import Any

from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.partial import REASONS
from supervision.management.history.building import Verdict
from supervision.management.history.stories import End
from supervision.management.history.trace import Trace

UNPRICED = "claude-opus-4-7"
"""A model that was asked now and then, and whose price nobody entered."""

ROOM = 3
"""Turns that are kept for what comes after a look-up."""


def tell(trace: Trace, end: End) -> Verdict:
    """Let the run happen up to this end."""
    if end is End.UNAVAILABLE:
        return _unavailable(trace)
    trace.turn("classify_intent", [_text(trace.kind.slug)])
    if end is End.ASKED_BACK:
        words = "Could you tell me your full name and date of birth, please?"
        trace.turn("generate_response", [_text(words)])
        return Verdict(RunStatus.COMPLETED, "asked_back", words)
    if end in {End.PERSON, End.URGENT}:
        return _pass_on(trace, end)
    _look_up(trace)
    if end is End.STOPPED:
        words = "I could not finish this. Nothing was changed."
        return Verdict(RunStatus.CANCELLED, "cancelled", words, note="Stopped.")
    if end in {End.STEPS, End.CALLS}:
        return _run_out(trace, end)
    return _act(trace, end)


def _look_up(trace: Trace) -> None:
    """The usual look-ups; one that fails makes the model think again and look once more."""
    for tool in trace.kind.looks:
        step = trace.turn("select_tool", [_use(tool)])
        failed = trace.rng.random() < trace.kind.tool_errors
        trace.look(step, tool, failed=failed)
        if failed and trace.turns + ROOM < trace.world.limits.iterations:
            better = UNPRICED if trace.rng.random() < 0.1 else ""
            trace.look(trace.turn("complex_reasoning", [_use(tool)], model=better), tool)


def _act(trace: Trace, end: End) -> Verdict:
    answer, then, handoff = trace.scene.fill(trace.kind.answer), CallStatus.SUCCEEDED, ""
    if end is End.TURNED_DOWN:
        answer, then = "I did not do this myself. A colleague will see to it.", CallStatus.REJECTED
    elif end is End.EXPIRED:
        answer, then = "Nobody could confirm this in time. A person will call back.", CallStatus.EXPIRED
        handoff = REASONS["request_expired"]
    elif end is End.DOUBTED:
        then = CallStatus.HAPPENED if trace.rng.random() < 0.7 else CallStatus.NOT_HAPPENED
    if trace.kind.act:
        trace.ask(trace.turn("select_tool", [_use(trace.kind.act)]), trace.kind.act, then)
    decision = "generate_response" if then is CallStatus.SUCCEEDED else "complex_reasoning"
    trace.turn(decision, [_text(answer)])
    return Verdict(RunStatus.COMPLETED, "answered", answer, handoff=handoff)


def _pass_on(trace: Trace, end: End) -> Verdict:
    trace.look(trace.turn("select_tool", [_use("escalate_to_human")]), "escalate_to_human")
    words = "I am passing you to a person at the clinic."
    return _handed(RunStatus.HANDED_OFF, end, words)


def _run_out(trace: Trace, end: End) -> Verdict:
    """It goes in circles until a limit stops it."""
    limits, tool = trace.world.limits, trace.kind.looks[-1]
    while trace.turns < limits.iterations:
        step = trace.turn("select_tool", [_use(tool)])
        for position in range(3 if end is End.CALLS else 1):
            if len(trace.calls) < limits.tool_calls:
                trace.look(step, tool, failed=trace.rng.random() < trace.kind.tool_errors)
                trace.calls[-1]["position"] = position
        if len(trace.calls) == limits.tool_calls:
            break
    return _handed(RunStatus.LIMIT_REACHED, end, "I could not finish this. A colleague will take over.")


def _unavailable(trace: Trace) -> Verdict:
    for _ in range(3):
        trace.fail_turn("classify_intent", "overloaded", "529")
    return _handed(RunStatus.FAILED, End.UNAVAILABLE, "I could not finish this. A colleague will take over.")


def _handed(status: RunStatus, end: End, words: str) -> Verdict:
    reason = REASONS[end.value]
    return Verdict(status, end.value, words, note=f"Handed to a person: {reason}.", handoff=reason)


def _text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def _use(tool: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{tool}", "name": tool, "input": {}}
