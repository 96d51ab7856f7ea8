"""What phrases for times of day come to."""

from datetime import datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.domain.language import Reading, read_words, resolve_time, say_time

NOW = datetime(2026, 11, 23, 9, 0)


def read(text: str, *, asked: str = "") -> Reading:
    return read_words(text=text, now=NOW, asked=asked)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("at 3pm", "15:00"),
        ("3:30 pm", "15:30"),
        ("3.30pm", "15:30"),
        ("15:30", "15:30"),
        ("at 1330", "13:30"),
        ("half past 3", "15:30"),
        ("half 3", "15:30"),
        ("quarter to five", "16:45"),
        ("quarter past 10 in the morning", "10:15"),
        ("ten past 4", "16:10"),
        ("20 to 5", "16:40"),
        ("3 o'clock", "15:00"),
        ('5 o"clock in the evening', "17:00"),
        ("noon", "12:00"),
        ("morning 11:30", "11:30"),
        ("evening 4", "16:00"),
        ("one in the afternoon", "13:00"),
        ("quarter to 1 in the afternoon", "12:45"),
        ("at 9", "09:00"),
        ("at 12", "12:00"),
    ],
)
def test_a_clock_time_is_read(text: str, at: str) -> None:
    assert resolve_time(text=text, now=NOW) == time.fromisoformat(at)
    assert read(f"on Friday {text} please").exact_time == time.fromisoformat(at)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("after 3", "15:00", None),
        ("3pm or later", "15:00", None),
        ("before noon", None, "12:00"),
        ("not after 3", None, "15:00"),
        ("not before 10", "10:00", None),
        ("between 2 and 4", "14:00", "16:00"),
        ("from 2 to 4pm", "14:00", "16:00"),
        ("2-4 on Friday", "14:00", "16:00"),
        ("between 11 and 2", "11:00", "14:00"),
        ("Friday morning", None, "12:00"),
        ("in the afternoon", "12:00", "18:00"),
        ("after work", "17:00", None),
        ("around lunchtime", "12:00", "14:00"),
    ],
)
def test_a_window_is_read(text: str, earliest: str | None, latest: str | None) -> None:
    reading = read(text)
    assert reading.exact_time is None
    assert reading.earliest == (time.fromisoformat(earliest) if earliest else None)
    assert reading.latest == (time.fromisoformat(latest) if latest else None)


def test_around_a_time_keeps_the_time_and_gives_a_window() -> None:
    reading = read("around 4")
    assert (reading.earliest, reading.exact_time, reading.latest) == (time(15, 30), time(16), time(16, 30))


@pytest.mark.parametrize("text", ["at 3am", "at 7", "3pm in the morning"])
def test_what_is_not_clear_is_a_doubt(text: str) -> None:
    assert read(text).doubts


def test_a_half_of_the_day_that_was_worked_out_is_recorded() -> None:
    assert read("at 3").inferred == ("3pm from clinic hours",)
    assert read("at 3pm").inferred == ()


@pytest.mark.parametrize(
    "text",
    [
        "good morning",
        "for 2 people",
        "in 2 days",
        "I am 34 years old",
        "call 07700 900123",
        "for two days now",
        "this one",
    ],
)
def test_what_names_no_time_is_left_alone(text: str) -> None:
    assert not read(text).has_time


def test_a_bare_number_counts_only_as_an_answer() -> None:
    assert not read("2").has_time
    assert read("2", asked="What time would suit you?").exact_time == time(14)
    assert read("how about 9?", asked="There is nothing at 8pm.").exact_time == time(21)
    assert not read("6pm", asked="When do you expect it to wrap up?").has_time


def test_of_a_choice_the_first_counts_and_of_a_correction_the_last() -> None:
    assert read("11 am or 3 pm").exact_time == time(11)
    assert read("At 3pm. No, make it 4pm").exact_time == time(16)
    assert read("not 3pm, 4pm is better").exact_time == time(16)


@given(at=st.times())
def test_every_time_that_is_said_is_read_back(at: time) -> None:
    at = at.replace(second=0, microsecond=0)
    assert resolve_time(text=f"at {say_time(at)}", now=NOW) == at
    assert resolve_time(text=f"at {at:%H:%M}", now=NOW) in (at, at.replace(hour=(at.hour + 12) % 24))
