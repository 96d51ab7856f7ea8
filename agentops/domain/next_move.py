"""The loop's brain: what to do next, told from the transcript alone. It does nothing itself."""

from dataclasses import dataclass

from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.limits import LimitKind
from agentops.domain.messages import RETRYABLE_FAILURES, FailureKind, StopReason
from agentops.domain.routing import DecisionType, decide_type
from agentops.domain.transcript import CallView, Transcript, Turn

MAX_MODEL_ATTEMPTS = 3
BACKOFF_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 20.0
"""Longer than this no worker sits still for one run, whatever a server asks for and however much time is left."""

GOLDEN = 0.6180339887
"""Multiples of it, without their whole part, are spread evenly between 0 and 1."""


@dataclass(frozen=True, slots=True)
class AskModel:
    """Ask the model for the coming turn, after a pause where the last attempt failed."""

    decision: DecisionType
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RunTool:
    """Run this call. `again` marks a repeatable call that another worker began."""

    call: CallView
    again: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """This call was begun by a worker that is gone, and may not be run again: a person must say whether it happened."""

    call: CallView


@dataclass(frozen=True, slots=True)
class AwaitHuman:
    """Nothing can be done until a person decides, or, where there are no calls to decide, until a hold is over."""

    calls: tuple[CallView, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """End the run. `outcome` is a stable name for why; `answer` is what the model said, empty where it did not."""

    status: RunStatus
    outcome: str
    answer: str = ""
    limit: LimitKind | None = None


Move = AskModel | RunTool | Doubt | AwaitHuman | Finish


def next_move(transcript: Transcript) -> Move:
    """Fold the transcript into the next thing to do.

    1. A run that was asked to stop ends. 2. Open calls of the last turn are run, doubted or waited for. 3. A turn
    whose calls are all answered goes back to the model, unless one of them gave the run to a person. 4. A turn
    without calls ends the run as its stop reason says.
    """
    if transcript.stop_requested:
        return _stop(transcript)
    if not transcript.turns:
        return _ask(transcript)
    last = transcript.turns[-1]
    if last.failure:
        return _after_failure(transcript, last.failure)
    if last.sorting and transcript.sorted:
        return _ask(transcript)
    if any(not call.status.answered for call in last.calls):
        return _open_calls(last)
    if last.calls:
        return _after_calls(transcript, last)
    return _after_words(transcript, last)


def _stop(transcript: Transcript) -> Move:
    """End the run, but not over a call of which nobody knows whether it acted; nothing new is begun."""
    for call in transcript.calls:
        if call.status is CallStatus.STARTED:
            return Doubt(call)
    doubtful = tuple(call for call in transcript.calls if call.status is CallStatus.IN_DOUBT)
    return AwaitHuman(doubtful) if doubtful else Finish(RunStatus.CANCELLED, "cancelled")


def _open_calls(turn: Turn) -> Move:
    for call in turn.calls:
        if call.status is CallStatus.STARTED:
            return RunTool(call, again=True) if call.effect.repeatable else Doubt(call)
    for call in turn.calls:
        if call.runnable:
            return RunTool(call)
    return AwaitHuman(tuple(call for call in turn.calls if call.status.waits))


def _after_calls(transcript: Transcript, turn: Turn) -> Move:
    handed = [call for call in turn.calls if call.hands_off and call.status.took_effect]
    if handed:
        outcome = "urgent_help" if any(_is_urgent(call) for call in handed) else "asked_for_a_person"
        return Finish(RunStatus.HANDED_OFF, outcome, turn.text)
    codes = {call.result.code for call in turn.calls if call.result}
    if "repeated_call" in codes:
        return Finish(RunStatus.LIMIT_REACHED, "limit_repeated_call", limit=LimitKind.REPEATED_CALL)
    if "tool_call_limit" in codes:
        return Finish(RunStatus.LIMIT_REACHED, "limit_tool_calls", limit=LimitKind.TOOL_CALLS)
    if "stopped_text" in codes:
        return Finish(RunStatus.HANDED_OFF, "stopped_text")
    if _fumbles(transcript) >= MAX_MODEL_ATTEMPTS:
        return Finish(RunStatus.HANDED_OFF, "unusable_calls")
    return _ask(transcript)


def _is_urgent(call: CallView) -> bool:
    return bool(call.result and call.result.data and call.result.data.get("urgent"))


def _fumbles(transcript: Transcript) -> int:
    """How many turns in a row, up to the last, held nothing but calls that could not even be read."""
    count = 0
    for turn in reversed(transcript.turns):
        codes = {call.result.code for call in turn.calls if call.result}
        if not codes or not codes <= {"unknown_tool", "bad_arguments"}:
            break
        count += 1
    return count


def _after_words(transcript: Transcript, turn: Turn) -> Move:
    match turn.stop_reason:
        case StopReason.END_TURN | StopReason.STOP_SEQUENCE | StopReason.TOOL_USE:
            if turn.text.strip():
                asked_back = turn.text.rstrip().endswith("?")
                return Finish(RunStatus.COMPLETED, "asked_back" if asked_back else "answered", turn.text)
            return Finish(RunStatus.HANDED_OFF, "model_said_nothing")
        case StopReason.PAUSE_TURN:
            return _ask(transcript)
        case StopReason.MAX_TOKENS:
            return Finish(RunStatus.LIMIT_REACHED, "limit_tokens", limit=LimitKind.TOKENS)
        case StopReason.REFUSAL:
            return Finish(RunStatus.HANDED_OFF, "model_refused")
        case StopReason.CONTEXT_EXCEEDED:
            return Finish(RunStatus.HANDED_OFF, "context_full")
        case StopReason.UNKNOWN:
            return Finish(RunStatus.HANDED_OFF, "unknown_stop_reason")


def _after_failure(transcript: Transcript, failure: FailureKind) -> Move:
    if failure is FailureKind.CONTEXT_FULL:
        return Finish(RunStatus.HANDED_OFF, "context_full")
    if failure not in RETRYABLE_FAILURES:
        return Finish(RunStatus.FAILED, failure.value)
    failed = _failed_in_a_row(transcript)
    if failure is FailureKind.TRUNCATED and failed.count(FailureKind.TRUNCATED) > 1:
        return Finish(RunStatus.LIMIT_REACHED, "limit_tokens", limit=LimitKind.TOKENS)
    wait = transcript.turns[-1].retry_after
    wait = BACKOFF_SECONDS * 2 ** (len(failed) - 1) if wait is None else wait
    left = (transcript.limits.active_ms - transcript.spent.active_ms) / 1000
    used_up = len(failed) >= MAX_MODEL_ATTEMPTS or transcript.spent.iterations >= transcript.limits.iterations
    if used_up or wait > min(LONGEST_WAIT_SECONDS, left):
        return Finish(RunStatus.FAILED, "model_unavailable")
    return _ask(transcript, wait_s=min(wait + _jitter(transcript, wait), left))


def _failed_in_a_row(transcript: Transcript) -> list[FailureKind]:
    """The failures since the last reply, the newest first."""
    failed: list[FailureKind] = []
    for turn in reversed(transcript.turns):
        if not turn.failure:
            break
        failed.append(turn.failure)
    return failed


def _jitter(transcript: Transcript, wait: float) -> float:
    """A little longer, by the run's number: runs that were turned away together do not all come back together."""
    return min(wait, 1.0) * (transcript.run_id * GOLDEN % 1)


def _ask(transcript: Transcript, *, wait_s: float = 0.0) -> AskModel:
    answered = [turn for turn in transcript.turns if turn.calls]
    last = answered[-1].calls if answered else ()
    decision = decide_type(
        sorted_already=transcript.sorted,
        last_failed=any(call.result is not None and not call.result.ok for call in last),
        acted=any(call.status.took_effect and call.tier.needs_person for call in last),
        tools_left=transcript.spent.tool_calls < transcript.limits.tool_calls,
    )
    return AskModel(decision, wait_s=wait_s)
