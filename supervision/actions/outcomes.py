"""What a button comes to: it counted, or why not in a sentence for staff."""

from dataclasses import dataclass
from datetime import datetime

from agentops import control

MAX_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer was used."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer was not used; `message` says why in a sentence for staff, `field` names what to mend in the form."""

    code: str
    message: str
    field: str = ""


def refuse_unsettled(settled: control.Unsettled) -> Refused:
    """The machine's refusal for a page whose own heading says that the answer was not used; it is not said twice."""
    return Refused(settled.code, settled.message.removesuffix(" Your answer was not used."))


def refuse_long_note(note: str) -> Refused | None:
    """Why this note cannot be kept; None where it can."""
    if len(note) <= MAX_NOTE:
        return None
    return Refused("note_too_long", f"The note is too long: {len(note):,} of {MAX_NOTE:,} characters.", "note")
