"""What is wanted, in one text and over a conversation."""

from datetime import date, datetime, time

import pytest

from agentops.domain.language import Intent, Reading, read_conversation, read_words

NOW = datetime(2026, 11, 23, 9, 0)
CLINICIANS = ["Dr Anita Patel", "Dr Wei Chen"]


def read_all(*pairs: tuple[str, str]) -> Reading:
    """Read pairs of what was asked and what was said."""
    return read_conversation(
        said=[said for _, said in pairs], asked=[asked for asked, _ in pairs], now=NOW, clinicians=CLINICIANS
    )


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I'd like to book an appointment", Intent.BOOK),
        ("Can I come in and see Dr Patel?", Intent.BOOK),
        ("Please schedule me for Thursday", Intent.BOOK),
        ("I need to reschedule my visit", Intent.MOVE),
        ("Can you move my appointment to Friday?", Intent.MOVE),
        ("I can't make it on Thursday, could we do another day?", Intent.MOVE),
        ("Please cancel my appointment", Intent.CANCEL),
        ("I no longer need my appointment", Intent.CANCEL),
        ("I won't be able to come in tomorrow", Intent.CANCEL),
        ("Please don't cancel my appointment, I only want to know when it is", Intent.LIST),
        ("This is Ana. Do not cancel my visit; please tell me what time it is", Intent.LIST),
        ("When is my next appointment?", Intent.LIST),
        ("Do I have any appointments next week?", Intent.LIST),
        ("Is Dr Patel available tomorrow?", Intent.FIND),
        ("I'm looking for a dentist", Intent.FIND),
        ("Text Ana Gomez that her results are ready", Intent.MESSAGE),
        ("Please tell Dr Patel I am late", Intent.MESSAGE),
        ("What are your opening hours?", Intent.QUESTION),
        ("I forgot how often to take my medicine", Intent.QUESTION),
        ("Can I talk to a real person?", Intent.PERSON),
        ("Please have someone call me back", Intent.PERSON),
        ("I have chest pain", Intent.EMERGENCY),
        ("my dad can't breathe", Intent.EMERGENCY),
        ("I want to kill myself", Intent.EMERGENCY),
        ("yes please", Intent.CONFIRM),
        ("that's right", Intent.CONFIRM),
        ("no thanks", Intent.DENY),
        ("never mind", Intent.DENY),
        ("No, I don't want to book it now", Intent.DENY),
        ("hello there", Intent.GREETING),
        ("thank you, bye", Intent.GREETING),
        ("who won the match last night", Intent.OTHER),
        ("I'm not sure", Intent.OTHER),
        ("is this a sign of cancer", Intent.OTHER),
    ],
)
def test_the_intent_is_read(text: str, intent: Intent) -> None:
    assert read_words(text=text, now=NOW).intent is intent


@pytest.mark.parametrize(
    "text", ["It's not an emergency", "I have no chest pain", "I had a heart attack two years ago and need a check-up"]
)
def test_a_danger_that_is_denied_or_over_is_no_emergency(text: str) -> None:
    assert read_words(text=text, now=NOW).intent is not Intent.EMERGENCY


def test_later_turns_refine_earlier_ones() -> None:
    reading = read_all(
        ("", "I'd like to see Dr Patel on Thursday"), ("What time?", "3:30"), ("Your name, please?", "Ana Gomez")
    )
    assert (reading.intent, reading.clinician, reading.patient_name) == (Intent.BOOK, "Dr Anita Patel", "Ana Gomez")
    assert (reading.date_from, reading.exact_time) == (date(2026, 11, 26), time(15, 30))


def test_a_changed_mind_wins() -> None:
    reading = read_all(("", "Book me with Dr Patel on Thursday at 3pm"), ("", "Actually, make it Friday with Dr Chen"))
    assert (reading.clinician, reading.date_from, reading.exact_time) == ("Dr Wei Chen", date(2026, 11, 27), time(15))


def test_a_yes_takes_over_what_was_offered() -> None:
    reading = read_all(
        ("", "I'd like an appointment with Dr Patel on Thursday at 3pm"),
        ("Dr Patel is free at 4pm on Friday. Shall I book that?", "Yes please"),
    )
    assert (reading.date_from, reading.exact_time) == (date(2026, 11, 27), time(16))


def test_a_no_takes_over_nothing() -> None:
    reading = read_all(
        ("", "I'd like an appointment with Dr Patel on Thursday at 3pm"),
        ("Dr Patel is free at 4pm on Friday. Shall I book that?", "No"),
    )
    assert (reading.date_from, reading.exact_time) == (date(2026, 11, 26), time(15))


def test_the_same_day_is_the_one_last_spoken_of() -> None:
    reading = read_all(("", "When is Dr Patel free on Thursday?"), ("At 2pm and 4pm.", "Book me for 4pm that day"))
    assert (reading.date_from, reading.exact_time) == (date(2026, 11, 26), time(16))


def test_an_answer_keeps_the_wish_open_and_a_dropped_offer_closes_it() -> None:
    assert read_all(("", "Cancel my appointment"), ("Your name, please?", "Ana Gomez")).intent is Intent.CANCEL
    assert read_all(("", "Find me a doctor"), ("Would you like to book an appointment?", "No")).intent is Intent.DENY


def test_an_emergency_in_the_middle_is_heard() -> None:
    assert read_all(("", "Book me with Dr Patel"), ("When?", "wait, I have chest pain")).intent is Intent.EMERGENCY
