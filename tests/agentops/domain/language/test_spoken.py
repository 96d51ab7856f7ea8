"""A caller's answer to "Shall I book it?": yes, no, or something else, and in doubt it is something else."""

from datetime import UTC, datetime

import pytest

from agentops.domain.language import Spoken, read_answer

NOW = datetime(2026, 3, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "words", ["yes", "Yes please", "yeah, go ahead", "ok", "That's fine.", "sure", "yes, book it", "Sí, por favor"]
)
def test_a_plain_yes_is_a_yes(words: str) -> None:
    assert read_answer(words, now=NOW) is Spoken.YES


@pytest.mark.parametrize("words", ["no", "No thanks", "no, don't", "never mind", "nope", "not now", "No, gracias"])
def test_a_plain_no_is_a_no(words: str) -> None:
    assert read_answer(words, now=NOW) is Spoken.NO


@pytest.mark.parametrize(
    "words",
    [
        "yes, but later in the day",
        "yes if it is with Dr Chen",
        "Can I do 3pm instead?",
        "make it Friday",
        "yes, 4pm",
        "how long does it take?",
        "hmm, maybe",
        "I have chest pain",
        "I want to speak to a person",
        "",
        "banana",
    ],
)
def test_everything_else_is_neither(words: str) -> None:
    assert read_answer(words, now=NOW) is Spoken.OTHER
