"""What the writing tools take: shared by what does it and by what describes it to a person."""

from pydantic import Field

from agentops.domain.phrases import sayable
from agentops.toolsets.clinic.fields import Arguments, Body, Id, Line
from agentops.toolsets.clinic.practice import KIND_NAMES

_SEEN = "version from list_patient_appointments, so that a change made meanwhile is noticed. Pass it if you have it."
_BODY = "The exact text, in plain words, at most 640 characters. No phone number or link that a tool did not return."


class BookAppointment(Arguments):
    """Who gets which free time, and for what."""

    patient_id: Id = Field(description="patient_id from search_patients. Never guess it.")
    slot_id: Id = Field(description="slot_id from search_appointments. Never guess it.")
    reason: Line = Field("", description="Why the patient comes, in the caller's words; empty if not said.")
    kind: Line = Field("consultation", description=f"Kind of appointment, one of: {', '.join(KIND_NAMES)}.")


class RescheduleAppointment(Arguments):
    """Which visit goes to which free time."""

    appointment_id: Id = Field(description="appointment_id from list_patient_appointments. Never guess it.")
    slot_id: Id = Field(description="The new time: slot_id from search_appointments. Never guess it.")
    reason: Line = Field("", description="Why it is moved, in the caller's words; empty if not said.")
    version: Id | None = Field(None, description=_SEEN)


class CancelAppointment(Arguments):
    """Which visit is given up."""

    appointment_id: Id = Field(description="appointment_id from list_patient_appointments. Never guess it.")
    reason: Line = Field("", description="Why it is cancelled, in the caller's words; empty if not said.")
    version: Id | None = Field(None, description=_SEEN)


class DraftMessage(Arguments):
    """To whom, and what."""

    patient_id: Id = Field(description="patient_id from search_patients. Never guess it.")
    body: Body = Field(description=_BODY)


class SendMessage(Arguments):
    """To whom, what, and the draft it comes from."""

    patient_id: Id = Field(description="patient_id from search_patients. Never guess it.")
    body: Body = Field(description=_BODY)
    draft_id: Id | None = Field(None, description="draft_id from draft_message, if you drafted this text before.")


class EscalateToHuman(Arguments):
    """Why a person is needed, and what that person must know."""

    reason: Line = Field(min_length=1, description="One sentence: why a person has to take over.")
    summary: Line = Field(min_length=1, description="What the caller wants, what you found, what was not done.")
    urgent: bool = Field(
        False, strict=True, description="True if somebody's health may be in danger or waiting does harm."
    )


NAMES = (
    sayable("patient id"), sayable("slot id"), sayable("appointment id"), sayable("draft id"), sayable("version"),
    sayable("reason"), sayable("kind"), sayable("body"), sayable("summary"), sayable("urgent"), sayable("provider"),
    sayable("date from"), sayable("date to"), sayable("earliest"), sayable("latest"), sayable("name"),
    sayable("born"), sayable("phone"), sayable("Patient"), sayable("Slot"), sayable("Appointment"),
    sayable("Draft"), sayable("Version"), sayable("Reason"), sayable("Kind"), sayable("Body"),
)  # fmt: skip
"""What the arguments are called where people read of them: in rules, and where each value comes from."""
