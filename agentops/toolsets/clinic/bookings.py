"""This is where the calendar changes: every change is one savepoint, and the database decides who was first."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from agentops.domain.outcomes import ToolError
from agentops.domain.phrases import say
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.directory import get_appointment, get_patient
from agentops.toolsets.clinic.models import Appointment, AppointmentStatus, Patient, Slot
from agentops.toolsets.clinic.outbox import queue_text
from agentops.toolsets.clinic.practice import find_kind
from agentops.toolsets.clinic.slots import get_slot, is_held, slot_taken
from agentops.toolsets.clinic.wording import booked_text, moved_text, say_when


def has_acted(key: str) -> bool:
    """Whether the call of that key has changed the calendar."""
    return Appointment.objects.filter(Q(call_key=key) | Q(change_key=key)).exists()


def book_slot(ctx: ToolContext, *, patient_id: int, slot_id: int, reason: str, kind: str) -> Appointment:
    """Book a free slot and queue the text. The same call again gives the same appointment.

    Raises ToolError and changes nothing where somebody was faster or the patient is elsewhere then.
    """
    done = _with_people().filter(call_key=ctx.key).first()
    if done:
        return done
    patient, wanted = get_patient(patient_id), find_kind(kind)
    slot = get_slot(slot_id, now=ctx.now, minutes=wanted.minutes)
    try:
        with transaction.atomic():
            booked = Appointment.objects.create(
                patient=patient,
                provider=slot.provider,
                slot=slot,
                starts_at=slot.starts_at,
                minutes=wanted.minutes,
                kind=wanted.name,
                reason=reason,
                booked_at=ctx.now,
                call_key=ctx.key,
            )
            text = booked_text(given=patient.given, kind=wanted.name, provider=slot.provider, starts_at=slot.starts_at)
            queue_text(ctx, patient=patient, body=text)
    except IntegrityError:
        raise why_refused(slot, patient=patient, now=ctx.now) from None
    return booked


def move_appointment(ctx: ToolContext, *, appointment_id: int, slot_id: int, seen_version: int | None) -> Appointment:
    """Move a booked appointment to a free slot and queue the text. The same call again gives the same result."""
    done = _with_people().filter(pk=appointment_id, change_key=ctx.key).first()
    if done:
        return done
    current = get_changeable(ctx, appointment_id, seen_version=seen_version)
    slot = get_new_slot(current, slot_id, now=ctx.now)
    try:
        with transaction.atomic():
            _change(
                current,
                ctx,
                slot=slot,
                provider=slot.provider,
                starts_at=slot.starts_at,
                moved_from=current.starts_at,
            )
            text = moved_text(
                given=current.patient.given, kind=current.kind, provider=slot.provider, starts_at=slot.starts_at
            )
            queue_text(ctx, patient=current.patient, body=text)
    except IntegrityError:
        raise why_refused(slot, patient=current.patient, now=ctx.now) from None
    return _with_people().get(pk=current.pk)


def cancel_appointment(ctx: ToolContext, *, appointment_id: int, seen_version: int | None) -> Appointment:
    """Cancel a booked appointment; its slot is free from then on. The same call again gives the same result."""
    done = _with_people().filter(pk=appointment_id, change_key=ctx.key).first()
    if done:
        return done
    current = get_changeable(ctx, appointment_id, seen_version=seen_version)
    _change(current, ctx, status=AppointmentStatus.CANCELLED)
    return _with_people().get(pk=current.pk)


def get_changeable(ctx: ToolContext, appointment_id: int, *, seen_version: int | None) -> Appointment:
    """A booked appointment that lies ahead and is still what was seen, or a ToolError.

    Where no version was given, any change since the caller asked counts as unseen.
    """
    appointment = get_appointment(appointment_id)
    if appointment.starts_at <= ctx.now:
        raise ToolError(
            "appointment_in_past",
            say(
                "This appointment was on %(when)s and cannot be changed any more.", when=say_when(appointment.starts_at)
            ),
            suggestion="Use list_patient_appointments to see what lies ahead; for a past visit use escalate_to_human.",
        )
    changed_since = appointment.changed_at is not None and appointment.changed_at > ctx.asked_at
    if changed_since if seen_version is None else seen_version != appointment.version:
        raise _changed()
    return appointment


def get_new_slot(appointment: Appointment, slot_id: int, *, now: datetime) -> Slot:
    """The slot that an appointment is to move to, or a ToolError."""
    slot = get_slot(slot_id, now=now, minutes=appointment.minutes)
    if slot.pk == appointment.slot_id:
        raise ToolError(
            "same_slot",
            say(
                "The appointment already is on %(when)s with %(short)s.",
                when=say_when(slot.starts_at),
                short=slot.provider.short,
            ),
            suggestion="Nothing needs to change: tell the caller, or choose another slot_id from search_appointments.",
        )
    return slot


def refuse_held(slot: Slot, *, patient: Patient, now: datetime, moving: Appointment | None = None) -> None:
    """Raise what the database would refuse a moment later, so that nobody is asked in vain."""
    if is_held(slot) or _is_elsewhere(patient, slot, moving):
        raise why_refused(slot, patient=patient, now=now)


def why_refused(slot: Slot, *, patient: Patient, now: datetime) -> ToolError:
    """Which law of the calendar stood in the way."""
    if is_held(slot):
        return slot_taken(slot, now=now)
    return ToolError(
        "patient_clash",
        say("%(name)s already has an appointment on %(when)s.", name=patient.name, when=say_when(slot.starts_at)),
        suggestion="Offer a slot at another time, or move the existing appointment with reschedule_appointment.",
    )


def _is_elsewhere(patient: Patient, slot: Slot, moving: Appointment | None) -> bool:
    same_time = Appointment.objects.filter(patient=patient, starts_at=slot.starts_at, status=AppointmentStatus.BOOKED)
    return any(other != moving for other in same_time)


def _change(appointment: Appointment, ctx: ToolContext, **values: object) -> None:
    """Change the row only if it is still the one that was read."""
    same = Appointment.objects.filter(pk=appointment.pk, status=AppointmentStatus.BOOKED, version=appointment.version)
    if not same.update(version=F("version") + 1, change_key=ctx.key, changed_at=ctx.now, **values):
        raise _changed()


def _changed() -> ToolError:
    return ToolError(
        "appointment_changed",
        say("This appointment was changed by somebody else in the meantime."),
        suggestion="Use list_patient_appointments to see what is booked now; to change that, pass its version.",
    )


def _with_people() -> QuerySet[Appointment]:
    return Appointment.objects.select_related("patient", "provider", "slot")
