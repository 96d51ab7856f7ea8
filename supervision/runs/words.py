"""How a run's state, its end and its failures are said to staff."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from agentops.domain.lifecycle import RunStatus
from agentops.models import AgentRun
from supervision.wording import say_end

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

_end_of: Callable[[str], str] = lazy(lambda code: say_end(code).rstrip("."), str)

OUTCOMES = [("", gettext_lazy("Every end")), *((code, _end_of(code)) for code in (
    "answered", "asked_back", "urgent_help", "asked_for_a_person", "stopped_answer", "stopped_text", "unusable_calls",
    "limit_iterations", "limit_tokens", "limit_active_time", "limit_tool_calls", "limit_repeated_call",
    "budget_run", "budget_day", "budget_month", "budget_unpriced",
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
