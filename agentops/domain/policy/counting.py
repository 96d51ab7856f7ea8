"""How often a tool may be called: per run, hour, day, and per patient a day."""

from typing import NamedTuple

from agentops.domain.lifecycle import CallStatus
from agentops.domain.phrases import sayable
from agentops.domain.policy.settings import ToolSetting

PATIENT = "patient"
"""The fact that names whom a call is about."""

COUNTED = frozenset(
    {
        CallStatus.ALLOWED,
        CallStatus.ASKING,
        CallStatus.AWAITING,
        CallStatus.APPROVED,
        CallStatus.STARTED,
        CallStatus.SUCCEEDED,
        CallStatus.IN_DOUBT,
        CallStatus.HAPPENED,
    }
)
"""Calls that acted or still may: what was refused, turned down or failed for sure uses nothing up."""


class Used(NamedTuple):
    """How many calls of a tool there were: those that acted, or still may."""

    run: int = 0
    hour: int = 0
    day: int = 0
    patient_day: int = 0


class Bounded(NamedTuple):
    """A bound that is used up."""

    code: str
    bound: int
    words: str


def find_used_up(setting: ToolSetting, *, used: Used) -> Bounded | None:
    """The first bound that leaves no room for one more call; None where there is room."""
    bounds = (
        (setting.per_run, used.run, "tool_limit_run", sayable("in one request")),
        (setting.per_hour, used.hour, "tool_limit_hour", sayable("in an hour")),
        (setting.per_day, used.day, "tool_limit_day", sayable("in a day")),
        (setting.per_patient_day, used.patient_day, "tool_limit_patient", sayable("in a day for one patient")),
    )
    for bound, count, code, words in bounds:
        if bound is not None and count >= bound:
            return Bounded(code, bound, words)
    return None
