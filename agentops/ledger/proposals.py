"""A call on its way into the rows, and the gate it passes there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from agentops.domain.cards import Card
from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.outcomes import ToolResult, failure
from agentops.domain.storable import storable
from agentops.domain.tiers import ActionTier, Gate, Verdict, effective_tier, judge_call
from agentops.domain.transcript import CallView, Transcript, unchanged_repeats, was_turned_down
from agentops.ledger.stops import tool_stop
from agentops.models import ToolCall
from agentops.models.prepared import insert_row
from agentops.models.rows import POLICY, PolicyRow, RunRow

SHORTEST_WAIT = timedelta(minutes=5)
MOST_WAITING = 5
"""Calls of one run that may wait for a person at once: a flood of harmless ones must not hide the one that is not."""

TWO_BY_POLICY = "The rule for this tool asks for two people."
REQUESTER_CHANNELS = frozenset({"phone", "text", "online"})
"""Where somebody speaks or writes to us, who can be asked. At the desk staff talk to them themselves."""

SAID_TWICE = "The assistant asked for exactly this twice at once."


@dataclass(frozen=True, slots=True)
class Proposal:
    """One call as the model asked for it, made ready by the loop.

    `refusal` is set where it cannot even be put to the gate: unknown tool, unreadable arguments, text that must not
    leave. `floor` None means that nobody classified the tool.
    """

    tool_use_id: str
    tool: str
    arguments: str
    digest: str
    floor: ActionTier | None = None
    effect: Effect = Effect.NON_IDEMPOTENT
    hands_off: bool = False
    card: Card | None = None
    findings: tuple[dict[str, Any], ...] = ()
    refusal: ToolResult | None = None


@dataclass(frozen=True, slots=True)
class Gated:
    """A proposal with the gate's verdict; `result` is there where the call is refused.

    `confirmers` is how many people have to say yes.
    """

    proposal: Proposal
    verdict: Verdict
    status: CallStatus
    result: ToolResult | None = None
    confirmers: int = 1
    ask_requester: bool = False

    @property
    def waits(self) -> bool:
        """Whether the caller or staff have to answer it."""
        return self.status in {CallStatus.ASKING, CallStatus.AWAITING}


def gate_proposals(
    *, proposals: list[Proposal], transcript: Transcript, tiers: frozenset[ActionTier], channel: str = ""
) -> list[Gated]:
    """Put every call of one reply through the gate, by the policy as it stands in this transaction."""
    names = {proposal.tool for proposal in proposals}
    policies = {name: POLICY.row(tool=name) for name in names}
    left = transcript.limits.tool_calls - transcript.spent.tool_calls
    waiting = sum(call.status in {CallStatus.ASKING, CallStatus.AWAITING} for call in transcript.calls)
    gated: list[Gated] = []
    for proposal in proposals:
        room = left > 0
        one = _gate_one(
            proposal, policies=policies, transcript=transcript, tiers=tiers, room=room, channel=channel
        )
        if one.waits and waiting >= MOST_WAITING:
            one = replace(one, status=CallStatus.REFUSED, result=_too_many_waiting(proposal.tool))
        if one.waits and any(_is_same(one, other) for other in gated):
            one = replace(one, verdict=replace(one.verdict, rule=f"{SAID_TWICE} {one.verdict.rule}"))
        left -= one.status is not CallStatus.REFUSED
        waiting += one.waits
        gated.append(one)
    return gated


def _is_same(one: Gated, other: Gated) -> bool:
    return other.waits and other.proposal.digest == one.proposal.digest


def _gate_one(
    proposal: Proposal,
    *,
    policies: Mapping[str, PolicyRow | None],
    transcript: Transcript,
    tiers: frozenset[ActionTier],
    room: bool,
    channel: str,
) -> Gated:
    policy = policies.get(proposal.tool)
    tier = effective_tier(floor=proposal.floor, configured=policy.tier if policy else None)
    verdict = judge_call(
        tier=tier,
        permitted=tiers,
        enabled=policy.enabled if policy else True,
        approvable=bool(proposal.card and proposal.card.approvable),
    )
    stop = tool_stop(proposal.tool, policy=policy)
    result = proposal.refusal or stop or _refuse(proposal, verdict=verdict, transcript=transcript, room=room)
    if result:
        return Gated(proposal, verdict, CallStatus.REFUSED, result)
    if verdict.gate is Gate.ASK:
        return ask_people(proposal, verdict, policy=policy, channel=channel)
    return _allow(proposal, verdict)


def _allow(proposal: Proposal, verdict: Verdict) -> Gated:
    return Gated(proposal, verdict, CallStatus.ALLOWED)


def ask_people(proposal: Proposal, verdict: Verdict, *, policy: PolicyRow | None, channel: str) -> Gated:
    """The call waits for a yes: of two people where its tool's policy says so, or a rule on what it would do; of the
    caller before them where the policy says that and somebody is there to be asked.
    """
    card = proposal.card or Card(title=proposal.tool)
    reasons = [*card.two_people, *([TWO_BY_POLICY] if policy and policy.confirmers > 1 else [])]
    proposal = replace(proposal, card=card.model_copy(update={"two_people": reasons}))
    asks = bool(policy and policy.ask_requester and channel in REQUESTER_CHANNELS and card.approvable)
    status = CallStatus.ASKING if asks else CallStatus.AWAITING
    return Gated(proposal, verdict, status, confirmers=2 if reasons else 1, ask_requester=asks)


def _refuse(proposal: Proposal, *, verdict: Verdict, transcript: Transcript, room: bool) -> ToolResult | None:
    if verdict.gate is Gate.REFUSE:
        return failure(
            verdict.code,
            f"{proposal.tool} was not run. {verdict.rule}",
            "Do not try it again. Use another tool, or call escalate_to_human and say what is needed.",
        )
    if was_turned_down(transcript, digest=proposal.digest):
        return failure(
            "already_rejected",
            "Staff turned this very call down earlier in this run. It was not put to them again.",
            "Propose something else that answers their reason, or tell the caller that it was not done.",
        )
    if unchanged_repeats(transcript, digest=proposal.digest) >= max(transcript.limits.identical_calls - 1, 1):
        return failure(
            "repeated_call",
            "The same call with the same arguments brought the same result before.",
            "Answer with what is known.",
        )
    if not room:
        return failure(
            "tool_call_limit",
            f"This run may make {transcript.limits.tool_calls} tool calls and has made them.",
            "Answer with what is known.",
        )
    return None


def _too_many_waiting(tool: str) -> ToolResult:
    return failure(
        "too_many_waiting",
        f"{tool} was not put to staff: {MOST_WAITING} calls of this run wait for a person already.",
        "Wait for what staff say to those, then propose what is still needed, a few at a time.",
    )


def _deadline(card: Card | None, *, run: RunRow) -> datetime:
    """Until when a person may answer: as long as it is of use, else as long as such a task may wait."""
    if card is None or card.answer_by is None:
        return run.now + timedelta(minutes=run.answer_minutes)
    return max(card.answer_by, run.now + SHORTEST_WAIT)


def write_call(
    gated: Gated, *, run: RunRow, step_id: int, position: int, supersedes: ToolCall | None = None
) -> CallView:
    """Add the row of a gated call; how long one waits for a person is counted by the database's clock.

    One that `supersedes` another waits no longer than that one would have.
    """
    proposal, card = gated.proposal, gated.proposal.card
    tool, tool_use_id = storable(proposal.tool)[:80], storable(proposal.tool_use_id)[:120]
    ends = _deadline(card, run=run) if gated.waits else None
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
        rule=gated.verdict.rule,
        card=storable(card.model_dump(mode="json")) if card else None,
        findings=list(proposal.findings),
        keeps=card.keeps if card else "",
        status=gated.status.value,
        confirmers=gated.confirmers,
        ask_requester=gated.ask_requester,
        result=storable(gated.result.model_dump(mode="json")) if gated.result else None,
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
        doing=card.doing if card else "",
        done=card.done if card else "",
        result=gated.result,
    )
