"""The laws of RELIABILITY that rows can break, looked at after every step of a history."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from agentops.audit import verify_chain
from agentops.domain.arguments import digest_call
from agentops.domain.messages import ModelRequest
from agentops.domain.tiers import ActionTier, effective_tier
from agentops.models import ToolCall, ToolPolicy
from tests.agentops.state_machine_workers import AtTool, Worker
from tests.agentops.state_machine_world import EFFECTS, World, as_stored, read_call_id

Row = dict[str, Any]

NEXT = {
    "allowed": {"started", "succeeded", "failed", "cancelled", "invalidated"},
    "awaiting": {"approved", "rejected", "expired", "cancelled", "invalidated", "superseded"},
    "approved": {"awaiting", "started", "succeeded", "failed", "cancelled", "invalidated"},
    "started": {"succeeded", "failed", "in_doubt"},
    "in_doubt": {"happened", "not_happened"},
}
"""Where a call may go in one step; written down here once more, so that a change of the product's table is noticed."""

FIXED = ("arguments", "digest", "tier", "effect", "tool_use_id", "tool", "position", "supersedes_id", "confirmers")
UNTOUCHED = {"refused", "rejected", "expired", "cancelled", "invalidated", "superseded"}
OPEN = {"allowed", "awaiting", "approved", "started", "in_doubt"}
OVER = {"completed", "limit_reached", "handed_off", "failed", "cancelled"}
ACTED = {"started", "succeeded", "in_doubt", "happened"}
ASKED_FOR = {"risky", "destructive"}
MOST_LOSSES = 3


@dataclass(frozen=True)
class Rows:
    """Everything the machine wrote, at one moment."""

    runs: dict[int, Row]
    calls: dict[int, Row]
    steps: int
    decisions: list[Row]
    entries: Counter[tuple[str, str]]
    facts: Counter[int]

    @classmethod
    def read(cls) -> "Rows":
        """As they stand now."""
        return cls(
            runs={row["id"]: row for row in _select("SELECT * FROM agentops_agentrun")},
            calls={row["id"]: row for row in _select("SELECT * FROM agentops_toolcall ORDER BY id")},
            steps=_select("SELECT COUNT(*) AS n FROM agentops_step")[0]["n"],
            decisions=_select("SELECT * FROM supervision_decision ORDER BY id"),
            entries=Counter((row["what"], row["subject"]) for row in _select("SELECT * FROM agentops_auditentry")),
            facts=Counter(row["run_id"] for row in _select("SELECT run_id FROM agentops_runfact")),
        )

    def machine(self, run_id: int) -> tuple[Any, ...]:
        """What workers write of one run."""
        calls = [row for row in self.calls.values() if row["run_id"] == run_id]
        return self.runs[run_id], calls, self.steps, self.facts


def _select(query: str) -> list[Row]:
    """Rows as the database holds them: the objects of the ORM would take longer to make than a step takes."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def check_rows(before: Rows, after: Rows, world: World) -> None:
    """Every law that two looks at the rows and one at the world can show broken."""
    for call in after.calls.values():
        _check_call(before.calls.get(call["id"]), call, world)
        _check_decisions(call, after)
        _check_two_people(call, after)
        _check_change(call, after)
    for run in after.runs.values():
        _check_run(before.runs.get(run["id"]), run, after)
    if after.entries != before.entries:
        assert verify_chain() is None, "U1: the record does not verify"


def _check_call(before: Row | None, call: Row, world: World) -> None:
    status, effect = call["status"], call["effect"]
    assert digest_call(tool=call["tool"], arguments=call["arguments"]) == call["digest"], "A4: other bytes"
    if before and before["status"] != status:
        old = before["status"]
        after_that = NEXT.get(old, set()) | {new for via in NEXT.get(old, set()) for new in NEXT.get(via, set())}
        assert status in after_that, f"A2: a call went from {old} to {status}"
    if before:
        assert all(before[name] == call[name] for name in FIXED), "A4: a stored call was changed"
    count = world.count(call["id"])
    assert count <= 1, f"A6: {count} effects of one {effect} call"
    if effect in {"non_idempotent", "transactional"}:
        assert call["attempts"] <= 1, "A6: dispatched twice"
    assert call["attempts"] <= MOST_LOSSES + 1, "A7: dispatched without end"
    if call["tier"] in ASKED_FOR and (status in ACTED or call["started_at"] or count):
        assert call["decided_by"], "A1: begun without a yes"
        begun = call["started_at"]
        assert not call["held_until"] or (begun and call["held_until"] <= begun), "A5: begun while held"
    if status in {*UNTOUCHED, "awaiting", "approved", "allowed"}:
        assert not count, f"A1: {count} effects of a call that is {status}"
    assert (call["result"] is not None) == (status not in OPEN), f"A9: {status}, result {call['result']}"


def check_settled_call(call: Row, world: World) -> None:
    """What an answered call says of itself is what happened."""
    count = world.count(call["id"])
    if call["status"] == "succeeded" and EFFECTS[call["tool"]].value != "read":
        assert count == 1, f"A8: succeeded with {count} effects"
    if call["status"] == "failed":
        assert not count, "A8: said to have failed, but it acted"


def _check_decisions(call: Row, after: Rows) -> None:
    mine = [row for row in after.decisions if row["call_id"] == call["id"]]
    undone = [row for row in mine if row["verdict"] == "undone"]
    given = [row for row in mine if row["verdict"] in {"approved", "rejected"}]
    answers = given[len(undone) :]
    resolved = [row for row in mine if row["verdict"] in {"happened", "not_happened"}]
    assert len(answers) <= 1 and len(resolved) <= 1, "A2: two decisions"
    assert all(row["verdict"] == "approved" for row in given[: len(undone)]), "A2: more was taken back than said"
    assert bool(answers) == bool(call["decided_by"]), "U1: the call and the decisions differ"
    assert bool(resolved) == (call["status"] in {"happened", "not_happened"}), "A9: a doubt ended without a person"
    for row in mine:
        assert row["digest_seen"] == call["digest"], "A4: decided on other bytes"
        sealed = after.entries[(f"call.{row['verdict']}", f"call {call['id']}")]
        assert sealed == sum(one["verdict"] == row["verdict"] for one in mine), "U1: a decision without its row"
    if answers and call["decided_at"] and call["expires_at"]:
        assert call["decided_at"] <= call["expires_at"], "A3: decided after its time"
        assert answers[0]["verdict"] != "approved" or call["status"] not in {"rejected", "expired"}, "A2: yes became no"
        assert answers[0]["verdict"] != "rejected" or call["status"] == "rejected", "A2: no became something else"


def _check_two_people(call: Row, after: Rows) -> None:
    """A13: two different people, and neither counts without the other."""
    mine = [row for row in after.decisions if row["call_id"] == call["id"]]
    first = [row for row in mine if row["verdict"] == "confirmed"]
    if call["confirmers"] == 1:
        assert not first and not call["seconded_by"], "A13: half a yes to what needs one"
        return
    for last in mine:
        if last["verdict"] == "approved":
            beside = [row["user_id"] for row in first if row["version_seen"] == last["version_seen"]]
            assert len(beside) == 1 and beside[0] != last["user_id"], f"A13: confirmed by {beside}"
    if call["decided_by"] and call["status"] != "rejected":
        assert call["seconded_by"] and call["seconded_by"] != call["decided_by"], "A13: one name"


def _check_change(call: Row, after: Rows) -> None:
    """A14: what staff changed gave its place to one other call, and is on record once."""
    successors = [row for row in after.calls.values() if row["supersedes_id"] == call["id"]]
    changed = after.entries[("call.changed", f"call {call['id']}")]
    assert len(successors) == changed == (call["status"] == "superseded"), f"A14: {len(successors)} took its place"
    for one in successors:
        same = ("run_id", "step_id", "position", "tool_use_id", "tool")
        assert all(one[name] == call[name] for name in same), "A14: it answers another call of the model"


def _check_run(before: Row | None, run: Row, after: Rows) -> None:
    calls = [row for row in after.calls.values() if row["run_id"] == run["id"]]
    status = run["status"]
    assert run["iterations"] <= run["max_iterations"], "M1: iterations"
    assert run["tool_calls"] <= run["max_tool_calls"], "M1: tool calls"
    proposed = [row for row in calls if row["supersedes_id"] is None and row["status"] != "refused"]
    assert run["tool_calls"] == len(proposed), "M1: a change was counted as a further call"
    assert sum(bool(row["started_at"]) for row in calls) <= run["tool_calls"], "M1: a dispatch that was not counted"
    assert run["tokens"] + run["tokens_reserved"] <= run["max_tokens"], "M2: tokens"
    assert (status == "running") == bool(run["lease_owner"]), "L1: a lease without a worker"
    assert status != "running" or run["lease_losses"] < MOST_LOSSES, "L6: a fourth worker"
    assert after.entries[("run.started", f"run {run['id']}")] == 1, "U1: a run without its row"
    assert not run["stop_requested"] or after.entries[("run.stopped", f"run {run['id']}")], "U1: a stop without its row"
    assert after.facts[run["id"]] == (status in OVER), f"facts of a run that is {status}"
    open_calls = [row for row in calls if row["status"] in OPEN]
    assert status not in OVER or not open_calls, f"A8: {status} with open calls"
    waits = [row for row in open_calls if row["status"] in {"awaiting", "in_doubt"} or _is_held(row)]
    assert status != "suspended" or waits, "parked for ever"
    if before:
        assert before["status"] not in OVER or before == run, "a run that was over was written"
        assert 0 <= run["lease_epoch"] - before["lease_epoch"] <= 1, "L1: the epoch jumped"


def _is_held(call: Row) -> bool:
    """Whether the sweeper will send its run back to work."""
    return call["status"] == "approved" and bool(call["held_until"])


def check_entry(place: AtTool, rows: Rows, world: World) -> None:
    """A worker has just come into a tool: it may be there, with these arguments, by the rules as they are now."""
    call = rows.calls[read_call_id(place.context)]
    run = rows.runs[call["run_id"]]
    assert as_stored(call["arguments"]) == place.arguments, "A4: the tool got other arguments"
    assert call["tool"] == place.tool and run["id"] == place.context.run_id, "A4: another tool or run"
    if place.again:
        return  # the same dispatch under the same key, be the run another's by now
    assert call["effect"] == "read" or call["status"] == "started", "A5: acts before it says so"
    policy = ToolPolicy.objects.get(tool=place.tool)
    tier = effective_tier(floor=ActionTier(policy.floor), configured=policy.tier)
    assert policy.enabled, "A10: it is switched off"
    assert tier.rank <= ActionTier(call["tier"]).rank, "A10: the rule is stricter now"
    assert not run["stop_requested"], "A10: the run was stopped"
    if call["tier"] in ASKED_FOR:
        yes = [row for row in rows.decisions if row["call_id"] == call["id"] and row["verdict"] == "approved"]
        assert yes and yes[0]["digest_seen"] == call["digest"], "A1: nobody said yes to this"
    held = call["held_until"]
    assert not held or held.replace(tzinfo=UTC) <= datetime.now(UTC), "A5: still held"
    if call["effect"] == "non_idempotent":
        assert not world.count(call["id"]), "A6: about to act again"


def check_request(request: ModelRequest) -> None:
    """Every call the model ever proposed is answered once, in its order, in the next message."""
    waiting: list[str] = []
    for message in request.messages:
        used = [block["id"] for block in message["content"] if block["type"] == "tool_use"]
        given = [block["tool_use_id"] for block in message["content"] if block["type"] == "tool_result"]
        assert given == waiting, f"A14: {waiting} answered by {given}"
        waiting = used
    assert not waiting, f"A14: {waiting} not answered"


def owns(worker: Worker, rows: Rows) -> bool:
    """Whether the rows still show this worker's lease."""
    lease = worker.lease
    run = rows.runs[lease.run_id] if lease else {}
    return bool(lease and run["status"] == "running" and run["lease_epoch"] == lease.epoch)


def check_withdrawn(tool: str) -> None:
    """After a stricter rule nothing of the tool waits or is approved."""
    left = ToolCall.objects.filter(tool=tool, status__in=["awaiting", "approved"])
    assert not left.exists(), "A11: a call outlived the milder rule"
