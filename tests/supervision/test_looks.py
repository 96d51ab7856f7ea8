"""A card that is open is looked at again: what has gone is withdrawn, what changed is shown and read once more."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from agentops.models import CallEdit, ToolCall
from agentops.runner.edits import answer_wish
from agentops.toolsets.clinic.models import Appointment, Patient
from tests.supervision.clinic import Clinic, open_clinic
from tests.supervision.rows import answer


@pytest.fixture
def clinic(db: None) -> Clinic:
    return open_clinic()


@pytest.fixture
def booking(clinic: Clinic) -> ToolCall:
    return clinic.ask("book_appointment", patient_id=clinic.ana.pk, slot_id=clinic.slots[0].pk)


def grow_old(call: ToolCall, seconds: int = 20) -> None:
    call.refresh_from_db()
    then = timezone.now() - timedelta(seconds=seconds)
    ToolCall.objects.filter(pk=call.pk).update(card={**call.card, "checked_at": then.isoformat()})
    CallEdit.objects.filter(call=call).update(asked_at=then)


def read(client: Client, call: ToolCall) -> str:
    page = client.get(f"/requests/{call.pk}/")
    assert page.status_code == 200
    return page.content.decode()


def read_looked_at(client: Client, call: ToolCall) -> str:
    """Somebody opens the card, a worker hears the bell, and the page is read again."""
    grow_old(call)
    read(client, call)
    answer_wish(CallEdit.objects.get(call=call, looks=True).pk)
    return read(client, call)


def book_at_the_desk(clinic: Clinic) -> None:
    slot = clinic.slots[0]
    other = Patient.objects.create(given="Mei", surname="Chen", folded="mei chen", born="1980-01-01", number="5")
    Appointment.objects.create(
        patient=other,
        provider=slot.provider,
        slot=slot,
        starts_at=slot.starts_at,
        minutes=20,
        kind="follow-up",
        booked_at=timezone.localtime().replace(hour=14, minute=35),
    )


def test_a_slot_that_was_booked_at_the_desk_withdraws_the_open_request(
    desk: Client, clinic: Clinic, booking: ToolCall
) -> None:
    book_at_the_desk(clinic)
    page = read_looked_at(desk, booking)
    assert "The 9am slot has gone. It was booked at the desk at 2:35pm." in page
    assert "So this request was withdrawn. Nothing was changed." in page and 'value="yes"' not in page


def test_what_changed_is_shown_and_an_answer_to_the_old_card_does_not_count(
    desk: Client, clinic: Clinic, booking: ToolCall
) -> None:
    clinic.slots[0].starts_at += timedelta(minutes=40)
    clinic.slots[0].save()
    page = read_looked_at(desk, booking)
    assert "This changed while it was waiting" in page and "9am" in page and "9:40am" in page
    assert f'name="version" value="{booking.version + 1}"' in page
    refused = answer(desk, booking)
    assert refused.status_code == 409 and "What you saw is no longer what would run" in refused.content.decode()


def test_checks_that_found_the_same_are_told_as_made_again(desk: Client, booking: ToolCall) -> None:
    page = read_looked_at(desk, booking)
    assert "This changed" not in page
    booking.refresh_from_db()
    assert booking.version == 1


def test_a_later_request_for_the_same_slot_does_not_spoil_the_first(
    desk: Client, clinic: Clinic, booking: ToolCall
) -> None:
    clinic.ask("book_appointment", patient_id=clinic.ana.pk, slot_id=clinic.slots[0].pk)
    assert "being held for another request" not in read_looked_at(desk, booking)


def test_without_a_worker_the_page_says_so_and_yes_still_works(desk: Client, booking: ToolCall) -> None:
    grow_old(booking)
    assert "no worker answers" not in read(desk, booking)
    CallEdit.objects.filter(call=booking, looks=True).update(asked_at=timezone.now() - timedelta(seconds=8))
    assert "Nobody can look again just now: no worker answers." in read(desk, booking)
    assert answer(desk, booking).status_code == 302


def test_a_look_is_no_change_form(desk: Client, booking: ToolCall) -> None:
    grow_old(booking)
    read(desk, booking)
    look = CallEdit.objects.get(call=booking, looks=True)
    assert desk.get(f"/requests/{booking.pk}/edit/{look.pk}/").status_code == 404
