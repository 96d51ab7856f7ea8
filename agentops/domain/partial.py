"""What a run says when it cannot finish: composed by code from recorded results, never by a further model call."""

from agentops.domain.lifecycle import CallStatus
from agentops.domain.messages import FailureKind
from agentops.domain.phrases import sayable
from agentops.domain.transcript import CallView, Transcript

REASONS = {
    "limit_iterations": sayable("it took too many steps"),
    "limit_tokens": sayable("it became too long"),
    "limit_active_time": sayable("it took too long"),
    "limit_tool_calls": sayable("it needed too many look-ups"),
    "limit_repeated_call": sayable("the assistant kept asking for the same thing"),
    "budget_run": sayable("what one request may cost was used up"),
    "budget_day": sayable("what may be spent on a day was used up"),
    "budget_month": sayable("what may be spent in a month was used up"),
    "budget_unpriced": sayable("the model has no known price, so it cannot be held to the budget"),
    "urgent_help": sayable("urgent: somebody may be in danger"),
    "asked_for_a_person": sayable("the assistant asked for a person"),
    "stopped_answer": sayable("the assistant's answer must not leave as it was"),
    "stopped_text": sayable("a text the assistant wrote must not leave as it was"),
    "unusable_calls": sayable("the assistant could not use its tools"),
    "model_said_nothing": sayable("the assistant gave no answer"),
    "model_refused": sayable("the model declined to answer"),
    "context_full": sayable("the conversation became too long for the model"),
    "unknown_stop_reason": sayable("the model stopped for an unknown reason"),
    "request_expired": sayable("nobody answered the request in time: call back"),
    "workers_lost": sayable("the work broke off three times"),
    "api_key_rejected": sayable(
        "the model's provider did not accept the key (an administrator has to check ANTHROPIC_API_KEY)"
    ),
    "bad_request": sayable("the model's server turned the request down"),
    "model_not_found": sayable("the model's server does not know the model (an administrator has to check its name)"),
    "model_unavailable": sayable("the model could not be reached"),
}
"""Why a run needs a person, as it stands on the desk, by outcome."""

CAUSES = {
    FailureKind.OVERLOADED: sayable("the model was overloaded"),
    FailureKind.RATE_LIMITED: sayable("the model's provider asked us to slow down"),
    FailureKind.TIMEOUT: sayable("the model did not answer in time"),
    FailureKind.UNREADABLE: sayable("the model's answers could not be read"),
    FailureKind.TRUNCATED: sayable("the model's answer broke off"),
}
"""What `model_unavailable` was in the end, where it was not that nobody could be reached."""

DAY_SECONDS = 86_400

DOUBTFUL = frozenset({CallStatus.STARTED, CallStatus.IN_DOUBT})
"""Calls of which nobody can say whether they acted."""


def describe_reason(outcome: str) -> str:
    """The reason of an outcome in plain words."""
    return REASONS.get(outcome, outcome.replace("_", " "))


def describe_end(transcript: Transcript, outcome: str) -> str:
    """The reason of a run's outcome; where the model was unavailable, in which way it was at last."""
    last = transcript.turns[-1] if transcript.turns else None
    if outcome != "model_unavailable" or last is None or last.failure not in CAUSES:
        return describe_reason(outcome)
    wait = last.retry_after or 0.0
    if wait < 1:
        return CAUSES[last.failure]
    patience = f"{wait:.0f} seconds" if wait <= DAY_SECONDS else "more than a day"
    return f"{CAUSES[last.failure]} and asked for {patience} of patience"


def list_done(transcript: Transcript) -> list[str]:
    """One sentence for each call that brought something."""
    return [_past(call) for call in transcript.calls if call.status.took_effect and not call.hands_off]


def list_not_done(transcript: Transcript) -> list[str]:
    """One sentence for each call that was proposed and brought nothing, with the reason."""
    return [
        f"{_plan(call)}: {_why(call)}"
        for call in transcript.calls
        if not call.status.took_effect and not call.hands_off
    ]


def compose_partial(transcript: Transcript, *, handed_over: bool = True) -> str:
    """What the caller reads of a run that ended early: what was found and done, what was not, and who goes on."""
    calls = transcript.calls
    found = [
        _past(call) for call in calls if call.status.took_effect and not call.tier.needs_person and not call.hands_off
    ]
    done = [_past(call) for call in calls if call.status.took_effect and call.tier.needs_person]
    doubtful = [_plan(call) for call in calls if call.status in DOUBTFUL]
    missing = [_plan(call) for call in calls if _unfinished(call)]
    lines = ["I could not finish this."]
    lines += [f"What I looked at: {'; '.join(found)}."] if found else []
    lines += [f"What was done: {'; '.join(done)}."] if done else []
    lines += [f"What may or may not have happened: {'; '.join(doubtful)}."] if doubtful else []
    lines += ["Nothing was changed."] if not done and not doubtful else []
    lines += [f"What was not done: {'; '.join(missing)}."] if missing else []
    lines += ["A colleague at the front desk will take over and contact you."] if handed_over else []
    return " ".join(lines)


def compose_summary(transcript: Transcript) -> str:
    """What the colleague who takes over reads besides the reason: what was found and done, and what was not."""
    done, not_done = list_done(transcript), list_not_done(transcript)
    lines = ["Found and done:", *(f"- {line}" for line in done)] if done else ["Nothing was looked up or done yet."]
    if not_done:
        lines += ["Not done:", *(f"- {line}" for line in not_done)]
    return "\n".join(lines)


def _unfinished(call: CallView) -> bool:
    return call.tier.needs_person and not call.status.took_effect and call.status not in DOUBTFUL


def _past(call: CallView) -> str:
    return call.done or f"used {call.tool}"


def _plan(call: CallView) -> str:
    return call.doing or f"use {call.tool}"


def _why(call: CallView) -> str:
    if call.status in DOUBTFUL:
        return "nobody knows whether it happened"
    return call.result.message if call.result and call.result.message else call.status.value.replace("_", " ")
