"""Deterministic reading of a patient's words. Standard library only; the clock is an argument."""

from agentops.domain.language.conversation import TurnRead, read_conversation, read_turns
from agentops.domain.language.day_readers import say_day
from agentops.domain.language.intents import Intent
from agentops.domain.language.names import find_names
from agentops.domain.language.phrases import resolve_date, resolve_time
from agentops.domain.language.reading import Reading, Span, read_words
from agentops.domain.language.spoken import Spoken, read_answer
from agentops.domain.language.times import say_time
from agentops.domain.language.tongue import is_foreign

__all__ = [
    "Intent",
    "Reading",
    "Span",
    "Spoken",
    "TurnRead",
    "find_names",
    "is_foreign",
    "read_answer",
    "read_conversation",
    "read_turns",
    "read_words",
    "resolve_date",
    "resolve_time",
    "say_day",
    "say_time",
]
