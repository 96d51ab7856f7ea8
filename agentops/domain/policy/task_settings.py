"""What an admin owns of a type of task, as one value."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class TaskSetting(BaseModel):
    """The tiers that agents may use in a type of task, the bounds of its runs, how long a request waits, the prompt."""

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
