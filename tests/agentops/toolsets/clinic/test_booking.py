"""Booking, moving and cancelling: success, refusal, and the same call twice."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F

from agentops.domain.outcomes import ToolError
from agentops.tools.registry import get_toolset
from agentops.toolsets.clinic.models import Appointment, AppointmentStatus, Message, MessageStatus
from tests.agentops.toolsets.clinic.conftest import NOW, Desk


def test_a_booking_holds_the_slot_and_texts_the_patient_in_one_go(desk: Desk) -> None:
    slot = desk.slot(12, "14:00")
    booked = desk.call(
        "book_appointment", patient_id=desk.ana.pk, slot_id=slot.pk, reason="Sore knee", kind="follow-up"
    )
    row = Appointment.objects.get()
    assert booked == {
        "appointment_id": row.pk,
        "starts_at": "2026-03-12T14:00:00+00:00",
        "provider": "Dr Anita Patel",
        "patient": "Ana Gomez",
        "texted": True,
    }
    assert (row.kind, row.reason, row.minutes, row.version) == ("follow-up", "Sore knee", 20, 1)
    text = Message.objects.get()
    assert text.status == MessageStatus.QUEUED
    assert (
        text.body
        == "Hi Ana, your follow-up with Dr Patel is booked for Thursday 12 March at 2pm. Reply C to change it."
    )


def test_a_patient_without_a_mobile_is_booked_and_not_texted(desk: Desk) -> None:
    desk.ana.mobile = ""
    desk.ana.save()
    booked = desk.call("book_appointment", patient_id=desk.ana.pk, slot_id=desk.slot(12, "14:00").pk)
    assert booked["texted"] is False
    assert not Message.objects.exists()


def test_the_same_booking_call_again_gives_the_same_appointment(desk: Desk) -> None:
    slot = desk.slot(12, "14:00")
    first = desk.call("book_appointment", key="one", patient_id=desk.ana.pk, slot_id=slot.pk)
    again = desk.call("book_appointment", key="one", patient_id=desk.ana.pk, slot_id=slot.pk)
    assert first == again
    assert Appointment.objects.count() == Message.objects.count() == 1


def test_a_taken_slot_is_refused_with_near_times_and_no_text(desk: Desk) -> None:
    slot, near = desk.slot(12, "14:00"), desk.slot(12, "14:30")
    desk.visit(desk.priya, slot)
    error = desk.refuse("book_appointment", patient_id=desk.ana.pk, slot_id=slot.pk)
    assert error.code == "slot_taken"
    assert f"slot_id {near.pk}" in error.suggestion
    assert Appointment.objects.count() == 1
    assert not Message.objects.exists()


def test_a_refused_booking_leaves_the_callers_transaction_usable(desk: Desk) -> None:
    slot = desk.slot(12, "14:00")
    desk.visit(desk.priya, slot)
    with transaction.atomic():
        assert desk.refuse("book_appointment", patient_id=desk.ana.pk, slot_id=slot.pk).code == "slot_taken"
        assert Appointment.objects.count() == 1


def test_a_patient_cannot_be_in_two_rooms_at_once(desk: Desk) -> None:
    desk.visit(desk.ana, desk.slot(12, "14:00", desk.chen))
    error = desk.refuse("book_appointment", patient_id=desk.ana.pk, slot_id=desk.slot(12, "14:00").pk)
    assert error.code == "patient_clash"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"patient_id": 99_999}, "unknown_patient"),
        ({"slot_id": 99_999}, "unknown_slot"),
        ({"kind": "seance"}, "unknown_kind"),
    ],
)
def test_a_booking_with_a_wrong_argument_says_what_to_use(desk: Desk, change: dict[str, object], code: str) -> None:
    right = {"patient_id": desk.ana.pk, "slot_id": desk.slot(12, "14:00").pk}
    assert desk.refuse("book_appointment", **{**right, **change}).code == code
    assert desk.call("book_appointment", **right)["patient"] == "Ana Gomez"


def test_a_slot_that_has_begun_or_is_too_short_is_refused(desk: Desk) -> None:
    begun, short = desk.slot(10, "14:30"), desk.slot(12, "14:00", minutes=10)
    assert desk.refuse("book_appointment", patient_id=desk.ana.pk, slot_id=begun.pk).code == "slot_in_past"
    assert desk.refuse("book_appointment", patient_id=desk.ana.pk, slot_id=short.pk).code == "slot_too_short"
    assert desk.call("book_appointment", patient_id=desk.ana.pk, slot_id=short.pk, kind="vaccination")


def test_a_move_frees_the_old_slot_and_texts_the_new_time(desk: Desk) -> None:
    old, new = desk.slot(11, "15:30"), desk.slot(12, "14:00")
    visit = desk.visit(desk.ana, old)
    moved = desk.call("reschedule_appointment", appointment_id=visit.pk, slot_id=new.pk)
    assert moved == {
        "appointment_id": visit.pk,
        "starts_at": "2026-03-12T14:00:00+00:00",
        "provider": "Dr Anita Patel",
        "patient": "Ana Gomez",
        "was_at": "2026-03-11T15:30:00+00:00",
    }
    visit.refresh_from_db()
    assert (visit.slot_id, visit.starts_at, visit.version, visit.status) == (new.pk, new.starts_at, 2, "booked")
    assert Message.objects.get().body == (
        "Hi Ana, your follow-up with Dr Patel is now Thursday 12 March at 2pm. Reply C to change it."
    )
    assert desk.call("book_appointment", patient_id=desk.priya.pk, slot_id=old.pk)


def test_the_same_move_again_gives_the_same_result_and_one_text(desk: Desk) -> None:
    visit, new = desk.visit(desk.ana, desk.slot(11, "15:30")), desk.slot(12, "14:00")
    first = desk.call("reschedule_appointment", key="move", appointment_id=visit.pk, slot_id=new.pk)
    assert desk.call("reschedule_appointment", key="move", appointment_id=visit.pk, slot_id=new.pk) == first
    assert Message.objects.count() == 1
    assert Appointment.objects.get().version == 2


def test_a_move_to_a_taken_slot_changes_nothing(desk: Desk) -> None:
    visit, taken = desk.visit(desk.ana, desk.slot(11, "15:30")), desk.slot(12, "14:00")
    desk.visit(desk.priya, taken)
    assert desk.refuse("reschedule_appointment", appointment_id=visit.pk, slot_id=taken.pk).code == "slot_taken"
    visit.refresh_from_db()
    assert (visit.version, visit.starts_at) == (1, desk.at(11, "15:30"))
    assert not Message.objects.exists()


def test_a_move_to_its_own_slot_is_refused(desk: Desk) -> None:
    visit = desk.visit(desk.ana, desk.slot(11, "15:30"))
    assert desk.refuse("reschedule_appointment", appointment_id=visit.pk, slot_id=visit.slot_id).code == "same_slot"


@pytest.mark.parametrize("tool", ["reschedule_appointment", "cancel_appointment"])
def test_an_appointment_of_another_version_is_not_touched(desk: Desk, tool: str) -> None:
    visit, new = desk.visit(desk.ana, desk.slot(11, "15:30")), desk.slot(12, "14:00")
    Appointment.objects.filter(pk=visit.pk).update(version=F("version") + 1)
    more = {"slot_id": new.pk} if tool == "reschedule_appointment" else {}
    error = desk.refuse(tool, appointment_id=visit.pk, version=1, **more)
    assert error.code == "appointment_changed"
    assert desk.call(tool, appointment_id=visit.pk, version=2, **more)["patient"] == "Ana Gomez"


@pytest.mark.parametrize("tool", ["reschedule_appointment", "cancel_appointment"])
def test_a_change_made_since_the_caller_asked_is_noticed_without_a_version(desk: Desk, tool: str) -> None:
    visit, new = desk.visit(desk.ana, desk.slot(11, "15:30")), desk.slot(12, "14:00")
    more = {"slot_id": new.pk} if tool == "reschedule_appointment" else {}
    Appointment.objects.filter(pk=visit.pk).update(version=2, changed_at=NOW - timedelta(minutes=1))
    assert desk.refuse(tool, appointment_id=visit.pk, **more).code == "appointment_changed"
    Appointment.objects.filter(pk=visit.pk).update(changed_at=NOW - timedelta(hours=1))
    assert desk.call(tool, appointment_id=visit.pk, **more)["patient"] == "Ana Gomez"


def test_a_cancellation_frees_the_slot_and_texts_nobody(desk: Desk) -> None:
    visit = desk.visit(desk.priya, desk.slot(16, "11:00"), kind="surgery review")
    cancelled = desk.call("cancel_appointment", key="stop", appointment_id=visit.pk)
    assert cancelled == {
        "appointment_id": visit.pk,
        "starts_at": "2026-03-16T11:00:00+00:00",
        "provider": "Dr Anita Patel",
        "patient": "Priya Shah",
        "cancelled": True,
    }
    assert desk.call("cancel_appointment", key="stop", appointment_id=visit.pk) == cancelled
    assert not Message.objects.exists()
    assert desk.call("book_appointment", patient_id=desk.ana.pk, slot_id=visit.slot_id)


def test_what_is_cancelled_cannot_be_cancelled_or_moved_again(desk: Desk) -> None:
    visit, new = desk.visit(desk.ana, desk.slot(11, "15:30")), desk.slot(12, "14:00")
    desk.call("cancel_appointment", appointment_id=visit.pk)
    assert desk.refuse("cancel_appointment", appointment_id=visit.pk).code == "already_cancelled"
    assert desk.refuse("reschedule_appointment", appointment_id=visit.pk, slot_id=new.pk).code == "already_cancelled"


def test_a_past_or_unknown_appointment_is_refused(desk: Desk) -> None:
    past = desk.visit(desk.ana, desk.slot(10, "09:00"))
    assert desk.refuse("cancel_appointment", appointment_id=past.pk).code == "appointment_in_past"
    assert desk.refuse("cancel_appointment", appointment_id=99_999).code == "unknown_appointment"


def test_whether_a_call_has_acted_can_be_looked_up_by_its_key(desk: Desk) -> None:
    tool = get_toolset("clinic").find("book_appointment")
    assert tool is not None
    assert tool.check is not None
    assert tool.check("key-1") is False
    visit = desk.call("book_appointment", key="key-1", patient_id=desk.ana.pk, slot_id=desk.slot(12, "14:00").pk)
    assert tool.check("key-1") is True
    desk.call("cancel_appointment", key="key-2", appointment_id=visit["appointment_id"])
    assert tool.check("key-2") is True


def test_a_text_that_cannot_be_written_takes_the_booking_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_more: object) -> bool:
        raise RuntimeError("outbox is full")

    monkeypatch.setattr("agentops.toolsets.clinic.bookings.queue_text", fail)
    with pytest.raises(RuntimeError):
        desk.call("book_appointment", patient_id=desk.ana.pk, slot_id=desk.slot(12, "14:00").pk)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("status", [AppointmentStatus.CANCELLED, AppointmentStatus.BOOKED])
def test_somebody_who_is_faster_by_a_moment_is_noticed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, status: AppointmentStatus
) -> None:
    """The row is read, then changed by another, then written: the write must find nothing."""
    visit, new = desk.visit(desk.ana, desk.slot(11, "15:30")), desk.slot(12, "14:00")

    def meanwhile(*_args: object, **_more: object) -> object:
        Appointment.objects.filter(pk=visit.pk).update(status=status, version=F("version") + 1)
        return new

    monkeypatch.setattr("agentops.toolsets.clinic.bookings.get_new_slot", meanwhile)
    with pytest.raises(ToolError) as caught:
        desk.call("reschedule_appointment", appointment_id=visit.pk, slot_id=new.pk)
    assert caught.value.code == "appointment_changed"
    assert connection.needs_rollback is False
