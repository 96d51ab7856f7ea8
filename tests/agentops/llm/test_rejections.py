"""What staff say when they turn a proposal down: left to them, asked back, or followed once."""

import pytest

from tests.agentops.llm.offline_clinic import FakeClinic, Talk

BOOK, BOOK_ANA = "book_appointment", "Book Ana Gomez with Dr Patel on Thursday"


def book_ana(words: str) -> tuple[Talk, str]:
    """Ask for a booking that staff turn down with these words; the talk and the answer."""
    message = f"Staff turned this down. It was not done. {words}"
    verdict = {"status": "permanent_error", "code": "rejected_by_staff", "message": message}
    talk = Talk(FakeClinic(verdicts={BOOK: [verdict]}))
    return talk, talk.say(BOOK_ANA)


@pytest.mark.parametrize(
    "words",
    [
        "Reason: I will do it myself.",
        "Reason: I will do it myself. Dr Chen is away that day; I will call him.",
        "Reason: Something else. Reception will ring her on Friday at 10",
        "Reason: Wrong day or time. I'm calling Ana now about 4pm",
    ],
)
def test_what_a_person_takes_over_is_left_to_them(words: str) -> None:
    talk, answer = book_ana(words)
    assert "A colleague at the clinic will see to it" in answer
    assert [name for name, _ in talk.calls].count(BOOK) == 1
    assert talk.clinic.done == []


@pytest.mark.parametrize(
    "words",
    [
        "Reason: Wrong day or time.",
        "Reason: Wrong day or time. Dr Patel is away that day",
        "Reason: Wrong day or time. Not on Thursday.",
        "Reason: Wrong day or time. Dr Patel is fully booked on Friday",
    ],
)
def test_a_wrong_time_without_another_is_asked_back(words: str) -> None:
    talk, answer = book_ana(words)
    assert answer.endswith("Which other day or time would suit you?")
    assert [name for name, _ in talk.calls].count(BOOK) == 1
    assert talk.clinic.done == []


@pytest.mark.parametrize(
    ("words", "slot_id"),
    [
        ("Reason: Wrong day or time. Offer Friday instead.", 15),
        ("Reason: Wrong day or time. Dr Patel is away on Thursday; try Friday", 15),
        ("Reason: Wrong patient or clinician. She sees Dr Chen, book Dr Chen at 2pm", 12),
        ("Reason: Wrong time. Offer 4pm on Thursday instead", 14),
    ],
)
def test_a_note_that_names_what_to_do_is_followed_once(words: str, slot_id: int) -> None:
    talk, _ = book_ana(words)
    assert [args["slot_id"] for name, args in talk.clinic.done if name == BOOK] == [slot_id]


def test_a_rejection_without_another_time_is_told_and_not_tried_again() -> None:
    talk, answer = book_ana("Reason: Not her doctor.")
    assert "it was not done" in answer
    assert "Not her doctor" in answer
    assert [name for name, _ in talk.calls].count(BOOK) == 1


def test_an_expired_proposal_ends_with_a_call_back() -> None:
    talk = Talk(FakeClinic(verdicts={BOOK: [{"status": "permanent_error", "code": "expired", "message": ""}]}))
    assert "will call back" in talk.say(BOOK_ANA)


def ask_ana(code: str, said: str) -> tuple[Talk, str]:
    """Ask for a booking about which the caller is asked first; what they answered, the talk and the last word."""
    message = f"Staff were not asked. The caller was asked: Shall I book it? They said: {said}"
    talk = Talk(FakeClinic(verdicts={BOOK: [{"status": "permanent_error", "code": code, "message": message}]}))
    return talk, talk.say(BOOK_ANA)


def test_a_callers_no_ends_in_a_question_and_nothing_else_is_proposed() -> None:
    talk, answer = ask_ana("caller_said_no", "No thanks")
    assert answer.endswith("What would you like instead?") and talk.clinic.done == []
    assert [name for name, _ in talk.calls].count(BOOK) == 1


def test_what_a_caller_wants_instead_is_proposed_where_they_name_it_and_asked_back_where_not() -> None:
    talk, _ = ask_ana("caller_said_other", "Could it be Friday instead?")
    assert [given["slot_id"] for name, given in talk.calls if name == BOOK][-1] == 15
    talk, answer = ask_ana("caller_said_other", "Hmm, how long does it take?")
    assert answer.endswith("tell me once more what you would like?") and talk.clinic.done == []
