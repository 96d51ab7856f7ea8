"""What to say or do when a call did not succeed. Nothing is ever said to be done here."""

from typing import NoReturn

from agentops.llm.offline.desk import Desk, Say
from agentops.llm.offline.history import READS, Call
from agentops.llm.offline.rejections import say_rejected
from agentops.llm.offline.wording import CALL_BACK, NOT_DONE, join_words

_ITS_OWN_WORDS = {
    "same_slot": "Nothing needs to change.",
    "already_cancelled": "Nothing else was changed.",
    "already_sent": "I have not sent it again.",
    "appointment_in_past": "Is there anything else I can do?",
    "patient_clash": "Nothing was booked. Would you like another time, or shall I move that one?",
    "date_too_far": "Which nearer day would suit you?",
    "date_in_past": "Which day would you like instead?",
    "empty_range": "Which days would suit you?",
}
"""Codes whose message can be said to the caller as it is, and what is added."""


def handle_failure(desk: Desk, call: Call) -> NoReturn:
    """End the turn after a failed call: a question, plain words, or a person."""
    message = str((call.result or {}).get("message", ""))
    match call.code:
        case "rejected_by_staff":
            raise Say(say_rejected(call))
        case "caller_said_no":
            raise Say("All right, I have not done it, and nothing has been changed. What would you like instead?")
        case "caller_said_other":
            raise Say(
                "I have not done it yet, and nothing has been changed. Could you tell me once more what you would like?"
            )
        case "expired":
            raise Say(f"I am sorry, nobody could confirm this in time, so it was not done. {CALL_BACK}")
        case "unanswered":
            raise Say("I am sorry, nobody could confirm this in time, so it was not done. Is there anything else?")
        case "unknown_provider":
            raise Say(
                f"I do not know that name. We have {join_words(desk.briefing.clinicians)}. Whom would you like to see?"
            )
        case "slot_taken":
            raise Say(
                "I am sorry, that time has just been taken, and nothing was booked. Which other time would suit you?"
            )
        case code if code in _ITS_OWN_WORDS:
            raise Say(f"{message} {_ITS_OWN_WORDS[code]}")
    if call.tool not in READS and (call.result or {}).get("status") == "timeout":
        words = "I am sorry, I cannot tell whether that was done. A person at the clinic will look and call you back."
    else:
        words = f"{NOT_DONE} I am passing this to a person at the clinic."
    desk.hand_over(f"{call.tool} did not work: {message}"[:300], text=words)
