"""What an admin owns of a type of task, as one value."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from agentops.domain.routing import DecisionType

ANSWER_EARLY = "As soon as you have enough to answer, answer."
"""The rule that ends a run early. It stands in the instructions, and its page says so where it does not."""


class RouteSetting(BaseModel):
    """Which model takes a kind of decision in this type of task from a day on, and how much it may write."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: str
    decision: DecisionType
    valid_from: date
    model: Annotated[str, Field(min_length=1, max_length=80)]
    max_tokens: Annotated[int, Field(ge=1, le=64_000)]

    @property
    def place(self) -> tuple[str, str, date]:
        """What there is one route for."""
        return self.provider, self.decision.value, self.valid_from


class TaskSetting(BaseModel):
    """The tiers that agents may use in a type of task, the bounds of its runs, how long a request waits, the prompt.

    `routes` are its own models; for a decision without one, the route for all types counts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    permitted_tiers: tuple[str, ...] = ()
    max_iterations: Annotated[int, Field(ge=1, le=100)] = 10
    max_tokens: Annotated[int, Field(ge=256, le=2_000_000)] = 50_000
    max_active_ms: Annotated[int, Field(ge=1_000, le=600_000)] = 30_000
    max_tool_calls: Annotated[int, Field(ge=1, le=200)] = 15
    max_identical_calls: Annotated[int, Field(ge=1, le=20)] = 3
    answer_minutes: Annotated[int, Field(ge=5, le=10_080)] = 30
    enabled: bool = True
    prompt: str = ""
    routes: tuple[RouteSetting, ...] = ()
