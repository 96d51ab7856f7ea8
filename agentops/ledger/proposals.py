"""A call on its way into the rows: as it was made ready, as it left the gate, and its row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from agentops.domain.cards import Card
from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.outcomes import ToolResult
from agentops.domain.policy.judging import (
    Verdict,
)
from agentops.domain.storable import storable
from agentops.domain.tiers import ActionTier
from agentops.domain.transcript import CallView
from agentops.models import ToolCall
from agentops.models.prepared import insert_row
from agentops.models.rows import RunRow

SHORTEST_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One call as the model asked for it, made ready by the loop.

    `refusal` is set where it cannot even be put to the gate: unknown tool, unreadable arguments, text that must not
    leave. `floor` None means that nobody classified the tool. `acts` says that it changes something or lets something
    out, `untrusted` that its result may hold free text of others, `facts` what its toolset knows of it.
    """

    tool_use_id: str
    tool: str
    arguments: str
    digest: str
    floor: ActionTier | None = None
    effect: Effect = Effect.NON_IDEMPOTENT
    hands_off: bool = False
    acts: bool = True
    untrusted: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    card: Card | None = None
    findings: tuple[dict[str, Any], ...] = ()
    refusal: ToolResult | None = None


@dataclass(frozen=True, slots=True)
class Gated:
    """A proposal with the gate's verdict and the facts it was judged by; `result` is there where the call is refused.

    `confirmers` is how many people have to say yes, `ask_requester` whether the caller is asked first,
    `expires_minutes` how long its tool's requests wait at most.
    """

    proposal: Proposal
    verdict: Verdict
    status: CallStatus
    facts: Mapping[str, Any]
    result: ToolResult | None = None
    confirmers: int = 1
    ask_requester: bool = False
    expires_minutes: int | None = None

    @property
    def waits(self) -> bool:
        """Whether the caller or staff have to answer it."""
        return self.status in {CallStatus.ASKING, CallStatus.AWAITING}


def _deadline(gated: Gated, *, run: RunRow) -> datetime:
    """Until when a person may answer: as long as it is of use, else as long as such a task may wait, and never longer
    than the tool's policy lets anything wait.
    """
    card = gated.proposal.card
    if card is None or card.answer_by is None:
        ends = run.now + timedelta(minutes=run.answer_minutes)
    else:
        ends = max(card.answer_by, run.now + SHORTEST_WAIT)
    longest = gated.expires_minutes
    return ends if longest is None else min(ends, run.now + timedelta(minutes=longest))


def write_call(
    gated: Gated, *, run: RunRow, step_id: int, position: int, supersedes: ToolCall | None = None
) -> CallView:
    """Add the row of a gated call; how long one waits for a person is counted by the database's clock.

    One that `supersedes` another waits no longer than that one would have.
    """
    proposal, card = gated.proposal, gated.proposal.card
    tool, tool_use_id = storable(proposal.tool)[:80], storable(proposal.tool_use_id)[:120]
    ends = _deadline(gated, run=run) if gated.waits else None
    taking_over = {"supersedes_id": supersedes.pk, "expires_at": supersedes.expires_at} if supersedes else {}
    call_id = insert_row(
        ToolCall,
        run_id=run.pk,
        step_id=step_id,
        position=position,
        tool_use_id=tool_use_id,
        tool=tool,
        arguments=proposal.arguments,
        digest=proposal.digest,
        tier=gated.verdict.tier.value,
        effect=proposal.effect.value,
        hands_off=proposal.hands_off,
        rule=gated.verdict.rule[:600],
        facts=storable(dict(gated.facts)),
        untrusted=proposal.untrusted,
        card=storable(card.stored) if card else None,
        findings=list(proposal.findings),
        keeps=card.keeps if card else "",
        status=gated.status.value,
        confirmers=gated.confirmers,
        ask_requester=gated.ask_requester,
        result=storable(gated.result.stored) if gated.result else None,
        proposed_at=run.now,
        finished_at=run.now if gated.result else None,
        **{"expires_at": ends, **taking_over},
    )
    return CallView(
        id=call_id,
        tool_use_id=tool_use_id,
        tool=tool,
        arguments=proposal.arguments,
        digest=proposal.digest,
        tier=gated.verdict.tier,
        effect=proposal.effect,
        status=gated.status,
        version=1,
        hands_off=proposal.hands_off,
        confirmers=gated.confirmers,
        facts=gated.facts,
        untrusted=proposal.untrusted,
        doing=card.doing if card else "",
        done=card.done if card else "",
        result=gated.result,
    )
