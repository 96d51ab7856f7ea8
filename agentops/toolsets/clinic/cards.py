"""What a person reads before the calendar changes: question, before and after, checks."""

from agentops.domain.cards import Card, Change
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.acts import BOOKING, CANCELLING, MOVING, check_asked
from agentops.toolsets.clinic.arguments import BookAppointment, CancelAppointment, RescheduleAppointment
from agentops.toolsets.clinic.bookings import get_changeable, get_new_slot, refuse_held
from agentops.toolsets.clinic.checks import check_clashes, check_still_booked, check_still_free
from agentops.toolsets.clinic.directory import get_patient
from agentops.toolsets.clinic.findings import Findings
from agentops.toolsets.clinic.hearing import read_caller
from agentops.toolsets.clinic.identity import check_identity
from agentops.toolsets.clinic.models import Appointment, Patient, Slot
from agentops.toolsets.clinic.policy_facts import ANOTHERS, gather_facts
from agentops.toolsets.clinic.practice import Kind, find_kind, last_answer
from agentops.toolsets.clinic.second_person import find_reasons
from agentops.toolsets.clinic.slots import get_slot, name_kept
from agentops.toolsets.clinic.wishes import check_given_up, check_moved, check_wishes
from agentops.toolsets.clinic.wording import (
    booked_text,
    moved_text,
    patient_banner,
    say_kind,
    say_when,
    say_when_short,
    say_with,
    whose,
)

_NO_TEXT = "None"
_NO_MOBILE = "None, there is no mobile number"
_FREED = "Free for anyone to book"


def describe_booking(ctx: ToolContext, args: BookAppointment) -> Card:
    """The card of a booking. Raises ToolError where it could not be done anyway."""
    patient, kind = get_patient(args.patient_id), find_kind(args.kind)
    slot = get_slot(args.slot_id, now=ctx.now, minutes=kind.minutes)
    refuse_held(slot, patient=patient, now=ctx.now)
    when, who = say_when(slot.starts_at), slot.provider.short
    title, reading = f"Book {patient.name}, {say_when_short(slot.starts_at)}", read_caller(ctx)
    found = Findings.join(
        check_identity(ctx, reading, patient),
        check_asked(ctx, BOOKING, given=patient.given, proposed=title),
        check_still_free(ctx, slot, patient),
        check_clashes(patient, slot, minutes=kind.minutes),
        check_wishes(ctx, reading, patient, slot),
    )
    card = Card(
        title=title,
        question=f"Book {when}, with {who} for {patient.name}?",
        ask=f"Shall I book {when}, with {who}, for {patient.given}?",
        yes=f"Yes, book and text {patient.given}" if patient.mobile else "Yes, book it",
        no="No, do not book",
        doing=f"Book {patient.name} on {when}, with {who}",
        done=f"Booked {patient.name} on {when}, with {who}",
        soon=f"{whose(patient.given)} appointment is booked",
        keeps=name_kept(slot),
        kept=_say_kept(slot, patient),
        subject=patient_banner(patient),
        changes=_booking_rows(patient, slot, kind, args.reason),
        useful_until=slot.starts_at,
        answer_by=last_answer(ctx.now, slot.starts_at),
        facts=gather_facts(ctx, patient, found=found, starts=(slot.starts_at,)),
    )
    return found.put_on(card, now=ctx.now)


def describe_moving(ctx: ToolContext, args: RescheduleAppointment) -> Card:
    """The card of a move. Raises ToolError where it could not be done anyway."""
    visit = get_changeable(ctx, args.appointment_id, seen_version=args.version)
    patient, slot = visit.patient, get_new_slot(visit, args.slot_id, now=ctx.now)
    refuse_held(slot, patient=patient, now=ctx.now, moving=visit)
    when, who = say_when(slot.starts_at), slot.provider.short
    title, reading = f"Move {patient.name} to {say_when_short(slot.starts_at)}", read_caller(ctx)
    found = Findings.join(
        check_identity(ctx, reading, patient),
        check_asked(ctx, MOVING, given=patient.given, proposed=title),
        check_still_free(ctx, slot, patient),
        check_clashes(patient, slot, minutes=visit.minutes, moving=visit),
        check_wishes(ctx, reading, patient, slot, moving=visit),
        check_moved(reading, visit),
    )
    card = Card(
        title=title,
        question=f"Move {whose(patient.name)} appointment to {when}, with {who}?",
        ask=f"Shall I move {whose(patient.given)} appointment from {say_when(visit.starts_at)} to {when}, with {who}?",
        yes=f"Yes, move and text {patient.given}" if patient.mobile else "Yes, move it",
        no="No, do not move",
        doing=f"Move {patient.name} to {when}, with {who}",
        done=f"Moved {patient.name} to {when}, with {who}",
        soon=f"{whose(patient.given)} appointment moves",
        keeps=name_kept(slot),
        kept=_say_kept(slot, patient),
        subject=patient_banner(patient),
        changes=_moving_rows(visit, slot),
        useful_until=min(visit.starts_at, slot.starts_at),
        answer_by=last_answer(ctx.now, visit.starts_at, slot.starts_at),
        facts=gather_facts(ctx, patient, found=found, starts=(visit.starts_at, slot.starts_at)),
    )
    return found.put_on(card, now=ctx.now)


def describe_cancelling(ctx: ToolContext, args: CancelAppointment) -> Card:
    """The card of a cancellation. Raises ToolError where it could not be done anyway."""
    visit = get_changeable(ctx, args.appointment_id, seen_version=args.version)
    patient, when = visit.patient, say_when(visit.starts_at)
    reading, what = read_caller(ctx), f"{whose(patient.name)} {visit.kind} on {when}"
    found = Findings.join(
        check_identity(ctx, reading, patient),
        check_asked(ctx, CANCELLING, given=patient.given, proposed=f"Cancel {what}"),
        check_still_booked(ctx),
        check_given_up(ctx, reading, visit),
    )
    facts = gather_facts(ctx, patient, found=found, starts=(visit.starts_at,))
    card = Card(
        title=f"Cancel {patient.name}, {say_when_short(visit.starts_at)}",
        question=f"Cancel {what}?",
        ask=f"Shall I cancel {whose(patient.given)} {visit.kind} on {when}, with {visit.provider.short}?",
        yes="Yes, cancel it",
        no="No, keep it",
        doing=f"Cancel {what}",
        done=f"Cancelled {what}",
        soon=f"{whose(patient.given)} {visit.kind} is cancelled",
        subject=patient_banner(patient),
        changes=_cancel_rows(visit),
        two_people=find_reasons(ctx, visit, anothers=facts[ANOTHERS.name]),
        useful_until=visit.starts_at,
        answer_by=last_answer(ctx.now, visit.starts_at),
        facts=facts,
    )
    return found.put_on(card, now=ctx.now)


def _say_kept(slot: Slot, patient: Patient) -> str:
    return f"{say_when(slot.starts_at)}, with {slot.provider.short}, is being kept for {patient.given}"


def _booking_rows(patient: Patient, slot: Slot, kind: Kind, reason: str) -> list[Change]:
    text = booked_text(given=patient.given, kind=kind.name, provider=slot.provider, starts_at=slot.starts_at)
    return [
        Change(label="When", now="Nothing booked", then=say_when(slot.starts_at)),
        Change(label="With", now="Nobody", then=say_with(slot.provider)),
        Change(label="For", now="Nothing", then=say_kind(kind.name, kind.minutes)),
        *([Change(label="Reason", now="None", then=reason)] if reason else []),
        Change(label="Slot", now=_FREED, then=f"Held for {patient.given}"),
        _text_row(patient, text),
    ]


def _moving_rows(visit: Appointment, slot: Slot) -> list[Change]:
    given, kept = visit.patient.given, say_kind(visit.kind, visit.minutes)
    text = moved_text(given=given, kind=visit.kind, provider=slot.provider, starts_at=slot.starts_at)
    return [
        Change(label="When", now=say_when(visit.starts_at), then=say_when(slot.starts_at)),
        Change(label="With", now=say_with(visit.provider), then=say_with(slot.provider)),
        Change(label="For", now=kept, then=kept),
        Change(label="Old slot", now=f"Held for {given}", then=_FREED),
        _text_row(visit.patient, text),
    ]


def _cancel_rows(visit: Appointment) -> list[Change]:
    given = visit.patient.given
    return [
        Change(label="When", now=say_when(visit.starts_at), then="Cancelled"),
        Change(label="With", now=say_with(visit.provider), then="Nobody"),
        Change(label="For", now=say_kind(visit.kind, visit.minutes), then="Nothing"),
        Change(label="Slot", now=f"Held for {given}", then=_FREED),
        Change(label=f"Text to {given}", now=_NO_TEXT, then=_NO_TEXT),
    ]


def _text_row(patient: Patient, text: str) -> Change:
    label = f"Text to {patient.given}"
    if not patient.mobile:
        return Change(label=label, now=_NO_TEXT, then=_NO_MOBILE)
    return Change(label=label, now=_NO_TEXT, then=text, is_message=True)
