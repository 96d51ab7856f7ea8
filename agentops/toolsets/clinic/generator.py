"""This is where we invent a clinic: the same seed gives the same people, times and bookings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction

from agentops.toolsets.clinic import practice
from agentops.toolsets.clinic.directory import fold_name
from agentops.toolsets.clinic.invented_people import (
    CLINICIANS,
    GIVEN_NAMES,
    LOOK_ALIKES,
    NAMED_PEOPLE,
    NOTES,
    REASONS,
    SURNAMES,
    Person,
    Visit,
)
from agentops.toolsets.clinic.models import Appointment, Patient, Provider, Slot
from agentops.toolsets.clinic.slots import day_start

_BOOKED_SHARE = 0.6
_BATCH = 1_000
_NAMED_CALENDAR_DAYS = 14
_FICTION_MOBILES = range(300, 1_000)
_OLDEST_DAYS = 34_000

# Working days and times that stay free with everybody, so that a demonstration always finds a time to offer.
_KEPT_FREE_DAYS = (2, 4)
_KEPT_FREE_TIMES = (time(10, 0), time(14, 0))
# The first clinician has nothing late for a while, so that a caller's "after three" cannot always be met.
_FULL_CLINICIAN, _FULL_FROM, _FULL_WORKING_DAYS = 0, time(15, 0), 6


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was made."""

    providers: int
    patients: int
    slots: int
    appointments: int


def ensure_clinic(*, seed: int, patients: int, days: int, today: date) -> Counts | None:
    """Make a clinic unless one is there already; None means that nothing was done."""
    if Provider.objects.exists():
        return None
    return generate_clinic(seed=seed, patients=patients, days=days, today=today)


@transaction.atomic
def generate_clinic(*, seed: int, patients: int, days: int, today: date) -> Counts:
    """Fill empty clinic tables with `patients` people and the calendar of `days` days from `today` on.

    The named people and their look-alikes are always there, and the calendar always reaches their bookings, so very
    small figures are exceeded. Deterministic for the same arguments.
    """
    rng = Random(seed)  # noqa: S311 - a seed is the point: nothing here is a secret
    providers = Provider.objects.bulk_create(
        [Provider(title=c.title, name=c.name, role=c.role, room=c.room) for c in CLINICIANS]
    )
    people = Patient.objects.bulk_create(_make_patients(rng, patients, providers, today), batch_size=_BATCH)
    slots = Slot.objects.bulk_create(_make_slots(providers, today, max(days, _NAMED_CALENDAR_DAYS)), batch_size=_BATCH)
    bookings = [*_named_bookings(people, providers, slots, today)]
    taken = {booking.slot_id for booking in bookings}
    bookings += _chance_bookings(rng, people[len(NAMED_PEOPLE) :], [s for s in slots if s.pk not in taken], today)
    Appointment.objects.bulk_create(bookings, batch_size=_BATCH)
    return Counts(len(providers), len(people), len(slots), len(bookings))


def working_day(today: date, number: int) -> date:
    """The day that lies so many working days after today."""
    day = today
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def _make_patients(rng: Random, count: int, providers: Sequence[Provider], today: date) -> list[Patient]:
    fixed = [_fixed_patient(person, providers) for person in (*NAMED_PEOPLE, *LOOK_ALIKES)]
    used = {patient.number.replace(" ", "") for patient in fixed}
    numbers = [n for n in rng.sample(range(1_000_000, 10_000_000), max(count, 0) + len(used)) if str(n) not in used]
    chance = (_chance_patient(rng, n, providers, today) for n in numbers[: max(count - len(fixed), 0)])
    return [*fixed, *chance]


def _fixed_patient(person: Person, providers: Sequence[Provider]) -> Patient:
    folded = fold_name(f"{person.given} {person.surname}")
    known = person.visit is not None
    return Patient(
        given=person.given,
        surname=person.surname,
        folded=folded,
        born=person.born,
        number=person.number,
        mobile=person.mobile,
        email=f"{folded.replace(' ', '.')}{'' if known else '.' + person.number[-3:]}@example.com",
        usual_provider=providers[person.visit.clinician] if person.visit else None,
    )


def _chance_patient(rng: Random, number: int, providers: Sequence[Provider], today: date) -> Patient:
    given, surname = rng.choice(GIVEN_NAMES), rng.choice(SURNAMES)
    folded = fold_name(f"{given} {surname}")
    return Patient(
        given=given,
        surname=surname,
        folded=folded,
        born=today - timedelta(days=rng.randrange(_OLDEST_DAYS)),
        number=f"{number // 1000} {number % 1000:03}",
        mobile="" if rng.random() < 0.04 else f"07700 900{rng.choice(_FICTION_MOBILES)}",
        email="" if rng.random() < 0.2 else f"{folded.replace(' ', '.')}.{number}@example.com",
        usual_provider=rng.choice(providers) if rng.random() < 0.7 else None,
        notes=rng.choice(NOTES) if rng.random() < 0.08 else "",
    )


def _make_slots(providers: Sequence[Provider], today: date, days: int) -> list[Slot]:
    dates = (today + timedelta(days=n) for n in range(days))
    moments = [moment for day in dates if day.weekday() < 5 for moment in _moments(day)]
    return [Slot(provider=p, starts_at=m, minutes=practice.SLOT_MINUTES) for m in moments for p in providers]


def _moments(day: date) -> Iterator[datetime]:
    moment = datetime.combine(day, practice.OPENS)
    while moment.time() < practice.CLOSES:
        if not practice.LUNCH_FROM <= moment.time() < practice.LUNCH_TO:
            yield moment.replace(tzinfo=practice.clinic_zone())
        moment += timedelta(minutes=practice.SLOT_EVERY_MINUTES)


def _named_bookings(
    people: Sequence[Patient], providers: Sequence[Provider], slots: Sequence[Slot], today: date
) -> Iterator[Appointment]:
    places = {(slot.provider_id, slot.starts_at): slot for slot in slots}
    for patient, person in zip(people, NAMED_PEOPLE, strict=False):
        if person.visit:
            slot = places[providers[person.visit.clinician].pk, _moment_of(person.visit, today)]
            yield _booking(patient, slot, practice.find_kind(person.visit.kind), "", today, days_ago=3)


def _moment_of(visit: Visit, today: date) -> datetime:
    return datetime.combine(working_day(today, visit.working_days), visit.at, tzinfo=practice.clinic_zone())


def _chance_bookings(
    rng: Random, people: Sequence[Patient], free: Sequence[Slot], today: date
) -> Iterator[Appointment]:
    """Book about 60 % of the free slots; nobody is given two times of one moment."""
    kept = {
        datetime.combine(working_day(today, n), t, tzinfo=practice.clinic_zone())
        for n in _KEPT_FREE_DAYS
        for t in _KEPT_FREE_TIMES
    }
    full_until = day_start(working_day(today, _FULL_WORKING_DAYS) + timedelta(days=1))
    by_moment: dict[datetime, list[Slot]] = {}
    for slot in free:
        by_moment.setdefault(slot.starts_at, []).append(slot)
    first = min((slot.provider_id for slot in free), default=0) + _FULL_CLINICIAN
    for moment, slots in by_moment.items():
        full = moment.time() >= _FULL_FROM and moment < full_until
        booked = [s for s in slots if (full and s.provider_id == first) or rng.random() < _BOOKED_SHARE]
        patients = rng.sample(people, min(len(booked), len(people)))
        for slot, patient in zip([] if moment in kept else booked, patients, strict=False):
            kind = rng.choice([k for k in practice.KINDS if k.minutes <= slot.minutes])
            yield _booking(patient, slot, kind, rng.choice(REASONS), today, days_ago=rng.randrange(1, 30))


def _booking(
    patient: Patient, slot: Slot, kind: practice.Kind, reason: str, today: date, *, days_ago: int
) -> Appointment:
    return Appointment(
        patient=patient,
        provider_id=slot.provider_id,
        slot=slot,
        starts_at=slot.starts_at,
        minutes=kind.minutes,
        kind=kind.name,
        reason=reason,
        booked_at=day_start(today - timedelta(days=days_ago)) + timedelta(hours=10),
    )
