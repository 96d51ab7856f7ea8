"""Tools that read the calendar: what a patient has booked, and what is free."""

from collections.abc import Iterable
from datetime import date, timedelta

from pydantic import Field

from agentops.domain.cards import Card
from agentops.domain.outcomes import ToolError
from agentops.domain.phrases import say
from agentops.domain.tiers import ActionTier
from agentops.tools.registry import Effect, Tool, ToolContext
from agentops.toolsets.clinic.directory import find_providers, get_patient
from agentops.toolsets.clinic.fields import Arguments, Clock, Day, Line, Moment, Output
from agentops.toolsets.clinic.models import Appointment, AppointmentStatus, Slot
from agentops.toolsets.clinic.practice import KIND_NAMES, find_kind, local
from agentops.toolsets.clinic.slots import Window, nearest_slots, next_fitting, unbooked_slots
from agentops.toolsets.clinic.tools_patients import PatientArguments
from agentops.toolsets.clinic.wording import join_names, patient_banner, say_range, say_when

_SHOWN = 10
_KEPT_SHOWN = 3
_HELD = "would fit and is being held for another request: do not offer it."
_DAYS_AHEAD = timedelta(days=13)
_HORIZON = timedelta(days=366)
_LATEST = (
    "The start must lie before this, HH:MM: 12:00 for “before noon”. For one exact time give it as earliest and latest."
)


class BookedAppointment(Output):
    """One future visit."""

    appointment_id: int
    starts_at: Moment
    minutes: int
    provider_id: int
    provider: str
    kind: str
    version: int


class BookedAppointments(Output):
    """What a patient has booked, soonest first."""

    appointments: list[BookedAppointment]


class SearchAppointments(Arguments):
    """Which free times to look for; everything that is left out is not narrowed."""

    provider: Line | None = Field(None, description="Clinician's name, for example Dr Patel. Leave out for everyone.")
    date_from: Day | None = Field(None, description="First day, YYYY-MM-DD. Default: today.")
    date_to: Day | None = Field(None, description="Last day, included. Default: 13 days after date_from.")
    earliest: Clock | None = Field(None, description="Earliest start, HH:MM, 24-hour clock: 15:00 for “after three”.")
    latest: Clock | None = Field(None, description=_LATEST)
    kind: Line | None = Field(None, description=f"Kind of appointment, one of: {', '.join(KIND_NAMES)}.")


class FreeSlot(Output):
    """A time that can be booked."""

    slot_id: int
    starts_at: Moment
    minutes: int
    provider_id: int
    provider: str


class FreeSlots(Output):
    """Free times that fit, or the nearest that do not quite."""

    slots: list[FreeSlot]
    closest: list[FreeSlot]
    note: str


def run_list(ctx: ToolContext, args: PatientArguments) -> BookedAppointments:
    """List a patient's future booked appointments."""
    patient = get_patient(args.patient_id)
    booked = Appointment.objects.select_related("provider").filter(
        patient=patient, status=AppointmentStatus.BOOKED, starts_at__gt=ctx.now
    )
    return BookedAppointments(appointments=[_booked(a) for a in booked])


def describe_list(_ctx: ToolContext, args: PatientArguments) -> Card:
    """The trace line of listing appointments."""
    patient = get_patient(args.patient_id)
    return Card(
        title=say("List %(name)s’s appointments", name=patient.name),
        doing=say("List %(name)s’s appointments", name=patient.name),
        done=say("Listed %(name)s’s appointments", name=patient.name),
        subject=patient_banner(patient),
    )


def run_search(ctx: ToolContext, args: SearchAppointments) -> FreeSlots:
    """Search free times. Nothing that fits is a success with `closest` and a note."""
    window = read_window(ctx, args)
    which = _ask_which(args)
    fitting, kept = _take_fitting(unbooked_slots(window, now=ctx.now, run_id=ctx.run_id))
    held = f"{join_names([_say_slot(slot) for slot in kept[:_KEPT_SHOWN]])} {_HELD} " if kept else ""
    if fitting:
        more = len(fitting) > _SHOWN
        note = f"The first {_SHOWN}; there are more. Narrow the days or times to see others." if more else ""
        return FreeSlots(slots=[_free(s) for s in fitting[:_SHOWN]], closest=[], note=f"{which}{held}{note}".strip())
    following = next_fitting(window, now=ctx.now, run_id=ctx.run_id)
    then = f" The next that fits is {_say_slot(following)}." if following else ""
    nearest = nearest_slots(window, now=ctx.now, run_id=ctx.run_id)
    hint = (
        "`closest` does not meet what was asked: say so when you offer it."
        if nearest
        else "Offer to have a person call back."
    )
    return FreeSlots(
        slots=[], closest=[_free(s) for s in nearest], note=f"{which}{held}Nothing free fits.{then} {hint}"
    )


def _take_fitting(slots: Iterable[Slot]) -> tuple[list[Slot], list[Slot]]:
    """One more than is shown of those that can be offered, and those among them that are kept for another request."""
    fitting: list[Slot] = []
    kept: list[Slot] = []
    for slot in slots:
        (kept if getattr(slot, "kept", False) else fitting).append(slot)
        if len(fitting) > _SHOWN:
            break
    return fitting, kept


def describe_search(ctx: ToolContext, args: SearchAppointments) -> Card:
    """The trace line of reading free times."""
    window = read_window(ctx, args)
    when = say_range(window.date_from, window.date_to)
    who = join_names([p.short for p in find_providers(args.provider)]) if args.provider else ""
    read = (
        say("Read %(who)s’s free times, %(when)s", who=who, when=when)
        if who
        else say("Read all free times, %(when)s", when=when)
    )
    return Card(title=read, doing=read, done=read)


def read_window(ctx: ToolContext, args: SearchAppointments) -> Window:
    """The days, times and clinicians that the arguments mean, or a ToolError where they cannot be meant."""
    today = local(ctx.now).date()
    date_from = args.date_from or today
    _refuse_range(args, date_from, today)
    date_to = args.date_to or date_from + _DAYS_AHEAD
    return Window(
        date_from=max(date_from, today),
        date_to=date_to,
        earliest=args.earliest,
        latest=args.latest,
        provider_ids=tuple(p.pk for p in find_providers(args.provider)) if args.provider else (),
        minutes=find_kind(args.kind).minutes if args.kind else 0,
    )


def _ask_which(args: SearchAppointments) -> str:
    meant = find_providers(args.provider) if args.provider else []
    if len(meant) < 2:
        return ""
    return f"“{args.provider}” can mean {join_names([str(p) for p in meant])}: ask the caller which one. "


def _refuse_range(args: SearchAppointments, date_from: date, today: date) -> None:
    if max(date_from, args.date_to or date_from) > today + _HORIZON:
        raise ToolError(
            "date_too_far",
            say("The calendar does not reach so far."),
            suggestion=f"Search between {today} and {today + _HORIZON}.",
        )
    if (args.date_to or date_from) < today:
        raise ToolError(
            "date_in_past",
            say(
                "%(date_from)s lies in the past; today is %(today)s %(today_2)s.",
                date_from=date_from,
                today=f"{today:%A}",
                today_2=today,
            ),
            suggestion=f"Search from {today} on. If the caller named a weekday, take the next one after today.",
        )
    if (args.date_to or date_from) < date_from or (args.earliest and args.latest and args.latest < args.earliest):
        raise ToolError(
            "empty_range",
            say("The end of the range lies before its start."),
            suggestion="Put the earlier value in date_from and earliest, the later one in date_to and latest.",
        )


def _say_slot(slot: Slot) -> str:
    return f"{say_when(slot.starts_at)} with {slot.provider.short} (slot_id {slot.pk})"


def _booked(appointment: Appointment) -> BookedAppointment:
    return BookedAppointment(
        appointment_id=appointment.pk,
        starts_at=local(appointment.starts_at),
        minutes=appointment.minutes,
        provider_id=appointment.provider_id,
        provider=str(appointment.provider),
        kind=appointment.kind,
        version=appointment.version,
    )


def _free(slot: Slot) -> FreeSlot:
    return FreeSlot(
        slot_id=slot.pk,
        starts_at=local(slot.starts_at),
        minutes=slot.minutes,
        provider_id=slot.provider_id,
        provider=str(slot.provider),
    )


LIST_PATIENT_APPOINTMENTS = Tool(
    name="list_patient_appointments",
    description=(
        "List what a patient has booked from now on, soonest first. Use it before moving or cancelling, and to "
        "answer when someone's appointment is. Returns appointment_id and version for those tools. Past and "
        "cancelled visits are left out."
    ),
    input=PatientArguments,
    output=BookedAppointments,
    run=run_list,
    describe=describe_list,
    effect=Effect.READ,
    floor=ActionTier.READ,
    local=True,
)

SEARCH_APPOINTMENTS = Tool(
    name="search_appointments",
    description=(
        "Find free times to book or to move an appointment to. Pass on every wish of the caller: clinician, days, "
        "times of day. `slots` holds up to ten that fit, soonest first. If none fits, `closest` holds up to five "
        "near ones and `note` names the next that fits; tell the caller that it differs before using one. It books "
        "nothing. Do not call it again with the same arguments: the answer would be the same."
    ),
    input=SearchAppointments,
    output=FreeSlots,
    run=run_search,
    describe=describe_search,
    effect=Effect.READ,
    floor=ActionTier.READ,
    local=True,
)
