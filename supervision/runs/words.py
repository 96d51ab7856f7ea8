"""How a run's state, its end and its failures are said to staff."""

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from agentops.domain.lifecycle import RunStatus
from agentops.domain.visible_text import show_text
from agentops.models import AgentRun

_STATES = {
    RunStatus.QUEUED: ("plain", "clock", gettext_noop("Starting")),
    RunStatus.RUNNING: ("safe", "spark", gettext_noop("Working")),
    RunStatus.SUSPENDED: ("risky", "clock", gettext_noop("Waiting for a person")),
    RunStatus.COMPLETED: ("good", "tick", gettext_noop("Finished")),
    RunStatus.LIMIT_REACHED: ("destr", "stop", gettext_noop("Stopped by a limit")),
    RunStatus.HANDED_OFF: ("risky", "people", gettext_noop("Handed to a person")),
    RunStatus.FAILED: ("destr", "warn", gettext_noop("Failed")),
    RunStatus.CANCELLED: ("plain", "stop", gettext_noop("Stopped by staff")),
}

_ASKED_BACK = ("safe", "text", gettext_noop("Asked the caller back"))

_ENDS = {
    "answered": gettext_noop("The assistant gave its answer."),
    "asked_back": gettext_noop("The assistant asked the caller a question."),
    "urgent_help": gettext_noop("It sounded urgent, so a person was called at once."),
    "asked_for_a_person": gettext_noop("The assistant asked for a person."),
    "limit_iterations": gettext_noop("It used all its steps and stopped."),
    "limit_tokens": gettext_noop("It used up its tokens and stopped."),
    "limit_active_time": gettext_noop("It used up its working time and stopped."),
    "limit_tool_calls": gettext_noop("It used all its tool calls and stopped."),
    "limit_repeated_call": gettext_noop("It repeated the same look-up and was stopped."),
    "stopped_answer": gettext_noop("Its answer was stopped because it must not leave the clinic."),
    "workers_lost": gettext_noop("The machine broke down while it worked on this, more than once."),
    "stopped_text": gettext_noop("Its text was stopped because it must not leave the clinic."),
    "unusable_calls": gettext_noop("It asked for tools in a way that could not be read."),
    "model_said_nothing": gettext_noop("The model gave no answer."),
    "model_refused": gettext_noop("The model would not answer this."),
    "context_full": gettext_noop("The conversation became too long for the model."),
    "unknown_stop_reason": gettext_noop("The model stopped for a reason that is not known here."),
    "model_unavailable": gettext_noop("The model gave no usable answer."),
    "api_key_rejected": gettext_noop("The model’s provider did not accept the key. An administrator has to check it."),
    "overloaded": gettext_noop("The model was overloaded."),
    "rate_limited": gettext_noop("The model’s provider asked us to slow down."),
    "unavailable": gettext_noop("The model could not be reached."),
    "timeout": gettext_noop("The model did not answer in time."),
    "bad_request": gettext_noop("The model’s provider could not read the question."),
    "model_not_found": gettext_noop(
        "The model’s provider does not know this model. An administrator has to check its name."
    ),
    "unreadable": gettext_noop("The model’s answer could not be read."),
    "truncated": gettext_noop("The model’s answer broke off."),
    "cancelled": gettext_noop("A person stopped it."),
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


NEEDS_ATTENTION = State(
    "risky", "warn", gettext_noop("Needs attention"), gettext_noop("Nobody knows whether something happened.")
)


def state_of(run: AgentRun) -> State:
    """The run's state; the detail says how it ended."""
    tone, icon, words = _ASKED_BACK if run.outcome == "asked_back" else _STATES[RunStatus(run.status)]
    return State(tone, icon, gettext(words), say_end(run.outcome) if run.outcome else "")


def say_end(code: str) -> str:
    """An outcome or failure code as a sentence; one that is not known here is shown as its own words."""
    return gettext(_ENDS[code]) if code in _ENDS else f"{show_text(code.replace('_', ' ').capitalize())}."
