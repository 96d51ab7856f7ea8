"""Until when an answer is of use: the clinic's hours and the appointment, or the patience of somebody on the line."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agentops.toolsets.clinic.practice import last_answer

LONDON = ZoneInfo("Europe/London")


def at(words: str) -> datetime:
    return datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("now", "starts", "by"),
    [
        ("2026-03-10 10:00", ["2026-03-12 14:00"], "2026-03-10 18:00"),  # an ordinary Tuesday: by closing time
        ("2026-03-10 10:00", ["2026-03-10 15:00"], "2026-03-10 14:30"),  # of today: half an hour before it
        ("2026-03-10 10:00", ["2026-03-12 14:00", "2026-03-10 11:00"], "2026-03-10 10:30"),  # a move: the earlier one
        ("2026-03-10 07:00", ["2026-03-12 14:00"], "2026-03-10 18:00"),  # before opening
        ("2026-03-10 19:00", ["2026-03-12 14:00"], "2026-03-11 09:30"),  # after closing
        ("2026-03-13 18:00", ["2026-03-20 14:00"], "2026-03-16 09:30"),  # on Friday evening
        ("2026-03-28 12:00", [], "2026-03-30 09:30"),  # over the night in which the clocks change
    ],
)
def test_an_answer_is_of_use_while_the_desk_is_open_and_before_the_appointment(
    now: str, starts: list[str], by: str
) -> None:
    assert last_answer(at(now), *map(at, starts)) == at(by)
