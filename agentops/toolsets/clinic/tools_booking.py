"""Tools that change the calendar. They run inside the caller's transaction: effect and result are one commit."""

from datetime import datetime

from agentops.domain.tiers import ActionTier
from agentops.tools.registry import Effect, Tool, ToolContext
from agentops.toolsets.clinic import bookings
from agentops.toolsets.clinic.arguments import BookAppointment, CancelAppointment, RescheduleAppointment
from agentops.toolsets.clinic.cards import describe_booking, describe_cancelling, describe_moving
from agentops.toolsets.clinic.editing import EDIT_BOOKING, EDIT_CANCELLING, EDIT_MOVING
from agentops.toolsets.clinic.fields import Moment, Output
from agentops.toolsets.clinic.models import Appointment
from agentops.toolsets.clinic.policy_facts import ABOUT_VISITS
from agentops.toolsets.clinic.practice import local


class Booked(Output):
    """A new appointment. `texted` says whether the patient gets a text about it."""

    appointment_id: int
    starts_at: Moment
    provider: str
    patient: str
    texted: bool


class Moved(Output):
    """An appointment at its new time, and the time it had."""

    appointment_id: int
    starts_at: Moment
    provider: str
    patient: str
    was_at: Moment


class Cancelled(Output):
    """An appointment that no longer takes place."""

    appointment_id: int
    starts_at: Moment
    provider: str
    patient: str
    cancelled: bool


def run_book(ctx: ToolContext, args: BookAppointment) -> Booked:
    """Book and text the patient, in one transaction."""
    done = bookings.book_slot(ctx, patient_id=args.patient_id, slot_id=args.slot_id, reason=args.reason, kind=args.kind)
    return Booked(
        appointment_id=done.pk,
        starts_at=local(done.starts_at),
        provider=str(done.provider),
        patient=done.patient.name,
        texted=bool(done.patient.mobile),
    )


def run_reschedule(ctx: ToolContext, args: RescheduleAppointment) -> Moved:
    """Move, free the old time and text the patient, in one transaction."""
    done = bookings.move_appointment(
        ctx, appointment_id=args.appointment_id, slot_id=args.slot_id, seen_version=args.version
    )
    return Moved(
        appointment_id=done.pk,
        starts_at=local(done.starts_at),
        provider=str(done.provider),
        patient=done.patient.name,
        was_at=_was_at(done),
    )


def run_cancel(ctx: ToolContext, args: CancelAppointment) -> Cancelled:
    """Cancel and free the time, in one transaction. Nobody is texted."""
    done = bookings.cancel_appointment(ctx, appointment_id=args.appointment_id, seen_version=args.version)
    return Cancelled(
        appointment_id=done.pk,
        starts_at=local(done.starts_at),
        provider=str(done.provider),
        patient=done.patient.name,
        cancelled=True,
    )


def _was_at(appointment: Appointment) -> datetime:
    assert appointment.moved_from is not None, "a moved appointment remembers its old time"
    return local(appointment.moved_from)


BOOK_APPOINTMENT = Tool(
    name="book_appointment",
    description=(
        "Book a free slot for a patient; the patient gets a text. A person at the clinic confirms it first. Use it "
        "only with a patient_id and a slot_id that tools returned in this conversation, and only when the caller "
        "asked for an appointment. If the slot is gone you get slot_taken with near times: offer those, do not try "
        "the same slot again. To change an existing appointment use reschedule_appointment instead."
    ),
    input=BookAppointment,
    output=Booked,
    run=run_book,
    describe=describe_booking,
    editing=EDIT_BOOKING,
    check=bookings.has_acted,
    facts=ABOUT_VISITS,
    effect=Effect.TRANSACTIONAL,
    floor=ActionTier.RISKY,
    local=True,
)

RESCHEDULE_APPOINTMENT = Tool(
    name="reschedule_appointment",
    description=(
        "Move a booked appointment to another free slot; the old time becomes free and the patient gets a text. A "
        "person at the clinic confirms it first. Never cancel and book anew instead. If you get "
        "appointment_changed, list the patient's appointments again and look at what is booked now."
    ),
    input=RescheduleAppointment,
    output=Moved,
    run=run_reschedule,
    describe=describe_moving,
    editing=EDIT_MOVING,
    check=bookings.has_acted,
    facts=ABOUT_VISITS,
    effect=Effect.TRANSACTIONAL,
    floor=ActionTier.RISKY,
    local=True,
)

CANCEL_APPOINTMENT = Tool(
    name="cancel_appointment",
    description=(
        "Cancel a booked appointment. This cannot be undone: the time goes to others at once, so people at the "
        "clinic confirm it first. Use it only when the caller clearly asked to cancel; if another time would do, "
        "use reschedule_appointment. No text is sent."
    ),
    input=CancelAppointment,
    output=Cancelled,
    run=run_cancel,
    describe=describe_cancelling,
    editing=EDIT_CANCELLING,
    check=bookings.has_acted,
    facts=ABOUT_VISITS,
    effect=Effect.TRANSACTIONAL,
    floor=ActionTier.DESTRUCTIVE,
    local=True,
)
