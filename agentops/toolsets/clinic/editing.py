"""What staff may change of a call before they say yes: another time, another kind, other words, with real choices."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from agentops.domain.edits import Choice, Control, ControlKind, EditForm
from agentops.domain.phrases import Phrase, join_phrases, say
from agentops.tools.registry import Editing, ToolContext
from agentops.toolsets.clinic.arguments import (
    BookAppointment,
    CancelAppointment,
    DraftMessage,
    RescheduleAppointment,
    SendMessage,
)
from agentops.toolsets.clinic.directory import get_appointment
from agentops.toolsets.clinic.models import Appointment, AppointmentStatus, Provider, Slot
from agentops.toolsets.clinic.practice import KINDS, find_kind, local
from agentops.toolsets.clinic.slots import Window, free_slots
from agentops.toolsets.clinic.wording import say_day, say_kind, say_time, say_when

_AHEAD = timedelta(days=28)
_MOST_DAYS = 20
_ANYONE = Choice(value="", label=say("Anyone"))


def offer_booking(ctx: ToolContext, args: BookAppointment, given: Mapping[str, str]) -> EditForm:
    """Another time, with whom, of what kind, and why."""
    kind = given.get("kind", args.kind)
    minutes = next((one.minutes for one in KINDS if one.name == kind), find_kind(args.kind).minutes)
    times = _offer_times(ctx, _find_slot(args.slot_id), given, minutes=minutes)
    kinds = [Choice(value=one.name, label=say_kind(one.name, one.minutes)) for one in KINDS]
    what = Control(name="kind", label=say("Kind of visit"), kind=ControlKind.CHOICE, value=args.kind, choices=kinds)
    why = Control(name="reason", label=say("Reason"), kind=ControlKind.TEXT, value=args.reason, max_chars=500)
    return EditForm(controls=[*times, what, why])


def offer_moving(ctx: ToolContext, args: RescheduleAppointment, given: Mapping[str, str]) -> EditForm:
    """Another time, and with whom."""
    minutes = get_appointment(args.appointment_id).minutes
    return EditForm(controls=_offer_times(ctx, _find_slot(args.slot_id), given, minutes=minutes))


def offer_cancelling(ctx: ToolContext, args: CancelAppointment, given: Mapping[str, str]) -> EditForm:
    """Another appointment of the same patient."""
    patient = get_appointment(args.appointment_id).patient
    booked = Appointment.objects.select_related("provider").filter(
        patient=patient, status=AppointmentStatus.BOOKED, starts_at__gt=ctx.now
    )
    choices = [
        Choice(
            value=str(one.pk),
            label=say(
                "%(when)s, %(who)s, %(kind)s", when=say_when(one.starts_at), who=one.provider.short, kind=say(one.kind)
            ),
        )
        for one in booked.order_by("starts_at")[:50]
    ]
    return EditForm(
        controls=[
            Control(
                name="appointment_id",
                label=say("Which of %(given)s’s appointments", given=patient.given),
                kind=ControlKind.CHOICE,
                value=str(args.appointment_id),
                choices=choices,
            )
        ]
    )


def offer_text(ctx: ToolContext, args: SendMessage | DraftMessage, given: Mapping[str, str]) -> EditForm:
    """The exact words."""
    hint = say("The patient gets exactly this. Only phone numbers and links of ours or of the record may stand in it.")
    body = Control(
        name="body", label=say("The text"), kind=ControlKind.TEXT, value=args.body, hint=hint, max_chars=640, lines=6
    )
    return EditForm(controls=[body])


def _find_slot(slot_id: int) -> Slot | None:
    return Slot.objects.select_related("provider").filter(pk=slot_id).first()


def _offer_times(ctx: ToolContext, slot: Slot | None, given: Mapping[str, str], *, minutes: int) -> list[Control]:
    """A day and a clinician to look under, and the times that are free then, with the time proposed while it is."""
    free = list(free_slots(_weeks_ahead(ctx.now, minutes), now=ctx.now, run_id=ctx.run_id))
    days = list(dict.fromkeys(local(one.starts_at).date() for one in [*([slot] if slot else []), *free]))
    day = _read_day(given.get("day"), days)
    clinician = given.get("clinician", "")
    offered = [one for one in free if local(one.starts_at).date() == day and clinician in {"", str(one.provider_id)}]
    gone = slot is not None and slot not in free
    hints = [
        say("The time that was proposed is not free any more.") if gone else "",
        "" if offered else say("Nothing is free then. Look under another day or clinician."),
    ]
    return [
        Control(
            name="day", label=say("Day"), kind=ControlKind.NARROW, value=day.isoformat() if day else "",
            choices=_say_days(days, free),
        ),
        Control(
            name="clinician", label=say("With"), kind=ControlKind.NARROW, value=clinician,
            choices=[_ANYONE, *_clinicians()],
        ),
        Control(
            name="slot_id", label=say("Time"), kind=ControlKind.CHOICE, value=str(slot.pk) if slot else "",
            choices=_say_times(offered, None if gone else slot), hint=join_phrases(hints),
        ),
    ]  # fmt: skip


def _weeks_ahead(now: datetime, minutes: int) -> Window:
    today = local(now).date()
    return Window(date_from=today, date_to=today + _AHEAD, minutes=minutes)


def _read_day(text: str | None, days: list[date]) -> date | None:
    """The day looked under: the one that was chosen, else the one proposed, which comes first."""
    return next((day for day in days if day.isoformat() == text), days[0] if days else None)


def _say_days(days: list[date], free: Iterable[Slot]) -> list[Choice]:
    count: dict[date, int] = {}
    for one in free:
        there = local(one.starts_at).date()
        count[there] = count.get(there, 0) + 1
    return [Choice(value=day.isoformat(), label=_say_free(day, count.get(day, 0))) for day in sorted(days)[:_MOST_DAYS]]


def _say_free(day: date, number: int) -> Phrase:
    if not number:
        return say("%(day)s, nothing free", day=say_day(day))
    return say("%(day)s, %(number)s free", day=say_day(day), number=number)


def _clinicians() -> list[Choice]:
    return [Choice(value=str(one.pk), label=str(one)) for one in Provider.objects.filter(active=True)]


def _say_times(offered: Iterable[Slot], proposed: Slot | None) -> list[Choice]:
    times = [_say_time(one) for one in sorted(offered, key=lambda one: (one.provider.short, one.starts_at))]
    if proposed is None:
        return times
    as_is = Choice(
        value=str(proposed.pk),
        label=say("%(when)s, %(who)s", when=say_when(proposed.starts_at), who=proposed.provider.short),
        group=say("As proposed"),
    )
    return [as_is, *(one for one in times if one.value != as_is.value)]


def _say_time(slot: Slot) -> Choice:
    who = slot.provider.short
    return Choice(value=str(slot.pk), label=say("%(when)s, %(who)s", when=say_time(slot.starts_at), who=who), group=who)


_ABOUT_THE_TIME = dict.fromkeys(
    ("slot_taken", "patient_clash", "same_slot", "slot_in_past", "slot_too_short"), "slot_id"
)
_ABOUT_THE_VISIT = dict.fromkeys(("already_cancelled", "appointment_in_past"), "appointment_id")

EDIT_BOOKING = Editing(fields=("slot_id", "kind", "reason"), offer=offer_booking, blame=_ABOUT_THE_TIME)
EDIT_MOVING = Editing(fields=("slot_id",), offer=offer_moving, blame=_ABOUT_THE_TIME)
EDIT_CANCELLING = Editing(
    fields=("appointment_id",),
    offer=offer_cancelling,
    blame=_ABOUT_THE_VISIT,
    resets={"appointment_id": ("version",)},
)
EDIT_TEXT = Editing(fields=("body",), offer=offer_text)
