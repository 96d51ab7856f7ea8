"""A policy judged by what happened: recorded calls pass the gate once more, in the order in which they came."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from agentops.domain.policy.counting import PATIENT, find_used_up
from agentops.domain.policy.judging import AskedCall, Gate, Verdict, judge_call
from agentops.domain.policy.rules import Condition
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.policy.tally import Tally
from agentops.domain.tiers import ActionTier


class Fate(StrEnum):
    """What the gate makes of a call. Order of definition is order of strictness.

    UNKNOWN is a call of before the facts were kept: nobody can judge it again. OTHER is one that was turned away for
    what it was, whatever the policy says: unreadable, asked twice, stopped.
    """

    RAN = "ran"
    ASKED = "asked"
    TWO = "two"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    OTHER = "other"


JUDGED = (Fate.RAN, Fate.ASKED, Fate.TWO, Fate.REFUSED)


class Recorded(NamedTuple):
    """A call as it stands in the rows. It used up its share of a bound until `over_at`; None: for good.

    `answer` is what people said where they were asked. One that `follows` another took its place because a person
    changed it: it is counted, but never judged by itself. `early` ones happened before the time that is looked at, and
    only count towards the bounds.
    """

    id: int
    run: int
    tool: str
    task: str
    arguments: str
    facts: Mapping[str, Any]
    fate: Fate
    at: datetime
    answer: str = ""
    over_at: datetime | None = None
    follows: int | None = None
    early: bool = False


class Ruling(NamedTuple):
    """What one recorded call would come to; `verdict` is None where it cannot be judged, `bound` where it was full."""

    call: Recorded
    fate: Fate
    verdict: Verdict | None = None
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Policies:
    """What calls are judged by: each tool's setting with its floor, and the tiers that each type of task permits."""

    tools: Mapping[str, tuple[ToolSetting, ActionTier | None]]
    tasks: Mapping[str, Collection[ActionTier]]

    def of(self, tool: str) -> tuple[ToolSetting, ActionTier | None]:
        """A tool's setting and floor; one that nobody knows has neither, and so is destructive."""
        return self.tools.get(tool, (ToolSetting(), None))


def fate_of(verdict: Verdict) -> Fate:
    """What a verdict makes of a call."""
    if verdict.gate is Gate.REFUSE:
        return Fate.REFUSED
    if verdict.gate is Gate.ALLOW:
        return Fate.RAN
    return Fate.TWO if verdict.confirmers > 1 else Fate.ASKED


def replay_calls(calls: Iterable[Recorded], *, policies: Policies) -> Iterator[Ruling]:
    """What each call would come to. Where a tool has bounds, the calls have to come in the order of their time."""
    judges = {tool: _Judge(policies.of(tool), policies.tasks) for tool in policies.tools}
    for call in calls:
        judge = judges.get(call.tool)
        if judge is None:
            judge = judges[call.tool] = _Judge(policies.of(call.tool), policies.tasks)
        ruling = judge.rule_on(call)
        if ruling is not None:
            yield ruling


@dataclass(slots=True)
class _Judge:
    """Judges the calls of one tool: equal ones once, and counts them where the setting has bounds."""

    policy: tuple[ToolSetting, ActionTier | None]
    tasks: Mapping[str, Collection[ActionTier]]
    conditions: tuple[Condition, ...] = ()
    known: dict[tuple[Any, ...], Verdict] = field(default_factory=dict)
    tally: Tally | None = None

    def __post_init__(self) -> None:
        setting, _ = self.policy
        self.conditions = tuple(dict.fromkeys(one for rule in setting.rules for one in rule.conditions))
        self.tally = Tally() if setting.bounded else None

    def rule_on(self, call: Recorded) -> Ruling | None:
        """None for what is counted only."""
        if call.early or call.follows is not None:
            self._count(call, let_in=call.fate in {Fate.RAN, Fate.ASKED, Fate.TWO})
            return None
        if call.fate is Fate.OTHER:
            return Ruling(call, Fate.OTHER)
        if not call.facts:
            self._count(call, let_in=call.fate is not Fate.REFUSED)
            return Ruling(call, Fate.UNKNOWN)
        verdict = self._judge(call)
        if verdict.gate is not Gate.REFUSE and self.tally is not None:
            full = find_used_up(self.policy[0], used=self.tally.used(run=call.run, patient=_patient(call), at=call.at))
            if full:
                return Ruling(call, Fate.REFUSED, verdict, f"{full.bound:,} {full.words}")
            self._count(call, let_in=True)
        return Ruling(call, fate_of(verdict), verdict)

    def _judge(self, call: Recorded) -> Verdict:
        """By what each condition comes to, not by the values: those are nearly all different."""
        facts, asked = call.facts, AskedCall(call.arguments, call.facts)
        arguments = asked.read_arguments() if call.arguments else {}
        key = (
            call.task,
            asked.acts,
            asked.approvable,
            asked.delicate,
            asked.tainted,
            *[one.check(arguments=arguments, facts=facts) for one in self.conditions],
        )
        verdict = self.known.get(key)
        if verdict is None:
            setting, floor = self.policy
            permitted = self.tasks.get(call.task, ())
            verdict = judge_call(call=asked, setting=setting, floor=floor, permitted=permitted)
            self.known[key] = verdict
        return verdict

    def _count(self, call: Recorded, *, let_in: bool) -> None:
        if self.tally is None or not let_in:
            return
        if call.follows is not None and not self.tally.knows(call.follows):
            return
        over_at = None if call.fate is Fate.REFUSED else call.over_at
        self.tally.add(call.id, run=call.run, patient=_patient(call), at=call.at, over_at=over_at)


def _patient(call: Recorded) -> str | None:
    patient = call.facts.get(PATIENT)
    return None if patient is None else str(patient)
