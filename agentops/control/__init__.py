"""The one door for people: what they may ask of the machine. Each verb is one transaction."""

from agentops.control.answers import resolve_call, settle_call
from agentops.control.budgets import set_budget
from agentops.control.callers import hear_caller
from agentops.control.drafts import Draft, draft_golden
from agentops.control.edits import ask_for_choices, change_call
from agentops.control.golden import ask_for_round, digest_of, save_golden
from agentops.control.holds import end_hold, extend_call, undo_approval
from agentops.control.looks import look_again
from agentops.control.outcomes import (
    Asked,
    BadRequest,
    Changed,
    Conflict,
    Extended,
    Proposed,
    Settled,
    Started,
    Stopped,
    Unsettled,
)
from agentops.control.policy import change_policy, confirm_change, decline_change, return_policy
from agentops.control.runs import cancel_run, note_handoff_closed, start_run
from agentops.control.stops import lift_stop, stop_work

__all__ = [
    "Asked",
    "BadRequest",
    "Changed",
    "Conflict",
    "Draft",
    "Extended",
    "Proposed",
    "Settled",
    "Started",
    "Stopped",
    "Unsettled",
    "ask_for_choices",
    "ask_for_round",
    "cancel_run",
    "change_call",
    "change_policy",
    "confirm_change",
    "decline_change",
    "digest_of",
    "draft_golden",
    "end_hold",
    "extend_call",
    "hear_caller",
    "lift_stop",
    "look_again",
    "note_handoff_closed",
    "resolve_call",
    "return_policy",
    "save_golden",
    "set_budget",
    "settle_call",
    "start_run",
    "stop_work",
    "undo_approval",
]
