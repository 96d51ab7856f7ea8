"""The gate: what runs at once, what waits, what is refused; and that nothing an admin tightens ever opens it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.domain.policy.changes import compare_tools, is_looser, is_stricter
from agentops.domain.policy.judging import (
    ANY_TIER,
    TAINTED,
    AskedCall,
    Gate,
    Verdict,
    judge_call,
    needs_more,
)
from agentops.domain.policy.rules import Condition, Confirmation, Kind, Operator, Rule, Subject
from agentops.domain.policy.settings import Answerers, Expiry, ToolSetting, read_setting
from agentops.domain.tiers import ActionTier, effective_tier, permitted_tiers, read_tier

tiers = st.sampled_from(ActionTier)
permitted = st.sampled_from([frozenset(list(ActionTier)[:n]) for n in range(5)])
SUBJECTS = [
    Subject(source="fact", name="notice_hours", kind=Kind.NUMBER, words="hours of notice"),
    Subject(source="fact", name="new_patient", kind=Kind.TRUTH, words="the patient is new"),
    Subject(source="argument", name="body", kind=Kind.TEXT, words="body"),
    Subject(source="argument", name="minutes", kind=Kind.NUMBER, words="minutes"),
]
NOTICE, NEW, BODY, _ = SUBJECTS
texts = st.sampled_from(["", "a", "ab", "Abc", "b"])
numbers = st.integers(0, 4).map(float)
KNOWN = {"acts": True, "approvable": True, "two_people": False, "untrusted_text": False}


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    subject = draw(st.sampled_from(SUBJECTS))
    operator = draw(st.sampled_from([one for one in Operator if one.kind is subject.kind]))
    value = draw({Kind.TRUTH: st.none(), Kind.NUMBER: numbers, Kind.TEXT: texts}[subject.kind])
    return Condition(subject=subject, operator=operator, value=value)


rules = st.builds(
    Rule,
    number=st.integers(1, 3),
    conditions=st.lists(conditions(), min_size=1, max_size=4).map(tuple),
    tier=st.sampled_from([None, "risky", "destructive"]),
    confirmation=st.sampled_from(["staff", "two"]),
)
bounds = st.none() | st.integers(1, 3)
settings = st.builds(
    ToolSetting,
    tier=st.sampled_from(["", *(tier.value for tier in ActionTier)]),
    enabled=st.booleans(),
    confirmation=st.sampled_from(Confirmation),
    answerers=st.sampled_from(Answerers),
    teams=st.lists(st.sampled_from(["North", "South", "Night"]), max_size=3, unique=True).map(tuple),
    on_expiry=st.sampled_from(Expiry),
    ask_requester=st.booleans(),
    hold_seconds=st.none() | st.integers(0, 120),
    per_run=bounds,
    per_day=bounds,
    rules=st.lists(rules, max_size=3, unique_by=lambda rule: rule.number).map(tuple),
)
anything = st.one_of(st.none(), st.booleans(), numbers, texts)


@st.composite
def calls(draw: st.DrawFn) -> AskedCall:
    told = ("notice_hours", "new_patient")
    facts = {name: draw(anything) for name in told if draw(st.booleans())}
    facts |= {name: draw(st.booleans()) for name in KNOWN if draw(st.booleans())}
    arguments = {name: draw(anything) for name in ("body", "minutes") if draw(st.booleans())}
    return AskedCall(json.dumps(arguments), facts)


def judge(setting: ToolSetting, call: AskedCall, **more: Any) -> Verdict:
    return judge_call(call=call, setting=setting, **{"floor": ActionTier.READ, "permitted": ANY_TIER, **more})


def known(**facts: Any) -> AskedCall:
    return AskedCall("{}", KNOWN | facts)


def rule(*conditions: Condition, number: int = 3, **raises: Any) -> Rule:
    return Rule(number=number, conditions=conditions, **raises)


def under(hours: float) -> Condition:
    return Condition(subject=NOTICE, operator=Operator.UNDER, value=float(hours))


def test_what_cannot_be_read_as_a_tier_is_destructive() -> None:
    for value in ("", None, "harmless", "READ", "safe "):
        assert read_tier(value) is ActionTier.DESTRUCTIVE


@given(floor=tiers, configured=st.one_of(tiers.map(str), st.text(), st.none()))
def test_no_setting_makes_a_tool_milder_than_its_floor(floor: ActionTier, configured: str | None) -> None:
    assert effective_tier(floor=floor, configured=configured).rank >= floor.rank


@given(setting=settings, call=calls())
def test_a_tool_that_nobody_classified_is_destructive_whatever_is_configured(
    setting: ToolSetting, call: AskedCall
) -> None:
    verdict = judge(setting, call, floor=None)
    assert verdict.tier is ActionTier.DESTRUCTIVE and verdict.gate is not Gate.ALLOW


@given(setting=settings, call=calls(), floor=tiers, permitted=permitted)
def test_nothing_runs_without_a_person_unless_it_is_permitted_enabled_and_harmless(
    setting: ToolSetting, call: AskedCall, floor: ActionTier, permitted: frozenset[ActionTier]
) -> None:
    verdict = judge(setting, call, floor=floor, permitted=permitted)
    if verdict.gate is Gate.ALLOW:
        assert setting.enabled and verdict.tier in permitted and verdict.tier in {ActionTier.READ, ActionTier.SAFE}
        assert not verdict.rules and not call.tainted
    if verdict.gate is Gate.REFUSE:
        assert verdict.code


@given(before=settings, after=settings, call=calls(), floor=tiers, permitted=permitted)
def test_a_change_that_is_not_looser_opens_no_gate_and_asks_no_fewer_people(
    before: ToolSetting, after: ToolSetting, call: AskedCall, floor: ActionTier, permitted: frozenset[ActionTier]
) -> None:
    """What needs no second admin never gives an agent more room, for any call there can be."""
    if is_looser(compare_tools(before, after, floor=floor)):
        return
    old, new = (judge(one, call, floor=floor, permitted=permitted) for one in (before, after))
    assert new.gate.rank >= old.gate.rank
    if old.gate is new.gate is Gate.ASK:
        assert new.confirmers >= old.confirmers and new.tier.rank >= old.tier.rank


@given(before=settings, after=settings, floor=tiers, rank=st.integers(0, 2), team=st.sampled_from(["", "North", "Day"]))
def test_a_change_that_is_not_looser_lets_nobody_answer_who_might_not_before(
    before: ToolSetting, after: ToolSetting, floor: ActionTier, rank: int, team: str
) -> None:
    """`rank` is that of the strictest circle somebody belongs to; who belongs to it belongs to the wider ones."""
    old, new = (one.answerers.rank <= rank and one.admits(team) for one in (before, after))
    if new and not old:
        assert is_looser(compare_tools(before, after, floor=floor))
    if after.on_expiry.rank < before.on_expiry.rank:
        assert is_looser(compare_tools(before, after, floor=floor)), "nobody is asked to call back any more"
    if old and not new:
        assert after.shuts_out(before), "a yes that they gave is withdrawn"
        assert is_stricter(compare_tools(before, after, floor=floor))


@given(setting=settings, stricter=tiers, call=calls(), floor=tiers, permitted=permitted)
def test_a_stricter_tier_is_never_taken_for_a_looser_change_and_opens_nothing(
    setting: ToolSetting, stricter: ActionTier, call: AskedCall, floor: ActionTier, permitted: frozenset[ActionTier]
) -> None:
    after = setting.model_copy(update={"tier": stricter.value, "hold_seconds": 120})
    before = setting.model_copy(update={"hold_seconds": 120})
    if stricter.rank < effective_tier(floor=floor, configured=setting.tier).rank:
        return
    assert not is_looser(compare_tools(before, after, floor=floor))
    assert (
        judge(after, call, floor=floor, permitted=permitted).gate.rank
        >= judge(before, call, floor=floor, permitted=permitted).gate.rank
    )


@given(setting=settings, added=rules, call=calls(), permitted=permitted)
def test_no_rule_loosens_whatever_it_says_and_whether_or_not_it_can_be_checked(
    setting: ToolSetting, added: Rule, call: AskedCall, permitted: frozenset[ActionTier]
) -> None:
    more = setting.model_copy(update={"rules": (*setting.rules, added)})
    old, new = (judge(one, call, permitted=permitted) for one in (setting, more))
    assert new.gate.rank >= old.gate.rank and new.tier.rank >= old.tier.rank
    assert new.gate is Gate.REFUSE or new.confirmers >= old.confirmers


@given(setting=settings, call=calls(), permitted=permitted)
def test_the_same_policy_judges_a_recorded_call_as_it_did(
    setting: ToolSetting, call: AskedCall, permitted: frozenset[ActionTier]
) -> None:
    verdict = judge(setting, call, permitted=permitted)
    stored = read_setting(json.loads(setting.model_dump_json()))
    again = AskedCall(call.arguments, json.loads(json.dumps(call.facts)))
    assert judge(stored, again, permitted=permitted) == verdict
    asked = verdict.gate is Gate.ASK
    if verdict.gate is not Gate.REFUSE:
        assert not needs_more(verdict, tier=verdict.tier, confirmers=verdict.confirmers, asked=asked)


@given(setting=settings)
def test_a_setting_does_not_differ_from_itself(setting: ToolSetting) -> None:
    assert compare_tools(setting, setting, floor=ActionTier.READ) == []


@pytest.mark.parametrize(
    ("changes", "looser"),
    [
        ({"tier": "safe"}, True),
        ({"tier": "destructive"}, False),
        ({"confirmation": "nobody"}, False),
        ({"confirmation": "nobody", "tier": "safe"}, True),
        ({"confirmation": "two"}, False),
        ({"answerers": "anybody"}, True),
        ({"answerers": "admins"}, False),
        ({"teams": ()}, True),
        ({"teams": ("North",)}, False),
        ({"teams": ("South", "North")}, False),
        ({"teams": ("North", "South", "Night")}, True),
        ({"teams": ("North", "Night")}, True),
        ({"teams": (), "answerers": "admins"}, True),
        ({"one_on_duty": True}, True),
        ({"ask_requester": True}, False),
        ({"hold_seconds": 10}, True),
        ({"hold_seconds": 90}, False),
        ({"per_day": 6}, True),
        ({"per_day": None}, True),
        ({"per_day": 4, "per_run": 1}, False),
        ({"rules": ()}, True),
        ({"rules": (rule(under(24)),)}, True),
        ({"rules": (rule(under(72)),)}, False),
        ({"rules": (rule(under(48), confirmation="two"),)}, False),
        ({"rules": (rule(under(48), number=4),)}, False),
        ({"expires_minutes": 5}, False),
        ({"on_expiry": "go_on"}, True),
    ],
)
def test_more_room_is_told_from_less(changes: dict[str, Any], looser: bool) -> None:
    before = ToolSetting(
        tier="risky",
        confirmation=Confirmation.STAFF,
        answerers=Answerers.LEADERS,
        teams=("North", "South"),
        hold_seconds=30,
        per_day=5,
        rules=(rule(under(48)),),
    )
    after = ToolSetting.model_validate(before.model_dump() | changes)
    assert is_looser(compare_tools(before, after, floor=ActionTier.READ)) is looser


def test_a_rule_is_quoted_by_its_number_and_raises_what_it_says() -> None:
    setting = ToolSetting(tier="risky", rules=(rule(under(48), tier="destructive", confirmation="two"),))
    verdict = judge(setting, known(notice_hours=20))
    assert verdict.rule.startswith("Rule 3: hours of notice under 48.")
    assert (verdict.tier, verdict.confirmers, verdict.rules) == (ActionTier.DESTRUCTIVE, 2, (3,))
    assert judge(setting, known(notice_hours=50)).confirmers == 1


@pytest.mark.parametrize("facts", [{}, {"notice_hours": None}, {"notice_hours": "soon"}, {"notice_hours": True}])
def test_a_rule_that_cannot_be_checked_asks(facts: dict[str, Any]) -> None:
    verdict = judge(ToolSetting(tier="safe", rules=(rule(under(48)),)), known(**facts))
    assert verdict.gate is Gate.ASK
    assert verdict.rule.startswith("Rule 3 could not be checked (hours of notice under 48), so a person decides.")


def test_a_rule_of_several_conditions_is_quoted_with_all_of_them() -> None:
    new, long = Condition(subject=NEW, operator=Operator.YES), Condition(subject=BODY, operator=Operator.IS, value="x")
    assert rule(under(48), new, long).words == "hours of notice under 48 and the patient is new and the text is “x”"


def test_arguments_that_cannot_be_read_make_a_rule_ask() -> None:
    long = Condition(subject=BODY, operator=Operator.CONTAINS, value="urgent")
    verdict = judge(ToolSetting(tier="safe", rules=(rule(long),)), AskedCall("[", KNOWN))
    assert verdict.gate is Gate.ASK and "could not be checked" in verdict.rule


def test_all_conditions_of_a_rule_have_to_hold() -> None:
    new = Condition(subject=NEW, operator=Operator.YES)
    setting = ToolSetting(tier="safe", rules=(rule(under(48), new),))
    assert judge(setting, known(notice_hours=1, new_patient=True)).gate is Gate.ASK
    assert judge(setting, known(notice_hours=1, new_patient=False)).gate is Gate.ALLOW
    assert judge(setting, known(new_patient=False)).gate is Gate.ALLOW, "what is surely not so needs no other fact"


def test_what_acts_after_untrusted_text_was_read_needs_a_person_whatever_its_tier() -> None:
    setting = ToolSetting(tier="safe")
    assert judge(setting, known()).gate is Gate.ALLOW
    verdict = judge(setting, known(untrusted_text=True))
    assert verdict.gate is Gate.ASK and verdict.rule == TAINTED
    assert judge(setting, known(untrusted_text=True, acts=False)).gate is Gate.ALLOW, "a look-up changes nothing"


def test_where_the_caller_is_asked_first_staff_decide_after_them() -> None:
    verdict = judge(ToolSetting(tier="safe", ask_requester=True), known())
    assert (verdict.gate, verdict.confirmers) == (Gate.ASK, 1)


def test_a_policy_that_cannot_be_read_lets_nothing_run() -> None:
    for document in (None, "", {"tier": "read", "rules": [{"number": 1}]}, {"hold_seconds": 9_999}):
        assert judge(read_setting(document), known()).gate is Gate.REFUSE


def test_a_list_of_tiers_with_a_gap_is_read_up_to_the_gap() -> None:
    assert permitted_tiers(["read", "risky"]) == {ActionTier.READ}
    assert permitted_tiers(["safe", "read", "nonsense"]) == {ActionTier.READ, ActionTier.SAFE}
    assert permitted_tiers([]) == frozenset()
