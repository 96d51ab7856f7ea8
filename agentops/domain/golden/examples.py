"""What a golden example holds. One JSON file or one row each; what is left out has its usual value."""

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from agentops.domain.budgets import BudgetPeriod
from agentops.domain.cards import Card
from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.messages import Block, FailureKind, StopReason
from agentops.domain.outcomes import ToolResult, ToolResultStatus
from agentops.domain.tiers import ActionTier

_STAGE = ("world", "speaker", "clock", "seed")


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SaidTurn(_Frozen):
    """One recorded turn of a model: its blocks and why it stopped, or the failure that came instead."""

    content: list[Block] = []
    stop_reason: StopReason = StopReason.END_TURN
    input_tokens: int = 100
    output_tokens: int = 20
    failure: FailureKind | None = None


class StaffAnswer(_Frozen):
    """What became of the call that waits longest: a person's yes or no, or nobody's answer in time."""

    answer: Literal["yes", "no", "expire"]
    by: str = "Priya Nair"
    note: str = ""


class Fault(_Frozen):
    """A tool that fails so many times before it works: as it says itself, by crashing, or by never answering."""

    tool: str
    how: Literal["retryable_error", "permanent_error", "timeout", "crash"]
    times: int = Field(1, ge=1)


class Policy(_Frozen):
    """What an admin decided of a tool, where it differs from a new installation."""

    tier: ActionTier | None = None
    enabled: bool = True
    confirmers: Literal[1, 2] = 1


class RecordedCall(_Frozen):
    """What a tool showed and answered, for examples that bring no clinic with them.

    One that `refuses` found, before anybody was asked, that the call could not be done.
    """

    tool: str
    card: Card
    result: ToolResult | None = None
    refuses: bool = False


class SeenCall(_Frozen):
    """One call as it stands in its row. `gate` is what the gate said of it, `result` what the model was told."""

    tool: str
    arguments: dict[str, Any]
    tier: ActionTier
    gate: Literal["allowed", "asked", "refused"]
    confirmers: int = 1
    status: CallStatus
    result: ToolResultStatus | None = None
    code: str = ""


class Words(_Frozen):
    """What must be true of an answer's text, however it is worded.

    Contact details in it have to be the clinic's own, or stand in `contacts`.
    """

    contains: list[str] = []
    lacks: list[str] = []
    contacts: list[str] = []
    language: Literal["en", "any"] = "en"


class Expected(_Frozen):
    """What has to come of one request."""

    status: RunStatus
    outcome: str
    task_type: str
    calls: list[SeenCall] = []
    findings: list[str] = []
    handed_over: bool = False
    words: Words = Words()


class Came(_Frozen):
    """What came of one request when it was played."""

    status: RunStatus
    outcome: str
    task_type: str
    calls: list[SeenCall]
    findings: list[str]
    handed_over: bool
    answer: str


class Part(_Frozen):
    """One request of a conversation, and everything that was said and done about it."""

    says: str
    turns: list[SaidTurn] = []
    staff: list[StaffAnswer] = []
    results: list[RecordedCall] = []
    expected: Expected | None = None


class Example(_Frozen):
    """A conversation worth keeping.

    `starts_as` is the task type it begins with, `clock` what the tools take for the present at its first request.
    In the world `clinic` the real tools act on a generated clinic of that seed; in the world `recorded` the tools
    answer what was recorded. `budgets` are what may be spent, in nanodollars, `token_nano` is what a token of the
    model costs (None: nobody knows). The speaker is the recorded model, or the `planner`, which is a program. `live`
    marks what can also be put to a model that is really asked.
    """

    format: Literal[1] = 1
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{2,79}$")
    about: str
    starts_as: str
    world: Literal["clinic", "recorded"] = "clinic"
    speaker: Literal["recorded", "planner"] = "recorded"
    live: bool = False
    clock: AwareDatetime = datetime.fromisoformat("2026-12-07T09:00:00+00:00")
    seed: int = 1
    channel: Literal["phone", "text", "online", "desk"] = "phone"
    on_the_line: bool = False
    limits: dict[Literal["iterations", "tokens", "active_ms", "tool_calls", "identical_calls"], int] = {}
    budgets: dict[BudgetPeriod, int] = {}
    token_nano: int | None = 0
    tiers: list[ActionTier] = list(ActionTier)
    policies: dict[str, Policy] = {}
    faults: list[Fault] = []
    talk: list[Part] = Field(min_length=1)

    @property
    def task_type(self) -> str:
        """The task type it counts under: what its first request was sorted into."""
        first = self.talk[0].expected
        return first.task_type if first else self.starts_as

    def accepting(self, came: list[Came]) -> "Example":
        """The same example with what came as what is expected; of its words those stay that hold."""
        parts = [
            part.model_copy(update={"expected": _expect(one, part.expected.words if part.expected else Words())})
            for part, one in zip(self.talk, came, strict=False)
        ]
        return self.model_copy(update={"talk": [*parts, *self.talk[len(parts) :]]})

    def to_json(self) -> dict[str, Any]:
        """As it is stored: nothing that has its usual value, but always what it is played on."""
        stage = self.model_dump(mode="json", include={"format", "name", "about", "starts_as", *_STAGE})
        return {**stage, **self.model_dump(mode="json", exclude_defaults=True)}


def _expect(came: Came, words: Words) -> Expected:
    kept = words.model_copy(
        update={
            "contains": [text for text in words.contains if text.casefold() in came.answer.casefold()],
            "lacks": [text for text in words.lacks if text.casefold() not in came.answer.casefold()],
        }
    )
    return Expected.model_validate({**came.model_dump(exclude={"answer"}), "words": kept.model_dump()})
