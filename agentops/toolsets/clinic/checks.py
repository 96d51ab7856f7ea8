"""This is where the calendar and the record are looked at once more, for the person who decides."""

from datetime import timedelta

from agentops.domain.cards import Mismatch
from agentops.domain.validation import validate_text
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.findings import Findings, conflict, passed
from agentops.toolsets.clinic.models import Appointment, AppointmentStatus, Patient, Slot
from agentops.toolsets.clinic.output_rules import rules_for_patients
from agentops.toolsets.clinic.slots import is_kept
from agentops.toolsets.clinic.wording import say_time, say_when

_LONGEST_VISIT = timedelta(hours=4)


def check_still_free(ctx: ToolContext, slot: Slot, patient: Patient) -> Findings:
    """Says when the slot was seen free, which whoever calls this has just made sure of, and whether another request
    was first to ask for it.
    """
    if is_kept(slot, run_id=ctx.run_id, before=ctx.changing if ctx.again else None):
        when = say_when(slot.starts_at)
        return conflict(
            f"{say_time(slot.starts_at)} is being held for another request",
            Mismatch(
                said="Held for a request that came first",
                proposed=when,
                text=f"Another request asked for {when} first, and it is being held for it. Only one can have it.",
                confirm=f"{say_time(slot.starts_at)} is for {patient.given}, I looked at the other request",
            ),
            f"Looked at {say_time(ctx.now)}",
        )
    return passed(f"{say_time(slot.starts_at)} is still free", f"Looked at {say_time(ctx.now)}")


def check_still_booked(ctx: ToolContext) -> Findings:
    """Says when the appointment was seen booked; whoever calls this has just made sure of it."""
    return passed("The appointment is still booked", f"Looked at {say_time(ctx.now)}")


def check_clashes(patient: Patient, slot: Slot, *, minutes: int, moving: Appointment | None = None) -> Findings:
    """Whether the patient has to be elsewhere during the visit."""
    until = slot.starts_at + timedelta(minutes=minutes)
    others = Appointment.objects.select_related("provider").filter(
        patient=patient,
        status=AppointmentStatus.BOOKED,
        starts_at__lt=until,
        starts_at__gt=slot.starts_at - _LONGEST_VISIT,
    )
    for other in others:
        if other != moving and other.starts_at + timedelta(minutes=other.minutes) > slot.starts_at:
            when = say_when(other.starts_at)
            return conflict(
                "Another booking clashes",
                Mismatch(
                    said=f"Booked {when}, with {other.provider.short}",
                    proposed=say_when(slot.starts_at),
                    text=f"{patient.given} already has an appointment on {when}. The two overlap.",
                    confirm=f"Both times are right, I checked with {patient.given}",
                ),
            )
    return passed("No other bookings clash")


def check_mobile(patient: Patient) -> Findings:
    """Names the number a text goes to; whoever calls this has made sure that there is one."""
    return passed("Mobile number is on the record", patient.mobile)


def check_contacts(body: str, patient: Patient) -> Findings:
    """Whether a text holds contact details that neither the clinic nor the patient's record knows."""
    checked = validate_text(text=body, rules=rules_for_patients([patient]))
    if not checked.findings and not checked.stopped:
        return passed(
            "Phone numbers, addresses and links in the text are ours", "Compared with the clinic’s and the record"
        )
    found = " and ".join(dict.fromkeys(finding.label for finding in checked.findings))
    return conflict(
        "The text holds details we do not know",
        Mismatch(
            said="Only details of the clinic or of the patient",
            proposed=f"The text holds {found}",
            text=f"The text to {patient.given} holds {found} that we do not know.",
            confirm=f"I checked every detail in the text to {patient.given}",
        ),
    )
