"""This is where we look for free times."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.models import BooleanField, CharField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, TruncTime
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThan

from agentops.domain.outcomes import ToolError
from agentops.domain.phrases import join_phrases, say
from agentops.models import ToolCall
from agentops.toolsets.clinic.models import Appointment, AppointmentStatus, Slot
from agentops.toolsets.clinic.practice import clinic_zone, local
from agentops.toolsets.clinic.wording import say_time

ALTERNATIVES = 5
KEEPS = "slot "
OPEN_CALLS = ("asking", "awaiting", "approved", "started", "in_doubt")
_LOOK_AROUND = timedelta(days=14)
_OTHER_CLINICIAN_COSTS_DAYS = 2.0
_HOUR_COSTS_DAYS = 0.5


@dataclass(frozen=True, slots=True)
class Window:
    """Days (both included) and times of day on the clinic's clock.

    A start fits from `earliest` on and before `latest`; where both are equal, only that very time fits.
    """

    date_from: date
    date_to: date
    earliest: time | None = None
    latest: time | None = None
    provider_ids: tuple[int, ...] = ()
    minutes: int = 0


def day_start(day: date) -> datetime:
    """The first moment of a day on the clinic's clock."""
    return datetime.combine(day, time.min, tzinfo=clinic_zone())


def free_slots(window: Window, *, now: datetime, run_id: int = 0) -> QuerySet[Slot]:
    """Free slots in the window that have not begun, soonest first, without those kept for a request of another run."""
    return unbooked_slots(window, now=now, run_id=run_id).exclude(Q(kept=True))


def unbooked_slots(window: Window, *, now: datetime, run_id: int = 0) -> QuerySet[Slot]:
    """Slots in the window that nobody booked, soonest first; `kept` where a request of another run keeps it."""
    held = Appointment.objects.filter(slot=OuterRef("pk"), status=AppointmentStatus.BOOKED)
    slots = (
        Slot.objects.select_related("provider")
        .alias(name=Concat(Value(KEEPS), Cast("pk", CharField())))
        .annotate(kept=_kept_for_others(run_id))
        .filter(
            ~Exists(held),
            provider__active=True,
            minutes__gte=window.minutes,
            starts_at__gt=now,
            starts_at__gte=day_start(window.date_from),
            starts_at__lt=day_start(window.date_to + timedelta(days=1)),
        )
    )
    if window.provider_ids:
        slots = slots.filter(provider_id__in=window.provider_ids)
    return _narrow_clock(slots, window).order_by("starts_at", "provider_id")


def _kept_for_others(run_id: int) -> "ExpressionWrapper[Q]":
    """Whether the slot's name is among those kept, which are read once and not for each slot."""
    calls = ToolCall.objects.filter(status__in=OPEN_CALLS, keeps__startswith=KEEPS).exclude(run_id=run_id)
    return ExpressionWrapper(Q(name__in=calls.values("keeps")), output_field=BooleanField())


def name_kept(slot: Slot) -> str:
    """How a call says that it keeps this slot: nothing is written for it, and it ends with the call."""
    return f"{KEEPS}{slot.pk}"


def is_kept(slot: Slot, *, run_id: int, before: int | None = None) -> bool:
    """Whether a request of another run (`before` that call, where it is looked at again) was first to ask for the
    slot. It binds nobody: the booking decides.
    """
    calls = ToolCall.objects.filter(keeps=name_kept(slot), status__in=OPEN_CALLS)
    if before is not None:
        calls = calls.filter(pk__lt=before)
    return calls.exclude(run_id=run_id).exists()


def _narrow_clock(slots: QuerySet[Slot], window: Window) -> QuerySet[Slot]:
    clock = TruncTime("starts_at", tzinfo=clinic_zone())
    if window.earliest and window.earliest == window.latest:
        return slots.filter(Exact(clock, window.earliest))
    if window.earliest:
        slots = slots.filter(GreaterThanOrEqual(clock, window.earliest))
    if window.latest:
        slots = slots.filter(LessThan(clock, window.latest))
    return slots


def nearest_slots(window: Window, *, now: datetime, run_id: int = 0) -> list[Slot]:
    """Up to five free slots outside the window, nearest first: in days, in hours of the day, in who it is with."""
    around = replace(
        window,
        date_from=max(local(now).date(), window.date_from - _LOOK_AROUND),
        date_to=window.date_to + _LOOK_AROUND,
        earliest=None,
        latest=None,
        provider_ids=(),
    )
    ranked = sorted(
        free_slots(around, now=now, run_id=run_id), key=lambda slot: (_distance(slot, window), slot.starts_at)
    )
    return ranked[:ALTERNATIVES]


def next_fitting(window: Window, *, now: datetime, run_id: int = 0) -> Slot | None:
    """The soonest free slot after the window's days that fits its clinician and times of day."""
    later = replace(window, date_from=window.date_to + timedelta(days=1), date_to=window.date_to + timedelta(days=90))
    return free_slots(later, now=now, run_id=run_id).first()


def get_slot(slot_id: int, *, now: datetime, minutes: int) -> Slot:
    """A slot that has not begun and is long enough, or a ToolError that says what to do instead."""
    slot = Slot.objects.select_related("provider").filter(pk=slot_id, provider__active=True).first()
    if slot is None:
        raise ToolError(
            "unknown_slot",
            say("There is no slot with the id %(slot_id)s.", slot_id=slot_id),
            suggestion="Use search_appointments and take slot_id from its result.",
        )
    if slot.starts_at <= now:
        raise ToolError(
            "slot_in_past",
            say("This slot has already begun."),
            suggestion="Use search_appointments to find a free slot later than now.",
        )
    if slot.minutes < minutes:
        raise ToolError(
            "slot_too_short",
            say(
                "This slot has %(minutes)s minutes and %(needed)s are needed.",
                minutes=slot.minutes,
                needed=minutes,
            ),
            suggestion="Use search_appointments with kind, so that only slots that are long enough come back.",
        )
    return slot


def is_held(slot: Slot) -> bool:
    """Whether a booked appointment holds the slot at this moment."""
    return Appointment.objects.filter(slot=slot, status=AppointmentStatus.BOOKED).exists()


def slot_taken(slot: Slot, *, now: datetime) -> ToolError:
    """The error that says a slot has gone, with the nearest times that have not."""
    day = local(slot.starts_at)
    window = Window(
        date_from=day.date(),
        date_to=day.date(),
        earliest=day.time(),
        latest=day.time(),
        provider_ids=(slot.provider_id,),
        minutes=slot.minutes,
    )
    nearest = ", ".join(
        f"slot_id {s.pk} ({local(s.starts_at):%a %d %b %H:%M}, {s.provider.short})"
        for s in nearest_slots(window, now=now)
    )
    instead = (
        f"Free and near: {nearest}. Offer one of these" if nearest else "Use search_appointments to find another time"
    )
    return ToolError(
        "slot_taken",
        say(
            "%(when)s with %(who)s has just been taken.",
            when=f"{local(day):%A %d %B, %H:%M}",
            who=slot.provider.short,
        ),
        suggestion=f"{instead}; do not try this slot again.",
        told=_say_gone(slot),
    )


def _say_gone(slot: Slot) -> str:
    """Who has the slot now and since when, as far as the calendar tells."""
    gone = say("The %(time)s slot has gone.", time=say_time(slot.starts_at))
    held = Appointment.objects.filter(slot=slot, status=AppointmentStatus.BOOKED).first()
    if held is None:
        return gone
    by_agent = held.change_key or held.call_key
    at = say_time(held.changed_at or held.booked_at)
    booked = (
        say("It was booked for another request at %(at)s.", at=at)
        if by_agent
        else say("It was booked at the desk at %(at)s.", at=at)
    )
    return join_phrases([gone, booked])


def _distance(slot: Slot, window: Window) -> float:
    """How far a slot lies from what was asked, counted in days."""
    there = local(slot.starts_at)
    days = max((window.date_from - there.date()).days, (there.date() - window.date_to).days, 0)
    hours = max(_hours(window.earliest) - _hours(there.time()), _hours(there.time()) - _hours(window.latest, 24.0), 0.0)
    other = bool(window.provider_ids) and slot.provider_id not in window.provider_ids
    return days + hours * _HOUR_COSTS_DAYS + other * _OTHER_CLINICIAN_COSTS_DAYS


def _hours(clock: time | None, missing: float = 0.0) -> float:
    return missing if clock is None else clock.hour + clock.minute / 60
