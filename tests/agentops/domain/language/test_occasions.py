"""Wishes about a diary, and questions that only sound like them."""

from datetime import datetime

import pytest

from agentops.domain.language import Intent, read_words

NOW = datetime(2026, 11, 23, 9, 0)


def read(text: str) -> Intent:
    return read_words(text=text, now=NOW).intent


@pytest.mark.parametrize(
    "text",
    [
        "when is my cousin's wedding",
        "what's the date of my interview",
        "is there anything I should do today",
        "have I planned anything for Friday",
        "how busy am I on Tuesday",
        "who is coming to the party",
        "what is my day like",
        "is my appointment cancelled?",
        "has my appointment been moved?",
    ],
)
def test_a_question_about_plans_lists_them(text: str) -> None:
    assert read(text) is Intent.LIST


@pytest.mark.parametrize(
    "text",
    [
        "pencil in lunch with Anna on Wednesday",
        "brunch with Grandma on Sunday",
        "the staff party needs to be added to my diary",
        "a weekly meeting should be set up for Mondays",
        "block off Friday afternoon",
        "make an entry for the picnic",
    ],
)
def test_what_is_to_be_written_down_is_booked(text: str) -> None:
    assert read(text) is Intent.BOOK


@pytest.mark.parametrize(
    "text",
    ["free up my Thursday afternoon", "everything on my calendar can be erased", "we won't be attending the meeting"],
)
def test_what_is_to_be_wiped_is_cancelled(text: str) -> None:
    assert read(text) is Intent.CANCEL


@pytest.mark.parametrize(
    "text",
    [
        "who won the chess final",
        "what's happening in the news today",
        "send me a joke",
        "explain the periodic table",
        "how do planes fly",
        "add a speaker to my phone plan",
    ],
)
def test_the_wide_world_is_no_business_of_the_desk(text: str) -> None:
    assert read(text) is Intent.OTHER


@pytest.mark.parametrize(
    "text",
    [
        "is there anything on Thursday with Dr Chen",
        "what slots are there next week",
        "is Friday free",
        "what have you got on Monday",
    ],
)
def test_a_question_about_the_clinics_time_is_a_search(text: str) -> None:
    assert read(text) is Intent.FIND
