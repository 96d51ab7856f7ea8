"""The gate that every call of a reply passes, by the policies as they stand in this transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agentops.domain.cards import Card
from agentops.domain.lifecycle import CallStatus
from agentops.domain.outcomes import ToolResult, failure
from agentops.domain.phrases import join_phrases, say
from agentops.domain.policy.counting import PATIENT
from agentops.domain.policy.judging import (
    ACTS,
    APPROVABLE,
    TWO_PEOPLE,
    UNTRUSTED,
    AskedCall,
    Gate,
    Verdict,
    judge_call,
)
from agentops.domain.policy.settings import REQUESTER_CHANNELS, ToolSetting
from agentops.domain.tiers import ActionTier
from agentops.domain.transcript import Transcript, unchanged_repeats, was_turned_down
from agentops.ledger.bounds import Coming, queue_for_bounds, refuse_one_more
from agentops.ledger.proposals import Gated, Proposal
from agentops.ledger.stops import tool_stop
from agentops.models.rows import POLICY, PolicyRow, RunRow

MOST_WAITING = 5
"""Calls of one run that may wait for a person at once: a flood of harmless ones must not hide the one that is not."""

SAID_TWICE = say("The assistant asked for exactly this twice at once.")


@dataclass(frozen=True, slots=True)
class _Reply:
    """What the gate knows when it looks at the calls of one reply: the policies as they stand in this transaction."""

    policies: Mapping[str, PolicyRow | None]
    settings: Mapping[str, ToolSetting]
    transcript: Transcript
    tainted: bool
    run: RunRow


def gate_proposals(*, proposals: list[Proposal], transcript: Transcript, run: RunRow) -> list[Gated]:
    """Put every call of one reply through the gate, by the policy as it stands in this transaction."""
    reply = _read_policies({proposal.tool for proposal in proposals}, transcript=transcript, run=run)
    left = transcript.limits.tool_calls - transcript.spent.tool_calls
    waiting = sum(call.status in {CallStatus.ASKING, CallStatus.AWAITING} for call in transcript.calls)
    gated: list[Gated] = []
    for proposal in proposals:
        one = _gate_one(proposal, reply=reply, gated=gated, room=left > 0)
        if one.waits and waiting >= MOST_WAITING:
            one = replace(one, status=CallStatus.REFUSED, result=_too_many_waiting(proposal.tool))
        if one.waits and any(_is_same(one, other) for other in gated):
            one = _ask_twice(one)
        left -= one.status is not CallStatus.REFUSED
        waiting += one.waits
        gated.append(one)
    return gated


def _read_policies(tools: set[str], *, transcript: Transcript, run: RunRow) -> _Reply:
    """The policies of these tools; where calls are counted, nobody else counts them until this transaction ends."""
    policies = {name: POLICY.row(tool=name) for name in tools}
    settings = {name: setting_of(policy) for name, policy in policies.items()}
    counted = [name for name, setting in settings.items() if setting.bounded]
    if counted:
        queue_for_bounds(counted)
    return _Reply(policies, settings, transcript, transcript.tainted, run)


def setting_of(policy: PolicyRow | None) -> ToolSetting:
    """What an admin decided; a tool that nobody decided about has the empty setting, and so is destructive."""
    return policy.setting if policy else ToolSetting()


def _ask_twice(one: Gated) -> Gated:
    """The same call a second time: whoever reads it is told so."""
    rule, card = join_phrases([SAID_TWICE, one.verdict.rule]), one.proposal.card
    told = replace(one.proposal, card=card.model_copy(update={"why": rule}) if card else None)
    return replace(one, proposal=told, verdict=replace(one.verdict, rule=rule))


def _is_same(one: Gated, other: Gated) -> bool:
    return other.waits and other.proposal.digest == one.proposal.digest


def facts_of(proposal: Proposal, *, tainted: bool) -> dict[str, Any]:
    """What the call is judged by, besides its arguments: what its toolset says of it, and what the machine knows."""
    card = proposal.card
    return {
        **proposal.facts,
        ACTS: proposal.acts,
        APPROVABLE: bool(card and card.approvable),
        TWO_PEOPLE: bool(card and card.two_people),
        UNTRUSTED: tainted,
    }


def judge_proposal(
    proposal: Proposal, *, facts: Mapping[str, Any], setting: ToolSetting, permitted: frozenset[ActionTier]
) -> Verdict:
    """The gate's verdict on a call that is made ready."""
    call = AskedCall(proposal.arguments, facts)
    return judge_call(call=call, setting=setting, floor=proposal.floor, permitted=permitted)


def _gate_one(proposal: Proposal, *, reply: _Reply, gated: list[Gated], room: bool) -> Gated:
    setting, transcript = reply.settings[proposal.tool], reply.transcript
    facts = facts_of(proposal, tainted=reply.tainted)
    verdict = judge_proposal(proposal, facts=facts, setting=setting, permitted=reply.run.tiers)
    stop = tool_stop(proposal.tool, policy=reply.policies[proposal.tool])
    result = proposal.refusal or stop or _refuse(proposal, verdict=verdict, transcript=transcript, room=room)
    coming = Coming(proposal.tool, _patient(facts), _beside(proposal, gated))
    result = result or refuse_one_more(coming, setting=setting, transcript=transcript, now=reply.run.now)
    if result:
        return Gated(proposal, verdict, CallStatus.REFUSED, facts, result)
    if verdict.gate is Gate.ASK:
        return ask_people(proposal, verdict, facts=facts, setting=setting, channel=reply.run.channel)
    return Gated(proposal, verdict, CallStatus.ALLOWED, facts)


def _patient(facts: Mapping[str, Any]) -> str | None:
    patient = facts.get(PATIENT)
    return None if patient is None else str(patient)


def _beside(proposal: Proposal, gated: list[Gated]) -> tuple[str | None, ...]:
    let_in = [one for one in gated if one.status is not CallStatus.REFUSED and one.proposal.tool == proposal.tool]
    return tuple(_patient(one.facts) for one in let_in)


def ask_people(
    proposal: Proposal, verdict: Verdict, *, facts: Mapping[str, Any], setting: ToolSetting, channel: str
) -> Gated:
    """The call waits for a yes: of two people where its tool's policy says so, or a rule on what it would do; of the
    caller before them where the policy says that and somebody is there to be asked.
    """
    card = proposal.card or Card(title=proposal.tool)
    reasons = [*card.two_people, *verdict.two_people]
    proposal = replace(proposal, card=card.model_copy(update={"two_people": reasons, "why": verdict.rule}))
    asks = setting.ask_requester and channel in REQUESTER_CHANNELS and card.approvable
    return Gated(
        proposal,
        verdict,
        CallStatus.ASKING if asks else CallStatus.AWAITING,
        facts,
        confirmers=2 if reasons else 1,
        ask_requester=asks,
        expires_minutes=setting.expires_minutes,
    )


def _refuse(proposal: Proposal, *, verdict: Verdict, transcript: Transcript, room: bool) -> ToolResult | None:
    if verdict.gate is Gate.REFUSE:
        return failure(
            verdict.code,
            say("%(tool)s was not run. %(rule)s", tool=proposal.tool, rule=verdict.rule),
            "Do not try it again. Use another tool, or call escalate_to_human and say what is needed.",
        )
    if was_turned_down(transcript, digest=proposal.digest):
        return failure(
            "already_rejected",
            say("Staff turned this very call down earlier in this run. It was not put to them again."),
            "Propose something else that answers their reason, or tell the caller that it was not done.",
        )
    if unchanged_repeats(transcript, digest=proposal.digest) >= max(transcript.limits.identical_calls - 1, 1):
        return failure(
            "repeated_call",
            say("The same call with the same arguments brought the same result before."),
            "Answer with what is known.",
        )
    if not room:
        return failure(
            "tool_call_limit",
            say(
                "This run may make %(tool_calls)s tool calls and has made them.",
                tool_calls=transcript.limits.tool_calls,
            ),
            "Answer with what is known.",
        )
    return None


def _too_many_waiting(tool: str) -> ToolResult:
    return failure(
        "too_many_waiting",
        say(
            "%(tool)s was not put to staff: %(most_waiting)s calls of this run wait for a person already.",
            tool=tool,
            most_waiting=MOST_WAITING,
        ),
        "Wait for what staff say to those, then propose what is still needed, a few at a time.",
    )
