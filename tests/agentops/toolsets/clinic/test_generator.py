"""The invented clinic: same seed, same clinic; any size; never a double booking."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentops.toolsets.clinic.generator import ensure_clinic, generate_clinic, working_day
from agentops.toolsets.clinic.invented_people import NAMED_PEOPLE
from agentops.toolsets.clinic.models import Appointment, Patient, Provider, Slot

TODAY = date(2026, 3, 10)
LONDON = ZoneInfo("Europe/London")


class Undo(Exception):
    """Leaves a savepoint without a trace."""


def read_clinic() -> tuple[list[tuple[object, ...]], ...]:
    """Everything that was made, without the numbers of the rows."""
    people = Patient.objects.order_by("number").values_list(
        "given", "surname", "born", "number", "mobile", "email", "notes"
    )
    booked = Appointment.objects.order_by("starts_at", "provider__name")
    fields = "patient__number", "provider__name", "starts_at", "minutes", "kind", "reason", "status", "booked_at"
    return (
        list(people),
        list(booked.values_list(*fields)),
        list(Slot.objects.values_list("starts_at", "provider__name")),
    )


def make_and_undo(*, seed: int, patients: int, days: int, today: date) -> tuple[list[tuple[object, ...]], ...]:
    made: tuple[list[tuple[object, ...]], ...] = ()
    try:
        with transaction.atomic():
            generate_clinic(seed=seed, patients=patients, days=days, today=today)
            made = read_clinic()
            raise Undo
    except Undo:
        return made


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_clinic_and_another_seed_another() -> None:
    first = make_and_undo(seed=7, patients=60, days=14, today=TODAY)
    assert make_and_undo(seed=7, patients=60, days=14, today=TODAY) == first
    assert make_and_undo(seed=8, patients=60, days=14, today=TODAY) != first


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**32),
    patients=st.integers(0, 120),
    days=st.integers(0, 20),
    today=st.dates(date(2020, 1, 1), date(2040, 12, 31)),
)
def test_a_clinic_of_any_size_has_no_double_booking(seed: int, patients: int, days: int, today: date) -> None:
    people, booked, slots = make_and_undo(seed=seed, patients=patients, days=days, today=today)
    assert len(people) >= patients
    assert max(Counter((starts_at, provider) for _, provider, starts_at, *_ in booked).values()) == 1
    assert max(Counter((number, starts_at) for number, _, starts_at, *_ in booked).values()) == 1
    assert {(starts_at, provider) for _, provider, starts_at, *_ in booked} <= set(slots)


@pytest.mark.django_db
@pytest.mark.parametrize("today", [date(2026, 3, 9) + timedelta(days=n) for n in range(7)])
def test_the_named_people_have_one_future_visit_each_at_a_fixed_place(today: date) -> None:
    generate_clinic(seed=1, patients=0, days=0, today=today)
    for person in NAMED_PEOPLE:
        visit = Appointment.objects.get(patient__number=person.number)
        assert person.visit is not None
        assert (visit.patient.given, visit.patient.surname, visit.patient.born) == (
            person.given,
            person.surname,
            person.born,
        )
        day = working_day(today, person.visit.working_days)
        assert visit.starts_at == datetime.combine(day, person.visit.at, tzinfo=LONDON)


@pytest.mark.django_db
def test_ana_gomez_is_the_patient_of_the_documents() -> None:
    generate_clinic(seed=1, patients=20, days=14, today=TODAY)
    ana = Patient.objects.get(number="4821 077")
    assert (ana.name, ana.born, ana.mobile) == ("Ana Gomez", date(1987, 5, 14), "07700 900123")
    assert Patient.objects.filter(folded="ana gomez").count() > 1
    assert Patient.objects.filter(mobile=ana.mobile).count() == 1


@pytest.mark.django_db
def test_slots_lie_in_opening_hours_and_more_than_half_are_booked() -> None:
    made = generate_clinic(seed=1, patients=500, days=28, today=TODAY)
    for slot in Slot.objects.all():
        there = slot.starts_at.astimezone(LONDON)
        ends = (there + timedelta(minutes=slot.minutes)).time()
        assert there.weekday() < 5
        assert time(8, 30) <= there.time() < ends <= time(18, 0)
        assert ends <= time(12, 30) or there.time() >= time(13, 30)
    assert 0.5 < made.appointments / made.slots < 0.7


@pytest.mark.django_db
def test_every_contact_is_invented() -> None:
    generate_clinic(seed=1, patients=300, days=1, today=TODAY)
    for patient in Patient.objects.all():
        assert patient.mobile == "" or patient.mobile.startswith("07700 900")
        assert patient.email == "" or patient.email.endswith("@example.com")
        assert patient.email.isascii()


@pytest.mark.django_db
def test_demonstrations_find_a_free_time_and_a_wish_that_cannot_be_met() -> None:
    generate_clinic(seed=1, patients=500, days=28, today=TODAY)
    patel = Provider.objects.get(name="Anita Patel")
    free = [s.starts_at.astimezone(LONDON) for s in Slot.objects.filter(provider=patel, appointments__isnull=True)]
    day = working_day(TODAY, 2)
    assert datetime.combine(day, time(14, 0), tzinfo=LONDON) in free
    assert not any(moment.date() == day and moment.time() >= time(15, 0) for moment in free)


@pytest.mark.django_db
def test_a_clinic_that_is_there_is_left_alone() -> None:
    assert ensure_clinic(seed=1, patients=20, days=14, today=TODAY) is not None
    before = read_clinic()
    assert ensure_clinic(seed=2, patients=50, days=14, today=TODAY) is None
    assert read_clinic() == before
