"""Errors as real users met them: each ends a run in its own outcome, through the real client."""

import json
import os
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from agentops.domain import next_move
from tests.degradation.cases import NOT_FOUND, UNAVAILABLE, WELL, End
from tests.degradation.driving import open_desk
from tests.degradation.streams import AS_STREAM, start
from tests.degradation.test_named_faults import check_hand_off, check_limits
from tests.misbehaving_server import Act, in_turn, send, write_answer

RECORDS = Path(os.environ.get("HANDRAIL_CASES", "../shared/cases")) / "wire" / "errors_reported.jsonl"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not RECORDS.is_file(), reason="the recorded exchanges (HANDRAIL_CASES) are not here"),
]

ENDS: dict[str, tuple[End, int, str]] = {
    "err-529-ts-sdk-616": (UNAVAILABLE, 3, "the model was overloaded"),
    "err-529-cc-45063": (UNAVAILABLE, 3, "the model was overloaded"),
    "err-429-gsd-32": (UNAVAILABLE, 3, "the model's provider asked us to slow down"),
    "err-429-cc-5769": (UNAVAILABLE, 3, "the model's provider asked us to slow down"),
    "err-529-midstream": (UNAVAILABLE, 3, "the model was overloaded"),
    "err-404-model": (NOT_FOUND, 1, "the model's server does not know the model"),
}


def load() -> dict[str, dict[str, Any]]:
    return {record["id"]: record for record in map(json.loads, RECORDS.read_text().splitlines())}


def replay(record: dict[str, Any]) -> Act:
    """The record as its server sent it; the length is that of what is sent."""
    if "sse_tail" in record:
        return send(write_answer(start() + record["sse_tail"].encode(), headers=AS_STREAM))
    headers = {name: value for name, value in (record["headers"] or {}).items() if name != "content-length"}
    return send(write_answer(record["body"], status=record["status"], headers=headers))


@pytest.mark.parametrize("name", ENDS)
def test_a_recorded_error_ends_a_run_in_its_named_outcome(name: str) -> None:
    end, asked, reason = ENDS[name]
    with open_desk() as desk, mock.patch.object(next_move, "BACKOFF_SECONDS", 0.01):
        run, seen = desk.drive(replay(load()[name]))
    assert (run.status, run.outcome, len(seen)) == (end.status, end.outcome, asked)
    assert run.handoff_reason.startswith(reason)
    check_limits(run, lies=False)
    check_hand_off(run)


def test_every_record_is_among_them_and_one_that_passes_leaves_a_run_as_if_nothing_had_been() -> None:
    records = load()
    assert set(records) == set(ENDS)
    with open_desk() as desk, mock.patch.object(next_move, "BACKOFF_SECONDS", 0.01):
        for name in set(records) - {"err-404-model"}:
            run, seen = desk.drive(in_turn(replay(records[name]), WELL))
            assert (run.status, run.outcome, len(seen)) == ("completed", "answered", 2), name
