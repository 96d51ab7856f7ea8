"""This is where the calendar and the record are looked at once more, for the person who decides."""

from datetime import timedelta

from agentops.domain.cards import Mismatch
from agentops.domain.phrases import Phrase, say
from agentops.domain.validation import validate_text
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.findings import Findings, conflict, passed
from agentops.toolsets.clinic.models import Appointment, AppointmentStatus, Patient, Slot
from agentops.toolsets.clinic.output_rules import rules_for_patients
from agentops.toolsets.clinic.slots import is_kept
from agentops.toolsets.clinic.wording import join_names, say_time, say_when

_LONGEST_VISIT = timedelta(hours=4)


def check_still_free(ctx: ToolContext, slot: Slot, patient: Patient) -> Findings:
    """Says when the slot was seen free, which whoever calls this has just made sure of, and whether another request
    was first to ask for it.
    """
    clock = say_time(slot.starts_at)
    if is_kept(slot, run_id=ctx.run_id, before=ctx.changing if ctx.again else None):
        when = say_when(slot.starts_at)
        return conflict(
            say("%(time)s is being held for another request", time=clock),
            Mismatch(
                said=say("Held for a request that came first"),
                proposed=when,
                text=say("Another request asked for %(when)s first and holds it. Only one can have it.", when=when),
                confirm=say(
                    "%(time)s is for %(given)s, I looked at the other request", time=clock, given=patient.given
                ),
            ),
            _looked(ctx),
        )
    return passed(say("%(time)s is still free", time=clock), _looked(ctx))


def check_still_booked(ctx: ToolContext) -> Findings:
    """Says when the appointment was seen booked; whoever calls this has just made sure of it."""
    return passed(say("The appointment is still booked"), _looked(ctx))


def _looked(ctx: ToolContext) -> Phrase:
    return say("Looked at %(time)s", time=say_time(ctx.now))


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
                say("Another booking clashes"),
                Mismatch(
                    said=say("Booked %(when)s, with %(who)s", when=when, who=other.provider.short),
                    proposed=say_when(slot.starts_at),
                    text=say(
                        "%(given)s already has an appointment on %(when)s. The two overlap.",
                        given=patient.given,
                        when=when,
                    ),
                    confirm=say("Both times are right, I checked with %(given)s", given=patient.given),
                ),
            )
    return passed(say("No other bookings clash"))


def check_mobile(patient: Patient) -> Findings:
    """Names the number a text goes to; whoever calls this has made sure that there is one."""
    return passed(say("Mobile number is on the record"), patient.mobile)


def check_contacts(body: str, patient: Patient) -> Findings:
    """Whether a text holds contact details that neither the clinic nor the patient's record knows."""
    checked = validate_text(text=body, rules=rules_for_patients([patient]))
    if not checked.findings and not checked.stopped:
        return passed(
            say("Phone numbers, addresses and links in the text are ours"),
            say("Compared with the clinic’s and the record"),
        )
    found = join_names([say(label) for label in dict.fromkeys(finding.label for finding in checked.findings)])
    return conflict(
        say("The text holds details we do not know"),
        Mismatch(
            said=say("Only details of the clinic or of the patient"),
            proposed=say("The text holds %(found)s", found=found),
            text=say("The text to %(given)s holds %(found)s that we do not know.", given=patient.given, found=found),
            confirm=say("I checked every detail in the text to %(given)s", given=patient.given),
        ),
    )
