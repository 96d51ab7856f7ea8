"""Short answers, as they are typed, and offers that are put off."""

from datetime import datetime

import pytest

from agentops.domain.language import Intent, read_conversation, read_words

NOW = datetime(2026, 11, 23, 9, 0)
OFFER = "Would you like to book an appointment?"
MORE = "Is there anything else I can do?"


def read(text: str) -> Intent:
    return read_words(text=text, now=NOW).intent


@pytest.mark.parametrize(
    "text",
    ["yeah that works", "yh", "okey dokey", "mhm", "thats right", "fine by me", "it sure is", "I have to agree", "👍"],
)
def test_a_yes_is_heard_in_many_words(text: str) -> None:
    assert read(text) is Intent.CONFIRM


@pytest.mark.parametrize(
    "text",
    ["nah", "nope", "nuh uh", "nvm", "no way", "I'm afraid not", "I must disagree", "don't book it", "👎"],
)
def test_a_no_is_heard_in_many_words(text: str) -> None:
    assert read(text) is Intent.DENY


@pytest.mark.parametrize("text", ["hiya", "yo", "heya", "hello hello", "morning!", "thx", "ty", "cya"])
def test_a_greeting_is_heard_as_it_is_typed(text: str) -> None:
    assert read(text) is Intent.GREETING


@pytest.mark.parametrize("text", ["idk", "hard to say", "no way to know", "I can't commit to that"])
def test_who_cannot_tell_says_neither_yes_nor_no(text: str) -> None:
    assert read(text) is Intent.OTHER


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I changed my mind, can we do Friday instead?", Intent.MOVE),
        ("I can't wait", Intent.OTHER),
        ("No, I don't want to move it. I want to cancel my appointment", Intent.CANCEL),
        ("it's so painful", Intent.BOOK),
    ],
)
def test_words_of_an_answer_inside_a_wish_answer_nothing(text: str, intent: Intent) -> None:
    assert read(text) is intent


@pytest.mark.parametrize("text", ["maybe another time", "not just yet", "hold off for now", "later, thanks"])
def test_an_offer_that_is_put_off_is_dropped(text: str) -> None:
    reading = read_conversation(said=["Find me a doctor", text], asked=["", OFFER], now=NOW)
    assert reading.intent is Intent.DENY


@pytest.mark.parametrize("text", ["maybe later in the day", "another time on Friday would be better"])
def test_another_time_of_the_same_day_puts_nothing_off(text: str) -> None:
    reading = read_conversation(said=["Book me with Dr Chen", text], asked=["", "Shall I book 9am?"], now=NOW)
    assert reading.intent is Intent.BOOK


def test_thanks_after_the_last_question_close_the_work() -> None:
    reading = read_conversation(said=["Cancel my appointment", "that's all, thanks"], asked=["", MORE], now=NOW)
    assert reading.intent is Intent.DENY


@pytest.mark.parametrize(
    ("said", "day"), [("appt 2moro pls", 24), ("tmrw is fine", 24), ("can i come 2day", 23), ("c u nxt wed", None)]
)
def test_days_are_read_as_they_are_typed(said: str, day: int | None) -> None:
    reading = read_words(text=said, now=NOW)
    assert reading.date_from is not None
    assert day is None or reading.date_from.day == day
