"""How dangerous a tool is."""

from collections.abc import Collection
from enum import StrEnum
from itertools import takewhile

from agentops.domain.phrases import sayable


class ActionTier(StrEnum):
    """What a call does to the world, from harmless to final. Order of definition is order of harm."""

    READ = "read"
    SAFE = "safe"
    RISKY = "risky"
    DESTRUCTIVE = "destructive"

    @property
    def rank(self) -> int:
        """0 for read up to 3 for destructive."""
        return _RANKS[self]

    @property
    def words(self) -> str:
        """What staff read instead of the name."""
        return _WORDS[self]

    @property
    def needs_person(self) -> bool:
        """Whether a call of this tier waits for staff."""
        return self.rank >= ActionTier.RISKY.rank


_RANKS = {tier: rank for rank, tier in enumerate(ActionTier)}
_WORDS = {
    ActionTier.READ: sayable("Look-up only"),
    ActionTier.SAFE: sayable("Easy to undo"),
    ActionTier.RISKY: sayable("Hard to undo"),
    ActionTier.DESTRUCTIVE: sayable("Cannot be undone"),
}

_WITHIN = (sayable("look-up only"), sayable("easy to undo"), sayable("hard to undo"), sayable("cannot be undone"))
"""The same within a sentence."""


def read_tier(value: str | None) -> ActionTier:
    """Read a stored tier. What nobody classified, and what cannot be read, is destructive."""
    try:
        return ActionTier(value or "")
    except ValueError:
        return ActionTier.DESTRUCTIVE


def permitted_tiers(values: Collection[str]) -> frozenset[ActionTier]:
    """The tiers that a stored list permits: each with all milder ones. An unreadable entry permits nothing.

    A list with a gap is read up to the gap: otherwise a tool that is made stricter could become permitted by it.
    """
    upto = takewhile(lambda tier: tier.value in values, ActionTier)
    return frozenset(upto)


def effective_tier(*, floor: ActionTier | None, configured: str | None) -> ActionTier:
    """The stricter of the tool's floor in code and the tier an admin gave it; a missing one counts as destructive."""
    if floor is None:
        return ActionTier.DESTRUCTIVE
    return max(floor, read_tier(configured), key=lambda tier: tier.rank)
