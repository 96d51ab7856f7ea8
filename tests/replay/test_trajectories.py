"""Our loop in place of the one that was recorded: the same calls, none of the writes, and an end to every runaway."""

from collections.abc import Iterator

import pytest

from agentops.domain.lifecycle import RunStatus
from tests.replay.recordings import (
    DATA,
    ROOMY,
    SERVER,
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
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the replay server."""
    with serve_recordings(tmp_path_factory.mktemp("recordings")) as url:
        yield url


def group_by_tools(recordings: list[Recording]) -> dict[tuple[str, str], list[Recording]]:
    groups: dict[tuple[str, str], list[Recording]] = {}
    for recording in recordings:
        groups.setdefault((recording.tools, recording.policy), []).append(recording)
    return groups


def test_with_every_call_approved_the_loop_does_exactly_what_was_recorded(server: str) -> None:
    recordings, wrong = load_recordings(), {}
    for (tools_file, policy), group in group_by_tools(recordings).items():
        tools = load_tools(tools_file)
        with tools.plugged_in():
            task = make_task("roomy", policy=policy, **ROOMY)
            for recording in group:
                report = follow(recording, server=server, tools=tools, task=task, approve=True).report
                if report["differences"] or report["refused"] or len(report["executed"]) != report["recorded_calls"]:
                    wrong[recording.id] = report
    assert len(recordings) == 392
    assert not wrong


def test_with_every_call_turned_down_nothing_is_written(server: str) -> None:
    writes = proposed = 0
    for (tools_file, policy), group in group_by_tools(load_recordings()).items():
        tools = load_tools(tools_file)
        with tools.plugged_in():
            task = make_task("roomy", policy=policy, **ROOMY)
            for recording in group:
                report = follow(recording, server=server, tools=tools, task=task, approve=False).report
                writes += report["executed_writes"]
                proposed += report["recorded_writes"]
    assert proposed > 400
    assert writes == 0


def test_every_runaway_ends_inside_its_limits_with_a_partial_result(server: str) -> None:
    runaways = [recording for recording in load_recordings() if recording.longest_stretch > 15]
    assert len(runaways) == 12
    for (tools_file, policy), group in group_by_tools(runaways).items():
        tools = load_tools(tools_file)
        with tools.plugged_in():
            task = make_task("bounded", policy=policy)
            for recording in group:
                last = follow(recording, server=server, tools=tools, task=task, approve=True).runs[-1]
                assert last.status == RunStatus.LIMIT_REACHED
                assert last.iterations <= 10
                assert last.tool_calls <= 15
                assert last.tokens <= 50_000
                assert last.answer
                assert last.handoff_reason
