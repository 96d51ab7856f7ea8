"""The judgement of a call: by policy, rules, facts and taint. Pure, so that a recorded call can be judged again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic_core import from_json

from agentops.domain.holds import usual_seconds
from agentops.domain.phrases import join_phrases, say, sayable
from agentops.domain.policy.rules import Confirmation, Kind, Rule, Subject
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.tiers import ActionTier, effective_tier

ACTS, APPROVABLE, TWO_PEOPLE, UNTRUSTED = "acts", "approvable", "two_people", "untrusted_text"
ANY_TIER = frozenset(ActionTier)
TAINTED = say("The assistant has read free text that anybody may have written, so a person decides.")
TWO_BY_POLICY = say("The rule for this tool asks for two people.")
UNTRUSTED_READ = Subject(
    source="fact", name=UNTRUSTED, kind=Kind.TRUTH, words=sayable("the assistant has read free text of others")
)
"""A fact that the machine itself knows of every call."""


class Gate(StrEnum):
    """What the gate says of a call: run it, let a person decide, or refuse it. Order is order of strictness."""

    ALLOW = "allow"
    ASK = "ask"
    REFUSE = "refuse"

    @property
    def rank(self) -> int:
        """0 for allow up to 2 for refuse."""
        return list(Gate).index(self)


class AskedCall(NamedTuple):
    """A call as much as a judgement needs of it, whether it is proposed now or was recorded last month.

    `arguments` is the stored JSON; it is read only where a rule looks at it. What is missing among the facts counts
    as the worse: unknown whether it acts is acting, unknown whether text of others was read is read.
    """

    arguments: str
    facts: Mapping[str, Any]

    @property
    def acts(self) -> bool:
        """Whether it changes something, or lets something out."""
        return self.facts.get(ACTS) is not False

    @property
    def approvable(self) -> bool:
        """Whether a person can read what they would say yes to."""
        return self.facts.get(APPROVABLE) is True

    @property
    def delicate(self) -> bool:
        """Whether the tool itself asks for two people."""
        return self.facts.get(TWO_PEOPLE) is True

    @property
    def tainted(self) -> bool:
        """Whether it acts after the run read untrusted free text."""
        return self.acts and self.facts.get(UNTRUSTED) is not False

    def read_arguments(self) -> Mapping[str, Any]:
        """The arguments as values; none where they cannot be read."""
        try:
            found = from_json(self.arguments)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer. `rule` is what a person reads under "Why it needs you"; `code` names a refusal.

    `confirmers` is how many people have to say yes, `two_people` why it takes two where the policy says so; `rules`
    are the numbers of the rules that applied. A yes is held for `hold_seconds`.
    """

    gate: Gate
    tier: ActionTier
    rule: str
    code: str = ""
    confirmers: int = 0
    hold_seconds: int = 0
    rules: tuple[int, ...] = ()
    two_people: tuple[str, ...] = ()


def judge_call(
    *, call: AskedCall, setting: ToolSetting, floor: ActionTier | None, permitted: Collection[ActionTier]
) -> Verdict:
    """Decide on one well-formed call.

    Order matters: a stopped tool is refused before its tier is looked at; a tier that this task type does not permit
    is refused before anyone is asked.
    """
    tier = effective_tier(floor=floor, configured=setting.tier)
    if not setting.enabled:
        return Verdict(Gate.REFUSE, tier, say("This tool is switched off."), "tool_disabled")
    applying = _find_applying(setting, call) if setting.rules else []
    who = setting.confirmation_at(tier)
    for rule, _ in applying:
        if rule.raises_to and rule.raises_to.rank > tier.rank:
            tier = rule.raises_to
        who = rule.asks if rule.asks.rank > who.rank else who
    if tier not in permitted:
        told = say("This assistant may not do what is “%(tier)s”.", tier=say(tier.words.lower()))
        return Verdict(Gate.REFUSE, tier, told, "tier_not_permitted")
    reasons = [sentence for _, sentence in applying] + ([TAINTED] if call.tainted else [])
    numbers = tuple(rule.number for rule, _ in applying)
    if not reasons and who is Confirmation.NOBODY:
        return Verdict(Gate.ALLOW, tier, say("“%(tier)s” runs without asking.", tier=say(tier.words)))
    pairs = [sentence for rule, sentence in applying if rule.asks is Confirmation.TWO]
    two_people = (*pairs, *([TWO_BY_POLICY] if setting.confirmation is Confirmation.TWO else []))
    return Verdict(
        Gate.ASK,
        tier,
        join_phrases([*reasons, _say_asked(tier, call, alone=not reasons)]),
        confirmers=2 if two_people or call.delicate else 1,
        hold_seconds=usual_seconds(tier) if setting.hold_seconds is None else setting.hold_seconds,
        rules=numbers,
        two_people=two_people,
    )


def needs_more(verdict: Verdict, *, tier: ActionTier, confirmers: int, asked: bool) -> bool:
    """Whether a call that passed the gate earlier, as one of this tier, would now need more than it got or waits for.

    `asked` says whether a person was asked at all.
    """
    if verdict.gate is Gate.REFUSE or (verdict.gate is Gate.ASK and not asked):
        return True
    return verdict.tier.rank > tier.rank or verdict.confirmers > max(confirmers, 1)


def judge_again(
    *, call: AskedCall, setting: ToolSetting, floor: ActionTier | None, tier: ActionTier, confirmers: int, asked: bool
) -> bool:
    """Whether a stored call would need more by this setting. What its type of task permits was looked at before.

    A tool whose floor is not on record is at least what the call was.
    """
    verdict = judge_call(call=call, setting=setting, floor=floor or tier, permitted=ANY_TIER)
    return needs_more(verdict, tier=tier, confirmers=confirmers, asked=asked)


def _find_applying(setting: ToolSetting, call: AskedCall) -> list[tuple[Rule, str]]:
    arguments = call.read_arguments() if setting.reads_arguments else {}
    found = [(rule, rule.apply(arguments=arguments, facts=call.facts)) for rule in setting.rules]
    return [(rule, sentence) for rule, sentence in found if sentence]


def _say_asked(tier: ActionTier, call: AskedCall, *, alone: bool) -> str:
    if not call.approvable:
        return say("Nobody has described this tool in plain words, so it can only be turned down.")
    if tier.needs_person:
        return say("“%(tier)s” always needs a person.", tier=say(tier.words))
    return say("The rule for this tool asks for a person.") if alone else ""
