"""What a person reads before the calendar changes: question, before and after, checks."""

from agentops.domain.cards import Card, Change
from agentops.domain.phrases import Phrase, say
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
)

_NO_TEXT = say("None")
_NO_MOBILE = say("None, there is no mobile number")
_FREED = say("Free for anyone to book")
_NOBODY = say("Nobody")
_NOTHING = say("Nothing")


def describe_booking(ctx: ToolContext, args: BookAppointment) -> Card:
    """The card of a booking. Raises ToolError where it could not be done anyway."""
    patient, kind = get_patient(args.patient_id), find_kind(args.kind)
    slot = get_slot(args.slot_id, now=ctx.now, minutes=kind.minutes)
    refuse_held(slot, patient=patient, now=ctx.now)
    when, who = say_when(slot.starts_at), slot.provider.short
    title = say("Book %(name)s, %(when)s", name=patient.name, when=say_when_short(slot.starts_at))
    reading, names = read_caller(ctx), {"name": patient.name, "given": patient.given, "when": when, "who": who}
    found = Findings.join(
        check_identity(ctx, reading, patient),
        check_asked(ctx, BOOKING, given=patient.given, proposed=title),
        check_still_free(ctx, slot, patient),
        check_clashes(patient, slot, minutes=kind.minutes),
        check_wishes(ctx, reading, patient, slot),
    )
    card = Card(
        title=title,
        question=say("Book %(when)s, with %(who)s for %(name)s?", **names),
        ask=say("Shall I book %(when)s, with %(who)s, for %(given)s?", **names),
        yes=say("Yes, book and text %(given)s", **names) if patient.mobile else say("Yes, book it"),
        no=say("No, do not book"),
        doing=say("Book %(name)s on %(when)s, with %(who)s", **names),
        done=say("Booked %(name)s on %(when)s, with %(who)s", **names),
        soon=say("%(given)s’s appointment is booked", **names),
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
    title = say("Move %(name)s to %(when)s", name=patient.name, when=say_when_short(slot.starts_at))
    reading, names = read_caller(ctx), {"name": patient.name, "given": patient.given, "when": when, "who": who}
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
        question=say("Move %(name)s’s appointment to %(when)s, with %(who)s?", **names),
        ask=say(
            "Shall I move %(given)s’s appointment from %(before)s to %(when)s, with %(who)s?",
            before=say_when(visit.starts_at),
            **names,
        ),
        yes=say("Yes, move and text %(given)s", **names) if patient.mobile else say("Yes, move it"),
        no=say("No, do not move"),
        doing=say("Move %(name)s to %(when)s, with %(who)s", **names),
        done=say("Moved %(name)s to %(when)s, with %(who)s", **names),
        soon=say("%(given)s’s appointment moves", **names),
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
    reading, kind, who = read_caller(ctx), say(visit.kind), visit.provider.short
    names = {"name": patient.name, "given": patient.given, "when": when, "kind": kind, "who": who}
    proposed = say("Cancel %(name)s’s %(kind)s on %(when)s", **names)
    found = Findings.join(
        check_identity(ctx, reading, patient),
        check_asked(ctx, CANCELLING, given=patient.given, proposed=proposed),
        check_still_booked(ctx),
        check_given_up(ctx, reading, visit),
    )
    facts = gather_facts(ctx, patient, found=found, starts=(visit.starts_at,))
    card = Card(
        title=say("Cancel %(name)s, %(when)s", name=patient.name, when=say_when_short(visit.starts_at)),
        question=say("Cancel %(name)s’s %(kind)s on %(when)s?", **names),
        ask=say("Shall I cancel %(given)s’s %(kind)s on %(when)s, with %(who)s?", **names),
        yes=say("Yes, cancel it"),
        no=say("No, keep it"),
        doing=proposed,
        done=say("Cancelled %(name)s’s %(kind)s on %(when)s", **names),
        soon=say("%(given)s’s %(kind)s is cancelled", **names),
        subject=patient_banner(patient),
        changes=_cancel_rows(visit),
        two_people=find_reasons(ctx, visit, anothers=facts[ANOTHERS.name]),
        useful_until=visit.starts_at,
        answer_by=last_answer(ctx.now, visit.starts_at),
        facts=facts,
    )
    return found.put_on(card, now=ctx.now)


def _say_kept(slot: Slot, patient: Patient) -> Phrase:
    when, who = say_when(slot.starts_at), slot.provider.short
    return say("%(when)s, with %(who)s, is being kept for %(given)s", when=when, who=who, given=patient.given)


def _held(given: str) -> Phrase:
    return say("Held for %(given)s", given=given)


def _booking_rows(patient: Patient, slot: Slot, kind: Kind, reason: str) -> list[Change]:
    text = booked_text(given=patient.given, kind=kind.name, provider=slot.provider, starts_at=slot.starts_at)
    return [
        Change(label=say("When"), now=say("Nothing booked"), then=say_when(slot.starts_at)),
        Change(label=say("With"), now=_NOBODY, then=say_with(slot.provider)),
        Change(label=say("For"), now=_NOTHING, then=say_kind(kind.name, kind.minutes)),
        *([Change(label=say("Reason"), now=_NO_TEXT, then=reason)] if reason else []),
        Change(label=say("Slot"), now=_FREED, then=_held(patient.given)),
        _text_row(patient, text),
    ]


def _moving_rows(visit: Appointment, slot: Slot) -> list[Change]:
    given, kept = visit.patient.given, say_kind(visit.kind, visit.minutes)
    text = moved_text(given=given, kind=visit.kind, provider=slot.provider, starts_at=slot.starts_at)
    return [
        Change(label=say("When"), now=say_when(visit.starts_at), then=say_when(slot.starts_at)),
        Change(label=say("With"), now=say_with(visit.provider), then=say_with(slot.provider)),
        Change(label=say("For"), now=kept, then=kept),
        Change(label=say("Old slot"), now=_held(given), then=_FREED),
        _text_row(visit.patient, text),
    ]


def _cancel_rows(visit: Appointment) -> list[Change]:
    given = visit.patient.given
    return [
        Change(label=say("When"), now=say_when(visit.starts_at), then=say("Cancelled")),
        Change(label=say("With"), now=say_with(visit.provider), then=_NOBODY),
        Change(label=say("For"), now=say_kind(visit.kind, visit.minutes), then=_NOTHING),
        Change(label=say("Slot"), now=_held(given), then=_FREED),
        Change(label=say("Text to %(given)s", given=given), now=_NO_TEXT, then=_NO_TEXT),
    ]


def _text_row(patient: Patient, text: str) -> Change:
    label = say("Text to %(given)s", given=patient.given)
    if not patient.mobile:
        return Change(label=label, now=_NO_TEXT, then=_NO_MOBILE)
    return Change(label=label, now=_NO_TEXT, then=text, is_message=True)
