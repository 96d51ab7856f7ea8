"""Recorded calls judged again: what was judged by the same policy comes out the same, and a running count counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as run_by
from hypothesis import strategies as st

from agentops.domain.policy.counting import Used
from agentops.domain.policy.judging import ANY_TIER, judge_call
from agentops.domain.policy.replaying import JUDGED, Fate, Policies, Recorded, fate_of, replay_calls
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.policy.tally import Tally
from agentops.domain.tiers import ActionTier
from tests.agentops.domain.test_gate import KNOWN, calls, permitted, settings, tiers

calmly = run_by(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""However busy the machine is."""

START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def recorded(number: int, *, fate: Fate = Fate.RAN, **more: Any) -> Recorded:
    values = {"run": 1, "tool": "act", "task": "toying", "arguments": "{}", "facts": KNOWN, "at": START}
    return Recorded(number, fate=fate, **{**values, **more})


def replay(calls: list[Recorded], setting: ToolSetting, *, floor: ActionTier = ActionTier.READ) -> list[Fate]:
    policies = Policies({"act": (setting, floor)}, {"toying": ANY_TIER})
    return [ruling.fate for ruling in replay_calls(calls, policies=policies)]


@calmly
@given(setting=settings, floor=tiers, permitted=permitted, asked=st.lists(calls(), min_size=1, max_size=6))
def test_replay_of_the_unchanged_policy_changes_nothing(
    setting: ToolSetting, floor: ActionTier, permitted: frozenset[ActionTier], asked: list[Any]
) -> None:
    """For any policy and any calls that were judged by it: however many are judged together."""
    setting = setting.model_copy(update={"per_run": None, "per_day": None})
    then = [judge_call(call=one, setting=setting, floor=floor, permitted=permitted) for one in asked]
    known = [
        recorded(number, fate=fate_of(verdict), arguments=one.arguments, facts=one.facts)
        for number, (one, verdict) in enumerate(zip(asked, then, strict=True))
        if one.facts
    ]
    policies = Policies({"act": (setting, floor)}, {"toying": permitted})
    rulings = list(replay_calls(known, policies=policies))
    assert [ruling.fate for ruling in rulings] == [call.fate for call in known]
    assert all(ruling.fate in JUDGED for ruling in rulings)


def test_a_call_of_before_the_facts_were_kept_is_never_guessed() -> None:
    old, new = recorded(1, facts={}), recorded(2)
    assert replay([old, new], ToolSetting(tier="destructive")) == [Fate.UNKNOWN, Fate.ASKED]


def test_what_was_turned_away_for_what_it_was_stays_so_under_any_policy() -> None:
    assert replay([recorded(1, fate=Fate.OTHER)], ToolSetting(tier="read")) == [Fate.OTHER]


def test_a_stored_one_is_not_taken_for_a_yes_that_was_judged_before() -> None:
    """Equal to Python, not to the gate: only a real no means that a call does not act."""
    no, zero = ({**KNOWN, "acts": value, "untrusted_text": True} for value in (False, 0))
    assert replay([recorded(1, facts=no), recorded(2, facts=zero)], ToolSetting(tier="safe")) == [Fate.RAN, Fate.ASKED]


def test_a_call_is_not_judged_by_another_that_differs_in_one_fact() -> None:
    """Equal calls are judged once; what the gate looks at makes them different."""
    differing = [{**KNOWN, name: not KNOWN[name]} for name in ("acts", "untrusted_text", "two_people", "approvable")]
    both = [KNOWN, *differing]
    for tier in ("safe", "risky"):
        setting = ToolSetting(tier=tier)
        alone = [replay([recorded(1, facts=facts)], setting) for facts in both]
        together = replay([recorded(number, facts=facts) for number, facts in enumerate(both)], setting)
        assert together == [fate for (fate,) in alone]


def test_a_bound_of_the_new_setting_refuses_one_call_more_and_counts_no_more_than_it_lets_in() -> None:
    hours = [START + timedelta(minutes=25 * number) for number in range(5)]
    five = [recorded(number, run=number, at=at) for number, at in enumerate(hours)]
    fates = replay(five, ToolSetting(tier="safe", per_hour=2))
    assert fates == [Fate.RAN, Fate.RAN, Fate.REFUSED, Fate.RAN, Fate.RAN]


def test_what_came_to_nothing_uses_a_bound_up_only_until_then() -> None:
    turned_down = recorded(1, over_at=START + timedelta(minutes=10))
    soon = recorded(2, run=2, at=START + timedelta(minutes=5))
    later = recorded(3, run=3, at=START + timedelta(minutes=15))
    assert replay([turned_down, soon, later], ToolSetting(tier="safe", per_day=1)) == [
        Fate.RAN, Fate.REFUSED, Fate.RAN,
    ]  # fmt: skip


def test_calls_of_the_day_before_count_towards_a_bound_and_are_not_listed() -> None:
    before = recorded(1, early=True, at=START - timedelta(minutes=30))
    assert replay([before, recorded(2, run=2)], ToolSetting(tier="safe", per_hour=1)) == [Fate.REFUSED]


moments = st.lists(st.integers(0, 3_000), min_size=1, max_size=30).map(sorted)


@calmly
@given(
    minutes=moments,
    data=st.lists(
        st.tuples(st.integers(1, 3), st.sampled_from([None, "7", "8"]), st.none() | st.integers(0, 500)), min_size=30
    ),
)
def test_a_running_count_is_what_counting_anew_would_give(
    minutes: list[int], data: list[tuple[int, str | None, int | None]]
) -> None:
    tally = Tally()
    kept: list[tuple[int, str | None, datetime, datetime | None]] = []
    for number, (minute, (run, patient, lasts)) in enumerate(zip(minutes, data, strict=False)):
        at = START + timedelta(minutes=minute)
        alive = [one for one in kept if one[3] is None or one[3] > at]
        day = [one for one in alive if one[2] > at - timedelta(days=1)]
        assert tally.used(run=run, patient=patient, at=at) == Used(
            run=sum(one[0] == run for one in alive),
            hour=sum(one[2] > at - timedelta(hours=1) for one in alive),
            day=len(day),
            patient_day=sum(one[1] == patient for one in day) if patient else 0,
        )
        over_at = None if lasts is None else at + timedelta(minutes=lasts)
        kept.append((run, patient, at, over_at))
        tally.add(number, run=run, patient=patient, at=at, over_at=over_at)
