"""What a clinician said at a visit that is over, against a wish for a new one."""

from datetime import datetime

import pytest

from agentops.domain.language import Intent, read_conversation, read_words

NOW = datetime(2026, 11, 23, 9, 0)


def read(text: str) -> Intent:
    return read_words(text=text, now=NOW, clinicians=["Dr Anita Patel", "Dr Wei Chen"]).intent


@pytest.mark.parametrize(
    "text",
    [
        "I have to follow up with Dr Patel",
        "Could you help me follow up?",
        "What did Dr Chen say I should do?",
        "I lost the instructions she gave me",
        "The pills make me feel strange",
        "I think I took too many tablets",
        "Do I take it with food?",
        "I was at the surgery yesterday and did not understand everything",
        "I've got a question about my last visit",
        "Does the jab have side effects?",
    ],
)
def test_what_was_said_at_a_visit_is_a_question(text: str) -> None:
    assert read(text) is Intent.QUESTION


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I need a follow-up appointment with Dr Patel", Intent.BOOK),
        ("I'd like to follow up with Dr Patel on Thursday", Intent.BOOK),
        ("Dr Patel told me to come back, please book a follow-up", Intent.BOOK),
        ("I had an appointment on Friday but I want to cancel it", Intent.CANCEL),
        ("I missed my appointment, can you rebook it?", Intent.MOVE),
        ("I forgot when my appointment is", Intent.LIST),
        ("Please tell Dr Patel that the pills help", Intent.MESSAGE),
    ],
)
def test_a_visit_that_is_only_mentioned_hides_no_other_wish(text: str, intent: Intent) -> None:
    assert read(text) is intent


def test_an_answer_about_the_doctor_opens_no_search() -> None:
    reading = read_conversation(
        said=["I forgot what I was told to do", "My new doctor is Dr Chen, I like how she explains things"],
        asked=["", "Who is your doctor?"],
        now=NOW,
        clinicians=["Dr Wei Chen"],
    )
    assert (reading.intent, reading.clinician) == (Intent.QUESTION, "Dr Wei Chen")


@pytest.mark.parametrize("text", ["Dr Chen, Dr Patel was my old doctor", "It used to be Dr Patel, now it's Dr Chen"])
def test_a_former_doctor_is_not_the_one_meant(text: str) -> None:
    reading = read_words(text=text, now=NOW, clinicians=["Dr Anita Patel", "Dr Wei Chen"])
    assert reading.clinician == "Dr Wei Chen"


@pytest.mark.parametrize("text", ["Mum has a temperature", "blocked nose and a stiff neck", "my ear aches"])
def test_a_complaint_without_a_wish_asks_for_a_visit(text: str) -> None:
    assert read(text) is Intent.BOOK


@pytest.mark.parametrize("text", ["what causes a fever?", "tell me about hay fever", "how do I get rid of a headache"])
def test_talk_about_illness_asks_for_no_visit(text: str) -> None:
    assert read(text) is not Intent.BOOK
