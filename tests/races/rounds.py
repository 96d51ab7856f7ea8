"""One round of a race: who starts, and how what they bring back is judged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.races.starting import Runner


@dataclass(frozen=True)
class Verdict:
    """What a round came to: who won, how many losers learned of it by a normal return, and what was wrong."""

    winners: int
    told: int
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Round:
    """Runners for one start, and how to judge what they bring back."""

    runners: list[Runner]
    judge: Callable[[list[Any]], Verdict]


def unexpected(got: list[Any]) -> list[str]:
    """What was raised: losing a race is a normal return, so that every exception is wrong."""
    return [f"raised {type(one).__name__}: {one}" for one in got if isinstance(one, Exception)]


def unless(holds: object, otherwise: str) -> list[str]:
    """Nothing where it holds, else what is wrong."""
    return [] if holds else [otherwise]
