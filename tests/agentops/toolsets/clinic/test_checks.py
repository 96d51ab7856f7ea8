"""What code compares: words and record, words and proposal, and the calendar once more."""

from datetime import date
from itertools import pairwise

import pytest

from agentops.domain.cards import Card
from agentops.toolsets.clinic.models import Provider
from tests.agentops.toolsets.clinic.conftest import ANA_SAID, Desk, make_patient


def move_card(desk: Desk, day: int, clock: str) -> Card:
    visit = desk.visit(desk.ana, desk.slot(11, "15:30"))
    return desk.card("reschedule_appointment", appointment_id=visit.pk, slot_id=desk.slot(day, clock).pk)


def book_card(desk: Desk, *said: str, day: int = 12, clock: str = "14:00") -> Card:
    desk.said = said
    return desk.card("book_appointment", patient_id=desk.ana.pk, slot_id=desk.slot(day, clock).pk)


def failed(card: Card) -> list[str]:
    return [check.label for check in card.checks if not check.ok]


def test_two_oclock_does_not_match_any_time_after_three(desk: Desk) -> None:
    desk.slot(26, "15:30")
    card = move_card(desk, 12, "14:00")
    assert failed(card) == ["Time asked for: not met"]
    (mismatch,) = card.mismatches
    assert (mismatch.said, mismatch.proposed) == ("after 3pm", "2pm")
    assert (
        mismatch.text == "Ana asked for after 3pm. This is 2pm. Dr Patel has nothing after 3pm until Thursday 26 March."
    )
    assert mismatch.confirm == "2pm is fine, I checked with Ana"


def test_a_free_time_that_would_fit_is_named(desk: Desk) -> None:
    desk.slot(12, "16:00")
    (mismatch,) = move_card(desk, 12, "14:00").mismatches
    assert mismatch.text.endswith("Dr Patel is free on Thursday 12 March, 4pm.")


def test_what_meets_the_wish_needs_no_tick(desk: Desk) -> None:
    card = move_card(desk, 12, "15:00")
    assert card.mismatches == []
    assert "Time asked for: met" in [check.label for check in card.checks]


def test_another_day_than_asked_has_to_be_ticked(desk: Desk) -> None:
    (mismatch,) = move_card(desk, 13, "15:30").mismatches
    assert mismatch.text == "Ana asked for Thursday 12 March. This is Friday 13 March."
    assert mismatch.confirm == "Friday 13 March is fine, I checked with Ana"


def test_another_clinician_than_asked_has_to_be_ticked(desk: Desk) -> None:
    card = book_card(desk, "Ana Gomez, 14 May 1987. Thursday at 2pm with Dr Chen please.")
    assert failed(card) == ["Clinician asked for: not met"]
    assert card.mismatches[0].confirm == "Dr Patel is fine, I checked with Ana"


@pytest.mark.parametrize(
    ("asked", "failing"),
    [
        ("Nurse Lowe", []),
        ("Dr Lowe-Baker", ["Clinician asked for: not met"]),
        ("Dr Zhivago", ["Clinician asked for: not met"]),
    ],
)
def test_a_title_tells_clinicians_of_one_name_apart(desk: Desk, asked: str, failing: list[str]) -> None:
    Provider.objects.create(title="Dr", name="Helen Lowe-Baker", role="GP")
    desk.said = (f"Ana Gomez, 14 May 1987. Thursday at 2pm with {asked} please.",)
    card = desk.card("book_appointment", patient_id=desk.ana.pk, slot_id=desk.slot(12, "14:00", desk.lowe).pk)
    assert failed(card) == failing


def test_the_marked_words_are_those_of_the_latest_thing_said(desk: Desk) -> None:
    card = book_card(desk, "Ana Gomez, 14 May 1987.", "Thursday at 2pm please.")
    marked = ["Thursday at 2pm please."[start:end] for start, end in card.said_spans]
    assert "Thursday" in marked[0]
    assert any("2pm" in words for words in marked)


def test_marked_words_never_overlap_and_lie_in_the_text(desk: Desk) -> None:
    spans = move_card(desk, 12, "14:00").said_spans
    assert spans
    assert all(0 <= start < end <= len(ANA_SAID) for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))


def test_where_nothing_was_asked_for_nothing_is_checked_against_it(desk: Desk) -> None:
    card = book_card(desk, "Ana Gomez, 14 May 1987. I need an appointment.")
    assert not any(check.label.startswith(("Day", "Time", "Clinician")) for check in card.checks)
    assert card.approvable


@pytest.mark.parametrize(
    ("said", "label", "ok"),
    [
        ("This is Ana Gomez, born 14 May 1987.", "Name and date of birth match", True),
        ("This is Ana Gomez, born 14 May 1986.", "Date of birth: does not match", False),
        ("This is Ana Gomez.", "Name matches", True),
        ("I was born 14 May 1987, can I come in?", "Date of birth matches", True),
        ("My name is Maria Silva, I need an appointment.", "Name: does not match", False),
        ("My name is Ana Silva, I need an appointment.", "Name: does not match", False),
        ("I need an appointment.", "Name: not said", False),
        ("My number is 07700 900123.", "The number given is on this record", True),
        ("Patient number 4821 077, please.", "The number given is on this record", True),
    ],
)
def test_who_spoke_is_compared_with_the_record(desk: Desk, said: str, label: str, ok: bool) -> None:
    check = book_card(desk, said).checks[0]
    assert (check.label, check.ok) == (label, ok)


def test_a_name_that_two_patients_share_needs_a_birth_or_a_tick(desk: Desk) -> None:
    make_patient("Ana", "Gomez", date(1962, 9, 3), "5190 338")
    card = book_card(desk, "This is Ana Gomez, I need an appointment.")
    assert failed(card) == ["Name matches more than one patient"]
    assert card.mismatches[0].confirm == "This is Ana Gomez born 14 May 1987, I checked with the caller"
    desk.said = ("This is Ana Gomez, born 14 May 1987. I need an appointment.",)
    card = desk.card("book_appointment", patient_id=desk.ana.pk, slot_id=desk.slot(13, "14:00").pk)
    assert card.mismatches == []


def test_an_overlapping_visit_has_to_be_ticked(desk: Desk) -> None:
    desk.visit(desk.ana, desk.slot(12, "13:50", desk.chen))
    card = book_card(desk, "This is Ana Gomez, born 14 May 1987. I need an appointment.")
    assert failed(card) == ["Another booking clashes"]
    assert "Thursday 12 March, 1:50pm" in card.mismatches[0].text


def test_a_visit_does_not_clash_with_itself(desk: Desk) -> None:
    visit = desk.visit(desk.ana, desk.slot(12, "15:00"))
    card = desk.card("reschedule_appointment", appointment_id=visit.pk, slot_id=desk.slot(12, "15:10").pk)
    assert "No other bookings clash" in [check.label for check in card.checks]


def test_cancelling_another_visit_than_the_one_spoken_of_has_to_be_ticked(desk: Desk) -> None:
    desk.said = ("Ana Gomez, 14 May 1987. Please cancel my appointment on Thursday.",)
    visit = desk.visit(desk.ana, desk.slot(13, "10:00"))
    card = desk.card("cancel_appointment", appointment_id=visit.pk)
    assert failed(card) == ["Day asked for: not met"]


def test_moving_another_visit_than_the_one_spoken_of_has_to_be_ticked(desk: Desk) -> None:
    desk.said = ("Ana Gomez, 14 May 1987. Please move my appointment on Wednesday to Thursday after three.",)
    desk.visit(desk.ana, desk.slot(11, "09:00"))
    wrong = desk.visit(desk.ana, desk.slot(17, "09:00"))
    card = desk.card("reschedule_appointment", appointment_id=wrong.pk, slot_id=desk.slot(12, "15:00").pk)
    assert failed(card) == ["Appointment spoken of: another one"]
    assert "Wednesday 11 March" in card.mismatches[0].text


def test_words_that_can_mean_two_days_are_for_a_person_to_settle(desk: Desk) -> None:
    card = book_card(desk, "Ana Gomez, 14 May 1987. Friday 12 March at 2pm please.")
    assert "What was asked for is not clear" in failed(card)
    assert any(m.confirm.endswith("is what Ana meant, I checked") for m in card.mismatches)
