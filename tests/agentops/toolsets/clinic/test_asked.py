"""Whether the caller wanted it done at all: a no is heard, whatever the reader made of the rest."""

import pytest

from agentops.domain.cards import Card
from agentops.toolsets.clinic.acts import BOOKING, CANCELLING, MOVING, SENDING, check_asked
from agentops.toolsets.clinic.findings import Findings
from tests.agentops.toolsets.clinic.conftest import Desk, have_said

ACTS = {"book": BOOKING, "move": MOVING, "cancel": CANCELLING, "text": SENDING}


def ask(desk: Desk, act: str, *said: str) -> Findings:
    desk.said = said
    return check_asked(desk.context(), ACTS[act], given="Ana", proposed="It")


def cancel_card(desk: Desk, *said: str) -> Card:
    desk.said = said
    visit = desk.visit(desk.priya, desk.slot(12, "11:00"))
    return desk.card("cancel_appointment", appointment_id=visit.pk)


def test_do_not_cancel_is_heard_and_has_to_be_ticked(desk: Desk) -> None:
    words = "Please don't cancel my appointment, I just want to know when it is. Priya Shah, 27 January 1992."
    (mismatch,) = cancel_card(desk, words).mismatches
    assert mismatch.model_dump() == {
        "said": "don't cancel",
        "proposed": "Cancel Priya Shah’s follow-up on Thursday 12 March, 11am",
        "text": "The caller said “don't cancel”. This would cancel the appointment.",
        "confirm": "Cancel it, I checked with Priya",
    }


def test_a_plain_wish_to_cancel_needs_no_tick(desk: Desk) -> None:
    card = cancel_card(desk, "Please cancel my appointment. Priya Shah, 27 January 1992.")
    assert card.mismatches == []
    assert "They asked for this" in [check.label for check in card.checks]


@pytest.mark.parametrize(
    ("act", "said", "no"),
    [
        ("cancel", "I don’t want to cancel.", "don’t want to cancel"),
        ("cancel", "I'm not asking you to cancel it", "not asking you to cancel"),
        ("cancel", "I don't want my appointment cancelled", "don't want my appointment cancelled"),
        ("cancel", "I would rather move it than cancel", "than cancel"),
        ("cancel", "Cancel my appointment. Oh, never mind.", "never mind"),
        ("cancel", "Please keep my appointment, thanks", "keep my appointment"),
        ("move", "Please don't move my appointment", "don't move"),
        ("move", "I do not want it moved", "do not want it moved"),
        ("book", "Do not book anything, when are you open?", "Do not book"),
        ("book", "I don't want to make an appointment", "don't want to make an appointment"),
        ("text", "Please don't text me", "don't text"),
    ],
)
def test_a_no_is_heard_in_many_forms(desk: Desk, act: str, said: str, no: str) -> None:
    (mismatch,) = ask(desk, act, said).mismatches
    assert mismatch.said == no


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("cancel", "I'm not well so please cancel my appointment"),
        ("cancel", "Please don't forget to cancel my appointment"),
        ("cancel", "I do not need my appointment, please cancel it"),
        ("cancel", "Why don't you cancel my appointment for me?"),
        ("cancel", "Never mind the reason, cancel my appointment"),
        ("cancel", "I won't be coming tomorrow"),
        ("move", "I don't want to change doctor, just move my appointment to Friday"),
        ("move", "I can't make tomorrow. Could I do Thursday instead?"),
        ("book", "I could not book online, please book me in"),
        ("book", "I need an appointment, please don't book me before ten"),
        ("book", "Thursday at 2pm with Dr Chen please."),
        ("book", "Please cancel my Thursday appointment and book me with Dr Chen on Friday"),
        ("book", "Never mind. Actually, I need an appointment."),
        ("text", "Let Ana Gomez know that her forms are ready"),
    ],
)
def test_what_only_sounds_like_a_no_needs_no_tick(desk: Desk, act: str, said: str) -> None:
    assert ask(desk, act, said).mismatches == ()


@pytest.mark.parametrize(
    ("act", "said", "heard"),
    [
        ("book", "When is my appointment?", "Asked for what is booked"),
        ("move", "I need an appointment on Friday", "Asked for an appointment"),
        ("cancel", "Could you move my appointment to Friday?", "Asked for an appointment to be moved"),
        ("text", "Please cancel my appointment", "Asked for an appointment to be cancelled"),
        ("cancel", "This is Ana Gomez.", "Nothing that asks for it"),
    ],
)
def test_another_wish_than_the_proposal_has_to_be_ticked(desk: Desk, act: str, said: str, heard: str) -> None:
    found = ask(desk, act, said)
    assert [check.ok for check in found.checks] == [False]
    assert found.mismatches[0].said == heard


def test_a_no_holds_while_the_caller_only_says_who_they_are(desk: Desk) -> None:
    found = ask(desk, "cancel", "Please don't cancel my appointment.", "Priya Shah, 27 January 1992.")
    assert found.mismatches[0].said == "don't cancel"


def test_a_no_that_was_taken_back_is_gone(desk: Desk) -> None:
    assert ask(desk, "cancel", "Don't cancel it yet.", "All right, please cancel my appointment.").mismatches == ()


def test_a_new_time_for_a_visit_that_is_to_be_moved_is_no_new_booking(desk: Desk) -> None:
    said = ("Can I move my appointment?", "I would like an appointment on Friday at 2pm.")
    assert ask(desk, "move", *said).mismatches == ()


@pytest.mark.parametrize(("on_the_line", "ticks"), [(False, 0), (True, 1)])
def test_staff_may_have_a_text_sent_in_words_of_their_own(desk: Desk, on_the_line: bool, ticks: int) -> None:
    desk.run_id = have_said("Inhaler for Ana Gomez", on_the_line=on_the_line)
    assert len(ask(desk, "text", "Inhaler for Ana Gomez").mismatches) == ticks
