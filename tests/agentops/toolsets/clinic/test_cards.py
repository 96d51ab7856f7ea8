"""The cards a person reads before the calendar changes."""

import pytest

from agentops.domain.cards import Card
from agentops.domain.outcomes import ToolError
from agentops.toolsets.clinic.models import Message
from tests.agentops.toolsets.clinic.conftest import Desk


def rows(card: Card) -> dict[str, tuple[str, str]]:
    return {change.label: (change.now, change.then) for change in card.changes}


def test_the_card_of_a_booking(desk: Desk) -> None:
    desk.said = ("Ana Gomez here, born 14 May 1987. Thursday at 2pm with Dr Patel please.",)
    card = desk.card(
        "book_appointment", patient_id=desk.ana.pk, slot_id=desk.slot(12, "14:00").pk, kind="follow-up", reason="Knee"
    )
    assert card.question == "Book Thursday 12 March, 2pm, with Dr Patel for Ana Gomez?"
    assert card.title == "Book Ana Gomez, Thu 12 March, 2pm"
    assert (card.yes, card.no) == ("Yes, book and text Ana", "No, do not book")
    assert card.doing == "Book Ana Gomez on Thursday 12 March, 2pm, with Dr Patel"
    assert card.done == "Booked Ana Gomez on Thursday 12 March, 2pm, with Dr Patel"
    assert rows(card) == {
        "When": ("Nothing booked", "Thursday 12 March, 2pm"),
        "With": ("Nobody", "Dr Patel, room 4"),
        "For": ("Nothing", "Follow-up, 20 minutes"),
        "Reason": ("None", "Knee"),
        "Slot": ("Free for anyone to book", "Held for Ana"),
        "Text to Ana": (
            "None",
            "Hi Ana, your follow-up with Dr Patel is booked for Thursday 12 March at 2pm. Reply C to change it.",
        ),
    }
    assert card.subject is not None
    assert card.subject.model_dump() == {
        "surname": "Gomez",
        "given": "Ana",
        "born": "14 May 1987",
        "number": "4821 077",
        "mobile": "07700 900123",
    }
    assert [(check.label, check.ok) for check in card.checks] == [
        ("Name and date of birth match", True),
        ("They asked for this", True),
        ("2pm is still free", True),
        ("No other bookings clash", True),
        ("Day asked for: met", True),
        ("Time asked for: met", True),
        ("Clinician asked for: met", True),
    ]
    assert card.checks[2].detail == "Looked at 2:34pm"
    assert card.mismatches == []
    assert card.approvable


def test_the_card_of_a_move_names_what_stays_and_the_text_word_for_word(desk: Desk) -> None:
    visit, new = desk.visit(desk.ana, desk.slot(11, "15:30")), desk.slot(12, "15:30")
    card = desk.card("reschedule_appointment", appointment_id=visit.pk, slot_id=new.pk)
    assert card.question == "Move Ana Gomez’s appointment to Thursday 12 March, 3:30pm, with Dr Patel?"
    assert card.title == "Move Ana Gomez to Thu 12 March, 3:30pm"
    assert (card.yes, card.no) == ("Yes, move and text Ana", "No, do not move")
    text = "Hi Ana, your follow-up with Dr Patel is now Thursday 12 March at 3:30pm. Reply C to change it."
    assert rows(card) == {
        "When": ("Wednesday 11 March, 3:30pm", "Thursday 12 March, 3:30pm"),
        "With": ("Dr Patel, room 4", "Dr Patel, room 4"),
        "For": ("Follow-up, 20 minutes", "Follow-up, 20 minutes"),
        "Old slot": ("Held for Ana", "Free for anyone to book"),
        "Text to Ana": ("None", text),
    }
    assert [change.is_message for change in card.changes] == [False, False, False, False, True]
    assert card.mismatches == []
    desk.call("reschedule_appointment", appointment_id=visit.pk, slot_id=new.pk)
    assert Message.objects.get().body == text


def test_the_text_of_a_booking_is_the_one_on_its_card(desk: Desk) -> None:
    arguments = {"patient_id": desk.ana.pk, "slot_id": desk.slot(12, "14:00").pk}
    card = desk.card("book_appointment", **arguments)
    desk.call("book_appointment", **arguments)
    assert [change.then for change in card.changes if change.is_message] == [Message.objects.get().body]


def test_the_card_of_a_cancellation(desk: Desk) -> None:
    desk.said = ("Priya Shah, 27 January 1992. Please cancel my appointment on Monday at 11am.",)
    visit = desk.visit(desk.priya, desk.slot(16, "11:00"), kind="surgery review")
    card = desk.card("cancel_appointment", appointment_id=visit.pk)
    assert card.question == "Cancel Priya Shah’s surgery review on Monday 16 March, 11am?"
    assert card.title == "Cancel Priya Shah, Mon 16 March, 11am"
    assert (card.yes, card.no) == ("Yes, cancel it", "No, keep it")
    assert rows(card)["Slot"] == ("Held for Priya", "Free for anyone to book")
    assert rows(card)["Text to Priya"] == ("None", "None")
    assert card.mismatches == []
    assert card.approvable


def test_a_patient_without_a_mobile_is_not_promised_a_text(desk: Desk) -> None:
    desk.ana.mobile = ""
    desk.ana.save()
    card = desk.card("book_appointment", patient_id=desk.ana.pk, slot_id=desk.slot(12, "14:00").pk)
    assert card.yes == "Yes, book it"
    assert rows(card)["Text to Ana"] == ("None", "None, there is no mobile number")
    assert not any(change.is_message for change in card.changes)


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("book_appointment", {"patient_id": 99_999, "slot_id": 1}, "unknown_patient"),
        ("reschedule_appointment", {"appointment_id": 99_999, "slot_id": 1}, "unknown_appointment"),
        ("cancel_appointment", {"appointment_id": 99_999}, "unknown_appointment"),
        ("send_message", {"patient_id": 99_999, "body": "Hello"}, "unknown_patient"),
        ("draft_message", {"patient_id": 99_999, "body": "Hello"}, "unknown_patient"),
        ("get_patient_info", {"patient_id": 99_999}, "unknown_patient"),
        ("list_patient_appointments", {"patient_id": 99_999}, "unknown_patient"),
        ("search_appointments", {"provider": "Dr Zhivago"}, "unknown_provider"),
    ],
)
def test_an_id_that_is_not_there_is_told_to_the_model(
    desk: Desk, tool: str, arguments: dict[str, object], code: str
) -> None:
    with pytest.raises(ToolError) as caught:
        desk.card(tool, **arguments)
    assert caught.value.code == code
    assert caught.value.suggestion


def test_nobody_is_asked_about_what_the_database_would_refuse(desk: Desk) -> None:
    taken = desk.slot(12, "14:00")
    desk.visit(desk.priya, taken)
    with pytest.raises(ToolError, match="taken"):
        desk.card("book_appointment", patient_id=desk.ana.pk, slot_id=taken.pk)
    own = desk.visit(desk.ana, desk.slot(12, "15:00"))
    with pytest.raises(ToolError, match="already has"):
        desk.card("book_appointment", patient_id=desk.ana.pk, slot_id=desk.slot(12, "15:00", desk.chen).pk)
    moved = desk.card("reschedule_appointment", appointment_id=own.pk, slot_id=desk.slot(12, "16:00", desk.chen).pk)
    assert moved.approvable


def test_a_visit_may_move_to_another_clinician_at_its_own_time(desk: Desk) -> None:
    own = desk.visit(desk.ana, desk.slot(12, "15:00"))
    other = desk.slot(12, "15:00", desk.chen)
    assert desk.card("reschedule_appointment", appointment_id=own.pk, slot_id=other.pk).approvable
    assert desk.call("reschedule_appointment", appointment_id=own.pk, slot_id=other.pk)["provider"] == "Dr Wei Chen"
