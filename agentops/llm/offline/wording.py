"""How the planner writes: short, plain, kind."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agentops.domain.language import say_day, say_time

EMERGENCY = (
    "This may be an emergency. Please call 999 now (112 works too; 911 in the United States). "
    "Do not wait for an appointment. I am telling a person at the clinic at once."
)
HELLO = (
    "Hello. I can book, move or cancel an appointment, tell you what you have booked, or pass on a message. "
    "What can I do for you?"
)
UNSURE = (
    "I can help with appointments: book, move or cancel one, or tell you what is booked. What would you like me to do?"
)
ASK_NAME = "Could you tell me the patient's full name and date of birth, please?"
WHICH_ONE = "Which one do you mean?"
THAT_ONE = "Do you mean that one?"
WELCOME = "You are welcome. Goodbye."
NOTHING_DONE = "All right. I have changed nothing. Is there anything else I can do?"
PERSON = "I am passing you to a person at the clinic. They will see everything you have told me."
ENGLISH_ONLY = (
    "I can only read English. I am passing this to a colleague at the clinic, who will take it from here. "
    "In an emergency, please call 999."
)
NOT_DONE = "I am sorry, I could not do that, and nothing has been changed."
COLLEAGUE = (
    "I did not do this myself, and nothing has been changed so far. A colleague at the clinic will see to it and get "
    "in touch with you."
)
CALL_BACK = "A person from the clinic will call back about it."


def say_moment(at: datetime) -> str:
    """ "Thursday 26 November at 3:30pm"."""
    return f"{say_day(at.date())} at {say_time(at.time())}"


def read_moment(value: Any) -> datetime | None:
    """The moment of a tool's ISO 8601 text on the clinic's clock, without its zone; None where it cannot be read."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None


def join_words(words: Sequence[str], last: str = "and") -> str:
    """ "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def say_slot(slot: dict[str, Any], *, with_provider: bool = True) -> str:
    """A slot or appointment in words."""
    at = read_moment(slot.get("starts_at"))
    when = say_moment(at) if at else "a time I cannot read"
    provider = slot.get("provider", "")
    return f"{when} with {provider}" if with_provider and provider else when


def say_slots(slots: Sequence[dict[str, Any]]) -> str:
    """Up to three slots; the clinician is named once where it is the same."""
    few = list(slots[:3])
    same = len({slot.get("provider") for slot in few}) == 1
    words = join_words([say_slot(slot, with_provider=not same) for slot in few], "or")
    return f"{words} with {few[0].get('provider')}" if same and few and few[0].get("provider") else words
