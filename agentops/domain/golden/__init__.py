"""Golden examples: a conversation worth keeping as data, what has to come of it, and how what came differs."""

from agentops.domain.golden.comparing import find_differences, find_live_differences
from agentops.domain.golden.examples import (
    Came,
    Example,
    Expected,
    Fault,
    Part,
    Policy,
    RecordedCall,
    SaidTurn,
    SeenCall,
    StaffAnswer,
    Words,
)

__all__ = [
    "Came",
    "Example",
    "Expected",
    "Fault",
    "Part",
    "Policy",
    "RecordedCall",
    "SaidTurn",
    "SeenCall",
    "StaffAnswer",
    "Words",
    "find_differences",
    "find_live_differences",
]
