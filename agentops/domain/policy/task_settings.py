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


class RoutingSetting(BaseModel):
    """Which model takes each kind of decision in every type of task that has none of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    routes: tuple[RouteSetting, ...] = ()

    def find(self, provider: str, decision: str, *, on: date) -> RouteSetting | None:
        """The route that counts on a day; None where no model is named by then."""
        known = [one for one in self.routes if (one.provider, one.decision) == (provider, decision)]
        return max((one for one in known if one.valid_from <= on), key=lambda one: one.valid_from, default=None)


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
