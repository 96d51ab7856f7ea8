"""Our loop in place of the one that was recorded: the same calls, none of the writes, and an end to every runaway.

All 392 recordings take some minutes: `HANDRAIL_REPLAY=all python -m pytest tests/replay`. Otherwise a fixed share of
them is followed, spread over every agent that was recorded.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from agentops.domain.lifecycle import RunStatus
from tests.replay.recordings import (
    DATA,
    ROOMY,
    SERVER,
    Followed,
    Recording,
    follow,
    load_recordings,
    load_tools,
    make_task,
    serve_recordings,
)

pytestmark = [
    pytest.mark.skipif(not (DATA.exists() and SERVER.exists()), reason="the recordings (HANDRAIL_CASES) are not here"),
    pytest.mark.django_db,
    pytest.mark.timeout(1_800),
]
EVERY = 1 if os.environ.get("HANDRAIL_REPLAY") == "all" else 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the replay server."""
    with serve_recordings(tmp_path_factory.mktemp("recordings")) as url:
        yield url


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    """All recordings."""
    return load_recordings()


def choose(recordings: list[Recording]) -> list[Recording]:
    """Every n-th recording of each agent, its first one always."""
    agents = sorted({one.agent for one in recordings})
    return [one for agent in agents for one in [each for each in recordings if each.agent == agent][::EVERY]]


def follow_all(
    recordings: list[Recording], *, server: str, approve: bool, limits: dict[str, int]
) -> Iterator[tuple[Recording, Followed]]:
    """Follow recordings one after another, those with the same tools together."""
    for tools_file, policy in sorted({(one.tools, one.policy) for one in recordings}):
        tools = load_tools(tools_file)
        with tools.plugged_in():
            task = make_task("replaying", policy=policy, **limits)
            for one in recordings:
                if (one.tools, one.policy) == (tools_file, policy):
                    yield one, follow(one, server=server, tools=tools, task=task, approve=approve)


def is_faithful(report: dict[str, Any]) -> bool:
    """Whether the loop sent what was recorded, and made each recorded call once and no other."""
    return not report["differences"] and not report["refused"] and len(report["executed"]) == report["recorded_calls"]


def test_with_every_call_approved_the_loop_does_exactly_what_was_recorded(
    server: str, recordings: list[Recording]
) -> None:
    assert len(recordings) == 392
    chosen = choose(recordings)
    followed = list(follow_all(chosen, server=server, approve=True, limits=ROOMY))
    assert {one.id: it.report for one, it in followed if not is_faithful(it.report)} == {}
    assert sum(it.report["executed_writes"] for _, it in followed) > 0


def test_with_every_call_turned_down_nothing_is_written(server: str, recordings: list[Recording]) -> None:
    reports = [it.report for _, it in follow_all(choose(recordings), server=server, approve=False, limits=ROOMY)]
    assert sum(report["recorded_writes"] for report in reports) > 0
    assert sum(len(report["executed"]) for report in reports) > 0
    assert sum(report["executed_writes"] for report in reports) == 0


def test_every_runaway_ends_inside_the_default_limits_with_a_partial_result(
    server: str, recordings: list[Recording]
) -> None:
    runaways = [one for one in recordings if one.longest_stretch > 15]
    assert len(runaways) == 12
    for _, it in follow_all(runaways, server=server, approve=True, limits={}):
        last = it.runs[-1]
        assert last.status == RunStatus.LIMIT_REACHED
        assert (last.iterations <= 10, last.tool_calls <= 15, last.tokens <= 50_000) == (True, True, True)
        changed = last.calls.filter(tier="risky", status="succeeded").exists()
        assert ("Nothing was changed" in last.answer) is not changed
        assert last.handoff_reason
