"""Clinicians and patients who were named: heard from the words, not from the reading that was acted on."""

from datetime import date
from unittest.mock import patch

import pytest

from agentops.domain.cards import Card
from agentops.toolsets.clinic.hearing import read_caller
from agentops.toolsets.clinic.models import Patient, Provider
from agentops.toolsets.clinic.titles import find_called, is_a_persons_name
from tests.agentops.toolsets.clinic.conftest import Desk, make_patient

WHO = "Ana Gomez, 14 May 1987."


def book(desk: Desk, provider: Provider, *said: str, patient: Patient | None = None) -> Card:
    desk.said = said
    slot = desk.slot(12, "14:00", provider)
    return desk.card("book_appointment", patient_id=(patient or desk.ana).pk, slot_id=slot.pk)


def on_clinician(card: Card) -> list[bool]:
    return [check.ok for check in card.checks if check.label.startswith("Clinician")]


def test_a_patient_called_chen_does_not_make_dr_chen_the_clinician_asked_for(desk: Desk) -> None:
    said = "Please book Ana Gomez with Dr Patel on Thursday 2pm. Also, what is Mei Chen's phone number?"
    card = book(desk, desk.chen, said)
    (mismatch,) = (m for m in card.mismatches if "Patel" in m.said)
    assert (mismatch.said, mismatch.proposed) == ("Dr Patel", "Dr Chen")
    assert mismatch.confirm == "Dr Chen is fine, I checked with Ana"
    assert on_clinician(book(desk, desk.patel, said)) == [True]


def test_a_bare_surname_after_another_first_name_is_a_person(desk: Desk) -> None:
    make_patient("mei", "Chen", date(2001, 12, 8), "4824 008")
    assert is_a_persons_name(desk.chen, ("Please tell Mei Chen too.",))
    assert is_a_persons_name(desk.chen, ("please tell mei chen too.",))
    assert not is_a_persons_name(desk.chen, ("Mei Chen wants to see Chen.",))
    assert not is_a_persons_name(desk.chen, ("With Wei Chen, please.",))
    assert on_clinician(book(desk, desk.chen, f"{WHO} I need an appointment. Please tell Mei Chen too.")) == []


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("with Dr Patel please", ["Dr Patel"]),
        ("with doctor patle please", ["Dr Patel"]),
        ("with dr. Pattel", ["Dr Patel"]),
        ("see Dr Anita Patel tomorrow", ["Dr Patel"]),
        ("Nurse Low at two", ["Nurse Lowe"]),
        ("Dr Patel, no sorry, Dr Chen", ["Dr Chen"]),
        ("not Dr Patel, Dr Chen please", ["Dr Chen"]),
        ("I don't want to see Dr Patel", []),
        ("Dr Patel or Dr Chen", ["Dr Patel", "Dr Chen"]),
        ("Dr Patel or any other doctor", []),
        ("Dr Patel and not anyone else", ["Dr Patel"]),
        ("Dr Patel was rude, I want a different doctor", []),
        ("the doctor can call, and the nurse too", []),
        ("Dr Zhivago", []),
        ("Dr Lowe", []),
        ("Mei Chen", []),
    ],
)
def test_titled_names_are_heard_in_spite_of_typing(desk: Desk, words: str, names: list[str]) -> None:
    assert [p.short for one in find_called((words,)) for p in one.providers] == names


def test_the_latest_words_that_name_a_clinician_count(desk: Desk) -> None:
    named = [one.providers for one in find_called(("Dr Patel please", "or Dr Chen then", "2pm"))]
    assert named == [(desk.chen,)]
    assert find_called(("Dr Patel please", "then anyone will do")) == ()


@pytest.mark.parametrize("reader", ["Dr Wei Chen", None])
def test_whatever_the_reader_says_the_title_counts(desk: Desk, reader: str | None) -> None:
    desk.said = (f"{WHO} Thursday at 2pm with Dr Patel.",)
    reading = read_caller(desk.context())
    wrong = type(reading)(clinician=reader, patient_name=reading.patient_name, born=reading.born)
    with patch("agentops.toolsets.clinic.cards.read_caller", return_value=wrong):
        card = book(desk, desk.chen, *desk.said)
    assert on_clinician(card) == [False]


def test_a_choice_is_met_by_either_and_two_names_without_one_are_not(desk: Desk) -> None:
    assert on_clinician(book(desk, desk.chen, f"{WHO} Dr Patel or Dr Chen, Thursday at 2pm.")) == [True]
    both = book(desk, desk.patel, f"{WHO} Dr Chen sent me to Dr Patel, Thursday at 2pm please.")
    assert on_clinician(both) == [False]


def test_a_move_away_from_a_clinician_is_no_conflict(desk: Desk) -> None:
    desk.said = (f"{WHO} Please move my appointment with Dr Patel to Dr Chen on Thursday.",)
    visit = desk.visit(desk.ana, desk.slot(11, "15:30"))
    card = desk.card("reschedule_appointment", appointment_id=visit.pk, slot_id=desk.slot(12, "14:00", desk.chen).pk)
    assert on_clinician(card) == [True]


@pytest.mark.parametrize(
    "said",
    [
        "Ana Gomez, 14 May 1987. I need an appointment for my husband Leo Brandt, born 2 October 1979.",
        "This is Ana Gomez, born 14 May 1987. My husband is called Leo Brandt, 02/10/1979, he needs an appointment.",
        "I need an appointment. Leo Brandt, 2 October 1979.",
        "I need an appointment for the one born 2 October 1979, Leo Brandt.",
    ],
)
def test_another_patient_named_with_a_birth_date_has_to_be_ticked(desk: Desk, said: str) -> None:
    leo = make_patient("Leo", "Brandt", date(1979, 10, 2), "4821 163")
    (mismatch,) = (m for m in book(desk, desk.patel, said).mismatches if m.said == "Leo Brandt")
    assert mismatch.proposed == "Ana Gomez"
    assert mismatch.confirm == "This is for Ana Gomez, I checked with the caller"
    right = book(desk, desk.chen, said, patient=leo)
    assert "Another patient was named with a date of birth" not in [check.label for check in right.checks]


def test_a_patient_who_is_only_mentioned_is_no_conflict(desk: Desk) -> None:
    make_patient("Leo", "Brandt", date(1979, 10, 2), "4821 163")
    card = book(desk, desk.patel, f"{WHO} I need an appointment, Leo Brandt drives me.")
    assert card.mismatches == []


def test_the_latest_words_that_name_somebody_with_a_birth_date_count(desk: Desk) -> None:
    leo = make_patient("Leo", "Brandt", date(1979, 10, 2), "4821 163")
    said = (f"{WHO} I need an appointment.", "And one for my husband Leo Brandt, born 2 October 1979.")
    assert "Another patient was named with a date of birth" in [c.label for c in book(desk, desk.patel, *said).checks]
    right = book(desk, desk.chen, *said, patient=leo)
    assert "Another patient was named with a date of birth" not in [check.label for check in right.checks]


@pytest.mark.parametrize("tool", ["get_patient_info", "list_patient_appointments"])
def test_reading_one_patient_shows_the_banner(desk: Desk, tool: str) -> None:
    subject = desk.card(tool, patient_id=desk.ana.pk).subject
    assert subject is not None
    assert (subject.surname, subject.born) == ("Gomez", "14 May 1987")
