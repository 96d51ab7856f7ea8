"""Whatever is said: no crash, no long wait, and values that fit together."""

import time as clock
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.domain.language import Intent, read_conversation, read_words

NOW = datetime(2026, 11, 23, 9, 0)
CLINICIANS = ["Dr Anita Patel", "Dr Wei Chen", "Nurse Grace Lowe"]
_PIECES = """
next this monday friday week tomorrow the 3rd 31st feb march 2/30 12/13 at 3 half past quarter to 25 pm am noon after
before between and or not from until dr patel chan my name is ana born 1981 in two days 9999-12-31 00:00 24 £3 0
"""
WORDS = st.sampled_from(_PIECES.split())


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200) | st.lists(WORDS, max_size=25).map(" ".join))
def test_any_text_is_read_without_a_crash_and_consistently(text: str) -> None:
    reading = read_words(text=text, now=NOW, clinicians=CLINICIANS, kinds=["vaccination"], asked="What time?")
    assert isinstance(reading.intent, Intent)
    if reading.date_from and reading.date_to:
        assert reading.date_from <= reading.date_to
    if reading.earliest and reading.latest:
        assert reading.earliest < reading.latest
    assert reading.clinician is None or reading.clinician in CLINICIANS
    assert reading.born is None or reading.born < NOW.date()
    for span in reading.spans:
        assert text[span.start : span.end] == span.text


@settings(max_examples=40, deadline=None)
@given(turns=st.lists(st.tuples(st.lists(WORDS, max_size=8).map(" ".join), st.text(max_size=40)), max_size=5))
def test_any_conversation_is_read_without_a_crash(turns: list[tuple[str, str]]) -> None:
    said = [words for words, _ in turns]
    reading = read_conversation(said=said, asked=[asked for _, asked in turns], now=NOW, clinicians=CLINICIANS)
    assert reading == read_conversation(said=said, asked=[asked for _, asked in turns], now=NOW, clinicians=CLINICIANS)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "3 ",
        "monday or ",
        "at 3 ",
        "A-",
        "Ana ",
        "my name is ",
        "not ",
        "1",
        "İ",
        "is there any ",
        "12/3 ",
        ". ",
        "dr patl ",
        "the ",
        "\n",
    ],
)
def test_twenty_thousand_characters_take_seconds_at_most(piece: str) -> None:
    """On any machine: what took a time that grows with the square of them would take minutes."""
    text = (piece * 20_000)[:20_000]
    start = clock.thread_time()
    read_words(text=text, now=NOW, clinicians=CLINICIANS)
    assert clock.thread_time() - start < 5.0
