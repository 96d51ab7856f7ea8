"""The models for all types: what a change of them comes to on any day, and that more room is never missed."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agentops.domain.policy.changes import Direction, compare_routing, is_looser
from agentops.domain.policy.task_settings import RouteSetting, RoutingSetting
from agentops.domain.routing import DecisionType

START = date(2026, 1, 1)
days = st.integers(0, 4).map(lambda after: START + timedelta(days=after))
routes = st.builds(
    RouteSetting,
    provider=st.just("offline"),
    decision=st.sampled_from([DecisionType.SELECT_TOOL, DecisionType.GENERATE_RESPONSE]),
    valid_from=days,
    model=st.sampled_from(["one", "two"]),
    max_tokens=st.integers(1, 3),
)
settings = st.lists(routes, max_size=4, unique_by=lambda route: route.place).map(
    lambda found: RoutingSetting(routes=tuple(found))
)


@given(before=settings, after=settings, day=days, decision=st.sampled_from(DecisionType))
def test_whatever_gives_more_tokens_on_any_day_is_looser(
    before: RoutingSetting, after: RoutingSetting, day: date, decision: DecisionType
) -> None:
    was, now = (setting.find("offline", decision, on=day) for setting in (before, after))
    if now and (was is None or now.max_tokens > was.max_tokens):
        assert is_looser(compare_routing(before, after))


@given(setting=settings)
def test_routes_do_not_differ_from_themselves(setting: RoutingSetting) -> None:
    assert compare_routing(setting, setting) == []


def test_another_model_with_as_many_tokens_is_neither_stricter_nor_looser() -> None:
    one = RouteSetting(
        provider="offline", decision=DecisionType.SELECT_TOOL, valid_from=START, model="one", max_tokens=1
    )
    before, after = (RoutingSetting(routes=(each,)) for each in (one, one.model_copy(update={"model": "two"})))
    (difference,) = compare_routing(before, after)
    assert difference.direction is Direction.NEITHER
    assert (difference.before, difference.after) == ("one, 1 tokens", "two, 1 tokens")
