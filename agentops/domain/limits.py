"""The four bounds of a run, and what is left of them. Everything is reserved before the act."""

import math
from enum import StrEnum
from typing import NamedTuple

MIN_USEFUL_TOKENS = 256
"""With less than this to write, a model call is not worth its price: the run ends instead. A route may ask for less."""

CHARS_PER_TOKEN = 3.0
"""Low on purpose: an estimate that is too high ends a run early, one that is too low breaks the limit. Of characters
as `weigh_text` counts them."""


class LimitKind(StrEnum):
    """Which bound ended a run."""

    ITERATIONS = "iterations"
    TOKENS = "tokens"
    ACTIVE_TIME = "active_time"
    TOOL_CALLS = "tool_calls"
    REPEATED_CALL = "repeated_call"


class Limits(NamedTuple):
    """The bounds of one run, copied from its task type when it starts. `active_ms` excludes every wait for a person."""

    iterations: int = 10
    tokens: int = 50_000
    active_ms: int = 30_000
    tool_calls: int = 15
    identical_calls: int = 3


class Spent(NamedTuple):
    """What a run has used. `iterations` and `tokens` hold what is reserved as well as what is used."""

    iterations: int = 0
    tokens: int = 0
    active_ms: int = 0
    tool_calls: int = 0


def weigh_text(text: str) -> int:
    """How many ASCII characters a text is worth in tokens.

    A character outside ASCII counts by its UTF-8 bytes, two for each byte after the first: 3 for Cyrillic or Hebrew,
    5 for Chinese, 7 for an emoji. Models cut such text into far shorter tokens than English.
    """
    return len(text) if text.isascii() else 2 * len(text.encode("utf-8", "replace")) - len(text)


def estimate_tokens(chars: int) -> int:
    """Tokens that a text of that many characters, weighed, will certainly not exceed by much."""
    return math.ceil(chars / CHARS_PER_TOKEN)


class TurnBudget(NamedTuple):
    """What the coming model call may use: `max_tokens` to write, `reserved` in all; or the `limit` that forbids it."""

    max_tokens: int = 0
    reserved: int = 0
    limit: LimitKind | None = None


def budget_turn(*, limits: Limits, spent: Spent, prompt_chars: int, cap: int) -> TurnBudget:
    """Reserve one model call; `cap` is the route's own bound on what it may write, in tokens."""
    if spent.iterations >= limits.iterations:
        return TurnBudget(limit=LimitKind.ITERATIONS)
    if spent.active_ms >= limits.active_ms:
        return TurnBudget(limit=LimitKind.ACTIVE_TIME)
    prompt = estimate_tokens(prompt_chars)
    max_tokens = min(cap, limits.tokens - spent.tokens - prompt)
    if max_tokens < min(cap, MIN_USEFUL_TOKENS):
        return TurnBudget(limit=LimitKind.TOKENS)
    return TurnBudget(max_tokens=max_tokens, reserved=prompt + max_tokens)
