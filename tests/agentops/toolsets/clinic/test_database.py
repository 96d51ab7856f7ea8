"""What the database itself refuses, whatever the code does."""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from agentops.domain.outcomes import ToolError
from agentops.toolsets.clinic.models import Appointment, Message, Slot
from tests.agentops.toolsets.clinic.conftest import NOW, Desk


def raw_insert(desk: Desk, slot: Slot, *, patient_id: int, status: str = "booked") -> None:
    """Put an appointment in by SQL, past every line of our code."""
    columns = "patient_id, provider_id, slot_id, starts_at, minutes, kind, reason, status, version, booked_at"
    start, now = (connection.ops.adapt_datetimefield_value(moment) for moment in (slot.starts_at, NOW))
    values = [patient_id, slot.provider_id, slot.pk, start, 20, "follow-up", "", status, 1, now]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO clinic_appointment ({columns}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", values
        )


def test_one_slot_cannot_be_booked_twice(desk: Desk) -> None:
    slot = desk.slot(12, "14:00")
    desk.visit(desk.ana, slot)
    with pytest.raises(IntegrityError), transaction.atomic():
        raw_insert(desk, slot, patient_id=desk.priya.pk)
    assert Appointment.objects.count() == 1


def test_a_cancelled_appointment_does_not_hold_its_slot(desk: Desk) -> None:
    slot = desk.slot(12, "14:00")
    raw_insert(desk, slot, patient_id=desk.ana.pk, status="cancelled")
    raw_insert(desk, slot, patient_id=desk.ana.pk, status="cancelled")
    raw_insert(desk, slot, patient_id=desk.priya.pk)
    assert Appointment.objects.filter(status="booked").count() == 1


def test_one_patient_cannot_be_booked_twice_at_one_moment(desk: Desk) -> None:
    desk.visit(desk.ana, desk.slot(12, "14:00"))
    other = desk.slot(12, "14:00", desk.chen)
    with pytest.raises(IntegrityError), transaction.atomic():
        raw_insert(desk, other, patient_id=desk.ana.pk)


def test_a_status_nobody_knows_is_refused(desk: Desk) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        raw_insert(desk, desk.slot(12, "14:00"), patient_id=desk.ana.pk, status="maybe")


def test_a_clinician_cannot_offer_one_moment_twice(desk: Desk) -> None:
    desk.slot(12, "14:00")
    with pytest.raises(IntegrityError), transaction.atomic():
        desk.slot(12, "14:00")


@pytest.mark.parametrize(
    "wrong", [{"status": "draft", "sent_at": NOW}, {"status": "lost"}, {"status": "draft", "body": ""}]
)
def test_a_message_that_contradicts_itself_is_refused(desk: Desk, wrong: dict[str, object]) -> None:
    right: dict[str, object] = {"patient": desk.ana, "body": "Hello", "created_at": NOW, "status": "queued"}
    Message.objects.create(**right)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(**{**right, **wrong})


@pytest.mark.django_db(transaction=True)
def test_of_two_callers_at_one_moment_exactly_one_gets_the_slot(desk: Desk) -> None:
    slot, start = desk.slot(12, "14:00"), Barrier(2)
    came: list[str] = []

    def book(patient_id: int) -> None:
        start.wait()
        try:
            with transaction.atomic():
                desk.call("book_appointment", key=f"caller-{patient_id}", patient_id=patient_id, slot_id=slot.pk)
            came.append("booked")
        except ToolError as error:
            came.append(error.code)
        finally:
            connection.close()

    callers = [Thread(target=book, args=(patient.pk,)) for patient in (desk.ana, desk.priya)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sorted(came) == ["booked", "slot_taken"]
    assert Appointment.objects.count() == Message.objects.count() == 1
