"""How a run's state, its end and its failures are said to staff."""

from dataclasses import dataclass

from agentops.domain.lifecycle import RunStatus
from agentops.domain.visible_text import show_text
from agentops.models import AgentRun

_STATES = {
    RunStatus.QUEUED: ("plain", "clock", "Starting"),
    RunStatus.RUNNING: ("safe", "spark", "Working"),
    RunStatus.SUSPENDED: ("risky", "clock", "Waiting for a person"),
    RunStatus.COMPLETED: ("good", "tick", "Finished"),
    RunStatus.LIMIT_REACHED: ("destr", "stop", "Stopped by a limit"),
    RunStatus.HANDED_OFF: ("risky", "people", "Handed to a person"),
    RunStatus.FAILED: ("destr", "warn", "Failed"),
    RunStatus.CANCELLED: ("plain", "stop", "Stopped by staff"),
}

_ASKED_BACK = ("safe", "text", "Asked the caller back")

_ENDS = {
    "answered": "The assistant gave its answer.",
    "asked_back": "The assistant asked the caller a question.",
    "urgent_help": "It sounded urgent, so a person was called at once.",
    "asked_for_a_person": "The assistant asked for a person.",
    "limit_iterations": "It used all its steps and stopped.",
    "limit_tokens": "It used up its tokens and stopped.",
    "limit_active_time": "It used up its working time and stopped.",
    "limit_tool_calls": "It used all its tool calls and stopped.",
    "limit_repeated_call": "It repeated the same look-up and was stopped.",
    "stopped_answer": "Its answer was stopped because it must not leave the clinic.",
    "workers_lost": "The machine broke down while it worked on this, more than once.",
    "stopped_text": "Its text was stopped because it must not leave the clinic.",
    "unusable_calls": "It asked for tools in a way that could not be read.",
    "model_said_nothing": "The model gave no answer.",
    "model_refused": "The model would not answer this.",
    "context_full": "The conversation became too long for the model.",
    "unknown_stop_reason": "The model stopped for a reason that is not known here.",
    "model_unavailable": "The model gave no usable answer.",
    "api_key_rejected": "The model’s provider did not accept the key. An administrator has to check it.",
    "overloaded": "The model was overloaded.",
    "rate_limited": "The model’s provider asked us to slow down.",
    "unavailable": "The model could not be reached.",
    "timeout": "The model did not answer in time.",
    "bad_request": "The model’s provider could not read the question.",
    "model_not_found": "The model’s provider does not know this model. An administrator has to check its name.",
    "unreadable": "The model’s answer could not be read.",
    "truncated": "The model’s answer broke off.",
    "cancelled": "A person stopped it.",
}


OUTCOMES = [("", "Every end"), *((code, _ENDS[code].rstrip(".")) for code in (
    "answered", "asked_back", "urgent_help", "asked_for_a_person", "stopped_answer", "stopped_text", "unusable_calls",
    "limit_iterations", "limit_tokens", "limit_active_time", "limit_tool_calls", "limit_repeated_call",
    "model_unavailable", "model_said_nothing", "model_refused", "context_full", "bad_request", "model_not_found",
    "api_key_rejected", "unknown_stop_reason", "workers_lost", "cancelled",
))]  # fmt: skip
"""The ways in which runs end, to choose among."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a run stands: colour, shape and words."""

    tone: str
    icon: str
    words: str
    detail: str


NEEDS_ATTENTION = State("risky", "warn", "Needs attention", "Nobody knows whether something happened.")


def state_of(run: AgentRun) -> State:
    """The run's state; the detail says how it ended."""
    tone, icon, words = _ASKED_BACK if run.outcome == "asked_back" else _STATES[RunStatus(run.status)]
    return State(tone, icon, words, say_end(run.outcome) if run.outcome else "")


def say_end(code: str) -> str:
    """An outcome or failure code as a sentence; one that is not known here is shown as its own words."""
    return _ENDS.get(code) or f"{show_text(code.replace('_', ' ').capitalize())}."
