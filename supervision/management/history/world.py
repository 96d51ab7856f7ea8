"""What all runs of one past have in common, and the keys of their rows."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime

from agentops.domain.limits import Limits
from agentops.domain.pricing import PriceRow
from agentops.models import FIRST_POLICY


@dataclass(frozen=True, slots=True)
class World:
    """What all runs of one past have in common. `change` is the day on which the models changed."""

    prices: dict[str, list[PriceRow]]
    limits: Limits
    types: dict[str, int]
    users: dict[str, int]
    first: date
    change: date
    until: date
    policies: list[datetime]
    """When each change of policy came into force."""

    def model(self, decision: str, on: date) -> str:
        """Which model took such a decision on that day."""
        if decision in {"classify_intent", "generate_response"}:
            return "claude-haiku-5-5" if on >= self.change else "claude-haiku-4-5"
        return "claude-sonnet-5-5" if on >= self.change else "claude-sonnet-5"

    def policy(self, at: datetime) -> int:
        """The version of the policy at that moment."""
        return FIRST_POLICY + bisect_right(self.policies, at)

    def late(self, at: datetime) -> float:
        """0 until the last third of the past, then growing to 1 at its end."""
        passed = (at.date() - self.first).days / max(1, (self.until - self.first).days)
        return max(0.0, 3 * passed - 2)


@dataclass(slots=True)
class Keys:
    """The next free key of each table."""

    talk: int
    run: int
    step: int
    call: int

    def take(self, name: str) -> int:
        """One key, and never again."""
        key: int = getattr(self, name)
        setattr(self, name, key + 1)
        return key
