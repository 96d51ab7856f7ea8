"""The bounds of a run, and what a coming turn may use of them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.domain.limits import (
    MIN_USEFUL_TOKENS,
    LimitKind,
    Limits,
    Spent,
    TurnBudget,
    budget_turn,
    estimate_tokens,
    weigh_text,
)
from agentops.domain.transcript import prompt_chars

LIMITS = Limits(iterations=3, tokens=2_000, active_ms=1_000)


def budget(*, tokens: int = 0, prompt: int = 300, cap: int = 1_024, **spent: int) -> TurnBudget:
    return budget_turn(limits=LIMITS, spent=Spent(tokens=tokens, **spent), prompt_chars=prompt, cap=cap)


def test_a_turn_gets_its_routes_cap_where_there_is_room() -> None:
    assert budget() == TurnBudget(max_tokens=1_024, reserved=1_124)


def test_a_turn_is_cut_to_what_is_left() -> None:
    assert budget(tokens=1_500) == TurnBudget(max_tokens=400, reserved=500)


def test_below_256_tokens_a_question_is_not_asked() -> None:
    assert budget(tokens=2_000 - 100 - MIN_USEFUL_TOKENS).max_tokens == MIN_USEFUL_TOKENS
    assert budget(tokens=2_000 - 100 - MIN_USEFUL_TOKENS + 1).limit is LimitKind.TOKENS
    assert budget(tokens=9_999).limit is LimitKind.TOKENS


def test_a_route_that_needs_less_may_ask_for_less() -> None:
    assert budget(tokens=1_850, cap=50).max_tokens == 50
    assert budget(tokens=1_851, cap=50).limit is LimitKind.TOKENS


def test_steps_and_working_time_are_looked_at_before_tokens() -> None:
    assert budget(iterations=3, tokens=9_999).limit is LimitKind.ITERATIONS
    assert budget(active_ms=1_000, tokens=9_999).limit is LimitKind.ACTIVE_TIME
    assert budget(iterations=2, active_ms=999).limit is None


@given(
    tokens=st.integers(0, 3_000), spent=st.integers(0, 4_000), prompt=st.integers(0, 20_000), cap=st.integers(1, 9_000)
)
def test_what_is_reserved_never_breaks_the_limit(tokens: int, spent: int, prompt: int, cap: int) -> None:
    turn = budget_turn(limits=Limits(tokens=tokens), spent=Spent(tokens=spent), prompt_chars=prompt, cap=cap)
    if turn.limit:
        assert turn.reserved == turn.max_tokens == 0
        return
    assert spent + turn.reserved <= tokens
    assert min(cap, MIN_USEFUL_TOKENS) <= turn.max_tokens <= cap
    assert turn.reserved == turn.max_tokens + estimate_tokens(prompt)


@pytest.mark.parametrize(
    ("text", "at_least"),
    [
        ("Please move my appointment to Thursday.", 9),
        ("Перенесите, пожалуйста, мою запись на четверг.", 20),
        ("אני רוצה להזיז את התור", 18),
        ("\u8bf7\u628a\u6211\u7684\u9884\u7ea6\u6539\u5230\u661f\u671f\u56db", 18),
        ("\U0001f44d\U0001f3fd" * 5, 20),
    ],
    ids=["English", "Russian", "Hebrew", "Chinese", "emoji"],
)
def test_a_text_that_is_not_ascii_is_worth_more_tokens(text: str, at_least: int) -> None:
    assert estimate_tokens(weigh_text(text)) >= at_least


def test_half_a_character_can_be_weighed() -> None:
    assert weigh_text("a\ud800b") == 3


def test_an_ascii_text_weighs_its_length_and_longer_never_weighs_less() -> None:
    assert weigh_text("plain words") == 11
    assert prompt_chars("plain", [{"a": "b"}]) == 5 + len("[{'a': 'b'}]")
    assert prompt_chars("\u8bf7") == 5


def test_weighing_a_long_prompt_takes_no_time_to_speak_of() -> None:
    text = "\u8bf7 and so on " * 100_000
    began = time.process_time()
    weigh_text(text)
    assert time.process_time() - began < 0.1
