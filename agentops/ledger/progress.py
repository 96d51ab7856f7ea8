"""What the ledger hands to the loop: a lease, what stands in the rows, and the next act already reserved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agentops.domain.limits import TurnBudget
from agentops.domain.next_move import AskModel, AwaitHuman, Finish
from agentops.domain.routing import DecisionType
from agentops.domain.tiers import ActionTier
from agentops.domain.transcript import CallView, Transcript


class LeaseLost(Exception):
    """Another worker owns the run now: stop at once and write nothing more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write a run: valid while the row still shows this epoch."""

    run_id: int
    owner: str
    epoch: int


@dataclass(frozen=True, slots=True)
class TurnQuote:
    """What a coming model call would take: characters to read, tokens the route lets it write, and of which model."""

    prompt_chars: int
    cap: int
    model: str = ""


Quote = Callable[[Transcript, DecisionType], TurnQuote]


@dataclass(frozen=True, slots=True)
class Totals:
    """What a run's model calls came to so far. `cost_nano` is a lower bound where `unpriced` > 0."""

    tokens: int
    cost_nano: int
    unpriced: int

    def after(self, call: "Written") -> "Totals":
        """The totals with one more model call."""
        return Totals(self.tokens + call.tokens, self.cost_nano + (call.nano or 0), self.unpriced + (call.nano is None))


@dataclass(frozen=True, slots=True)
class Written:
    """A model's reply as it was written: the step's key, its tokens, its price (None: unpriced)."""

    step_id: int
    tokens: int
    nano: int | None


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the model now: the iteration and the tokens are reserved."""

    move: AskModel
    budget: TurnBudget


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Run this call now. A transactional call is not yet marked as started: effect and result are one commit.

    `ahead` is there where the call only looks something up: the model call after it is reserved already, so that the
    result may be written together with the reply (`hold_result`).
    """

    call: CallView
    ahead: TurnBudget | None = None


@dataclass(frozen=True, slots=True)
class Frozen:
    """Nothing is begun while a stop is in force: the run is back in the queue, and the lease is gone."""


NextAct = Ask | Dispatch | AwaitHuman | Finish | Frozen


@dataclass(frozen=True, slots=True)
class Progress:
    """What the rows say after a commit, and what to do next. An `AwaitHuman` is already parked: the lease is gone."""

    transcript: Transcript
    act: NextAct


@dataclass(frozen=True, slots=True)
class RunBrief:
    """What does not change while a run is worked on. `sorting_types` are the (slug, description) to choose among."""

    request_id: str
    task_type: str
    toolset: str
    prompt: str
    tiers: frozenset[ActionTier]
    channel: str
    on_the_line: bool
    briefing: str
    asked_at: datetime
    said: tuple[str, ...]
    sorting_types: tuple[tuple[str, str], ...]
    routes: dict[DecisionType, tuple[str, int]]
    """For each decision the model's name and how many tokens it may write."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the loop brings to a claim: how it quotes a coming turn, and the briefing to keep with the run."""

    quote: Quote
    briefing: str


Prepare = Callable[[RunBrief], Preparation]


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that is ours, and what comes first: already reserved."""

    lease: Lease
    brief: RunBrief
    progress: Progress
