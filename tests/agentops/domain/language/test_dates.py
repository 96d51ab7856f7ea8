"""What phrases for days come to. Today is Monday 23 November 2026."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.domain.language import Reading, read_words, resolve_date

NOW = datetime(2026, 11, 23, 9, 0)
TODAY = NOW.date()


def read(text: str, *, now: datetime = NOW) -> Reading:
    return read_words(text=text, now=now)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-23"),
        ("tomorrow at 3pm", "2026-11-24"),
        ("tomorow please", "2026-11-24"),
        ("the day after tomorrow", "2026-11-25"),
        ("Thursday", "2026-11-26"),
        ("thusday", "2026-11-26"),
        ("this Thursday", "2026-11-26"),
        ("coming Friday", "2026-11-27"),
        ("Thursday next week", "2026-12-03"),
        ("next week thursday after 4", "2026-12-03"),
        ("next week, maybe on Thursday", "2026-12-03"),
        ("a week on Tuesday", "2026-12-01"),
        ("Tuesday week", "2026-12-01"),
        ("in two weeks", "2026-12-07"),
        ("in a fortnight", "2026-12-07"),
        ("in 3 days", "2026-11-26"),
        ("two weeks from Friday", "2026-12-11"),
        ("the 3rd of December at 2 pm", "2026-12-03"),
        ("December third", "2026-12-03"),
        ("on the twenty seventh", "2026-11-27"),
        ("March 3rd", "2027-03-03"),
        ("3/12", "2026-12-03"),
        ("25/12/2026", "2026-12-25"),
        ("2026-12-01", "2026-12-01"),
        ("the 30th of this month", "2026-11-30"),
        ("the 5th", "2026-12-05"),
        ("the 5th of next month", "2026-12-05"),
        ("Friday the 27th", "2026-11-27"),
        ("tomorrow, Tuesday", "2026-11-24"),
        ("Friday 4 December", "2026-12-04"),
    ],
)
def test_a_single_day_is_read(text: str, day: str) -> None:
    assert resolve_date(text=text, now=NOW) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("next week", "2026-11-30", "2026-12-06"),
        ("later this week", "2026-11-25", "2026-11-29"),
        ("at the weekend", "2026-11-28", "2026-11-29"),
        ("Wednesday or Thursday", "2026-11-25", "2026-11-26"),
        ("between the 1st and the 3rd of December", "2026-12-01", "2026-12-03"),
        ("Wednesday to Friday", "2026-11-25", "2026-11-27"),
        ("any day after Wednesday", "2026-11-26", None),
        ("before Friday", "2026-11-23", "2026-11-26"),
        ("by Friday", "2026-11-23", "2026-11-27"),
        ("from Thursday onwards", "2026-11-26", None),
        ("the week of the 7th", "2026-12-07", "2026-12-13"),
        ("within 3 days", "2026-11-23", "2026-11-26"),
        ("sometime in December", "2026-12-01", "2026-12-31"),
    ],
)
def test_a_stretch_of_days_is_read(text: str, first: str, last: str | None) -> None:
    reading = read(text)
    assert reading.date_from == date.fromisoformat(first)
    assert reading.date_to == (date.fromisoformat(last) if last else None)


def test_days_that_do_not_adjoin_are_listed() -> None:
    assert read("Tuesday or Friday").days == (date(2026, 11, 24), date(2026, 11, 27))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("next Thursday", "Thursday 26 November or Thursday 3 December"),
        ("Monday at 10", "today or Monday 30 November"),
        ("Friday the 26th of November", "is a Thursday, not a Friday"),
        ("November 10th", "in the past"),
        ("the 10th of this month", "in the past"),
        ("12/3 at 9", "12 March or Thursday 3 December"),
        ("today at 8am", "8am today is in the past"),
    ],
)
def test_what_is_not_clear_is_a_doubt(text: str, part: str) -> None:
    assert any(part in doubt for doubt in read(text).doubts)


def test_next_weekday_is_clear_when_this_weeks_is_over() -> None:
    reading = read("next Tuesday", now=datetime(2026, 11, 27, 9, 0))
    assert (reading.date_from, reading.doubts) == (date(2026, 12, 1), ())


@pytest.mark.parametrize("text", ["any day but Friday", "not Friday", "Friday doesn't work", "I can't do Friday"])
def test_a_day_that_was_ruled_out_is_no_wish(text: str) -> None:
    assert not read(text).has_date


@pytest.mark.parametrize(
    "text",
    [
        "I fell down today",
        "that's all for today, thanks",
        "the first one",
        "open 24/7",
        "he is 45 years old",
        "call 020 7946 0123",
    ],
)
def test_what_names_no_wished_day_is_left_alone(text: str) -> None:
    assert not read(text).has_date


def test_when_moving_the_old_day_is_kept_apart() -> None:
    reading = read("I need to move my visit from Dec 3 at 9am to the following Friday")
    assert (reading.old_date, reading.date_from) == (date(2026, 12, 3), date(2026, 12, 4))


def test_a_second_choice_does_not_override_the_first() -> None:
    assert read("Could we try Thursday? If not, let's try Friday.").date_from == date(2026, 11, 26)


def test_a_birth_date_is_not_the_wished_day() -> None:
    reading = read("My name is Ana Gomez, born 3 March 1981, Thursday please")
    assert (reading.born, reading.date_from) == (date(1981, 3, 3), date(2026, 11, 26))


@given(day=st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31)))
def test_a_weekday_is_always_within_a_week(day: date) -> None:
    now = datetime.combine(day, NOW.time())
    for name in ("Monday", "Wednesday", "Sunday"):
        found = resolve_date(text=name, now=now)
        assert found is not None
        assert found.strftime("%A") == name
        assert day <= found < day + timedelta(days=7)


@given(day=st.dates(min_value=date(2026, 11, 24), max_value=date(2040, 1, 1)))
def test_a_day_written_out_in_full_is_read_back(day: date) -> None:
    for text in (
        f"{day:%A} {day.day} {day:%B} {day.year}",
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day:%B} {day.day}, {day.year}",
    ):
        assert resolve_date(text=f"on {text} please", now=NOW) == day
