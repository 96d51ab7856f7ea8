"""One function per button: who may, what the machine says, the decision and the audit row, all in one transaction."""

from agentops.control import BadRequest, Changed, Conflict, Draft, Proposed, Stopped
from supervision.actions.accounts import (
    activate_person,
    add_person,
    change_person,
    deactivate_person,
    make_password_link,
    require_second_factor,
)
from supervision.actions.alerts import (
    RuleDraft,
    acknowledge_alert,
    add_channel,
    save_rule,
    silence_alert,
    switch_channel,
)
from supervision.actions.answers import Alone, approve_call, reject_call, resolve_call, sign_showing
from supervision.actions.budgets import set_budget
from supervision.actions.callers import hear_caller
from supervision.actions.claims import Work, hand_over_work, leave_work, look_at_work, take_work
from supervision.actions.edits import ask_for_choices, change_call
from supervision.actions.golden import ask_for_round, draft_golden, save_golden, sign_draft
from supervision.actions.handoffs import close_handoff
from supervision.actions.holds import end_hold, extend_call, undo_approval
from supervision.actions.logins import choose_password, record_login, record_pause
from supervision.actions.looks import look_again
from supervision.actions.outcomes import Answered, Refused
from supervision.actions.people import choose_language, record_list, record_viewing, save_preferences
from supervision.actions.policy import PolicyOutcome, change_policy, confirm_change, decline_change, return_policy
from supervision.actions.runs import cancel_run, start_run
from supervision.actions.second_factors import (
    add_second_factor,
    check_code,
    remove_second_factor,
    renew_recovery_codes,
    reset_second_factor,
)
from supervision.actions.stops import lift_stop, stop_work
from supervision.actions.targets import set_targets
from supervision.actions.together import Seen, Told, approve_together

__all__ = [
    "Alone",
    "Answered",
    "BadRequest",
    "Changed",
    "Conflict",
    "Draft",
    "PolicyOutcome",
    "Proposed",
    "Refused",
    "RuleDraft",
    "Seen",
    "Stopped",
    "Told",
    "Work",
    "acknowledge_alert",
    "activate_person",
    "add_channel",
    "add_person",
    "add_second_factor",
    "approve_call",
    "approve_together",
    "ask_for_choices",
    "ask_for_round",
    "cancel_run",
    "change_call",
    "change_person",
    "change_policy",
    "check_code",
    "choose_language",
    "choose_password",
    "close_handoff",
    "confirm_change",
    "deactivate_person",
    "decline_change",
    "draft_golden",
    "end_hold",
    "extend_call",
    "hand_over_work",
    "hear_caller",
    "leave_work",
    "lift_stop",
    "look_again",
    "look_at_work",
    "make_password_link",
    "record_list",
    "record_login",
    "record_pause",
    "record_viewing",
    "reject_call",
    "remove_second_factor",
    "renew_recovery_codes",
    "require_second_factor",
    "reset_second_factor",
    "resolve_call",
    "return_policy",
    "save_golden",
    "save_preferences",
    "save_rule",
    "set_budget",
    "set_targets",
    "sign_draft",
    "sign_showing",
    "silence_alert",
    "start_run",
    "stop_work",
    "switch_channel",
    "take_work",
    "undo_approval",
]
