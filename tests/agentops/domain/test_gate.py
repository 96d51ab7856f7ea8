"""The gate: what runs at once, what waits, what is refused."""

from hypothesis import given
from hypothesis import strategies as st

from agentops.domain.tiers import ActionTier, Gate, effective_tier, judge_call, read_tier

tiers = st.sampled_from(ActionTier)


def test_what_cannot_be_read_as_a_tier_is_destructive() -> None:
    for value in ("", None, "harmless", "READ", "safe "):
        assert read_tier(value) is ActionTier.DESTRUCTIVE


@given(floor=tiers, configured=st.one_of(tiers.map(str), st.text(), st.none()))
def test_no_setting_makes_a_tool_milder_than_its_floor(floor: ActionTier, configured: str | None) -> None:
    assert effective_tier(floor=floor, configured=configured).rank >= floor.rank


@given(configured=st.one_of(tiers.map(str), st.none()))
def test_a_tool_that_nobody_classified_is_destructive_whatever_is_configured(configured: str | None) -> None:
    assert effective_tier(floor=None, configured=configured) is ActionTier.DESTRUCTIVE


@given(tier=tiers, permitted=st.frozensets(tiers), enabled=st.booleans(), approvable=st.booleans())
def test_nothing_runs_without_a_person_unless_it_is_permitted_enabled_and_harmless(
    tier: ActionTier, permitted: frozenset[ActionTier], enabled: bool, approvable: bool
) -> None:
    verdict = judge_call(tier=tier, permitted=permitted, enabled=enabled, approvable=approvable)
    if verdict.gate is Gate.ALLOW:
        assert enabled and tier in permitted and tier in {ActionTier.READ, ActionTier.SAFE}
    if verdict.gate is Gate.REFUSE:
        assert verdict.code


@given(tier=tiers, stricter=tiers, enabled=st.booleans())
def test_tightening_never_opens_the_gate(tier: ActionTier, stricter: ActionTier, enabled: bool) -> None:
    if stricter.rank < tier.rank:
        return
    everything = frozenset(ActionTier)
    before = judge_call(tier=tier, permitted=everything, enabled=enabled, approvable=True)
    after = judge_call(tier=stricter, permitted=everything, enabled=enabled, approvable=True)
    assert not (before.gate is not Gate.ALLOW and after.gate is Gate.ALLOW)
