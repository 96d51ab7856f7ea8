"""How a history is played and judged: what each rule does, and what must hold after it."""

import re
from collections import Counter
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, invariant

from agentops import control
from agentops.audit import append_entry
from agentops.domain.lifecycle import Effect
from agentops.domain.messages import FailureKind, ModelFailure, ModelReply, StopReason
from agentops.domain.outcomes import ToolError
from agentops.domain.pricing import Usage
from agentops.models import AgentRun, Conversation, ToolCall, ToolPolicy
from agentops.runner.sweeper import sweep_once
from supervision import actions
from tests.agentops.state_machine_laws import (
    OVER,
    Rows,
    check_entry,
    check_request,
    check_rows,
    check_settled_call,
    check_withdrawn,
    owns,
)
from tests.agentops.state_machine_workers import AtModel, AtTool, Stage, Worker
from tests.agentops.state_machine_world import EFFECTS, World, cast, let_pass, playing, read_call_id, wipe
from tests.scripted import Answer

LEASE, ANSWER = 150.0, 40_000.0
"""Seconds after which a lease has run out and a bell counts as lost, and after which a question has expired. Both are
far longer than a history takes on a slow machine, so that it runs the same way every time."""
WHEN = re.compile(r"\bat \d{1,2}:\d\d[ap]m\b")
TOLD = {
    *("already_decided", "withdrawn", "expired", "card_changed", "not_found", "taken_back"),
    *("superseded", "said_already"),
}
TOO_LATE = {"too_late", "withdrawn", "taken_back", "card_changed", "hold_stands"}
GOODBYE: Any = ("words", [], ("It is done.", StopReason.END_TURN), FailureKind.TIMEOUT)


class Play(RuleBasedStateMachine):
    """A history without rules: everything that the rules of `Histories` are made of."""

    seen: Counter[str] = Counter()
    """What the histories came to, all together: laws that are never put to the test hold of themselves."""

    def __init__(self) -> None:
        super().__init__()
        wipe()
        self.world = World()
        self.stage = Stage(workers=2)
        self.play = playing(self.stage, self.world)
        self.play.__enter__()
        self.people, (self.admin, self.other_admin) = cast()
        self.rows = Rows.read()
        self.used = 0

    # --- people

    def start_one(self, task: str) -> None:
        """As the desk does it, with a task type that is known already."""
        with transaction.atomic():
            started = control.start_run(request="Please act.", task_type=task)
            append_entry(who="Priya Nair", what="run.started", subject=f"run {started.run_id}", facts={})

    def say(self, call: ToolCall, *, who: int, yes: bool, version: int) -> Any:
        seen: dict[str, Any] = {"call_id": call.pk, "version": version, "digest": call.digest}
        if not yes:
            return actions.reject_call(user=self.people[who], **seen, reason="other", note="")
        shown = actions.sign_showing(user=self.people[who], call_id=call.pk, version=version)
        return actions.approve_call(user=self.people[who], **seen, shown=shown, ticked=set(), typed="YES")

    def judge_answer(self, before: ToolCall, told: Any, *, stale: bool = False) -> None:
        """A2: who came second is told, by whom and when the first was."""
        after = ToolCall.objects.get(pk=before.pk)
        if isinstance(told, actions.Answered):
            assert not stale, "an answer to another version counted"
            half = {"awaiting"} if before.confirmers > 1 else set[str]()
            assert before.status == "awaiting" and after.status in {"approved", "rejected"} | half
            return
        assert told.code in TOLD, told
        assert after.status == before.status, "a refused answer changed something"
        if told.code == "already_decided":
            assert WHEN.search(told.message) and told.message.startswith(before.decided_by), told
            self.seen["told who was first"] += 1

    def touch_hold(self, call: ToolCall, what: str, *, who: int) -> Any:
        """Take a yes back, or let it go at once for a caller who is on the line for just that long."""
        seen: dict[str, Any] = {"call_id": call.pk, "version": call.version, "digest": call.digest}
        if what == "undo":
            return actions.undo_approval(user=self.people[who], **seen)
        talk = Conversation.objects.filter(runs=call.run_id)
        talk.update(on_the_line=True)
        try:
            return actions.end_hold(user=self.people[who], **seen)
        finally:
            talk.update(on_the_line=False)

    def judge_hold(self, before: ToolCall, what: str, told: Any) -> None:
        """A2, A5: only what was held could be taken back or let go, and whoever came too late is told."""
        after = ToolCall.objects.get(pk=before.pk)
        over = before.held_until is None or before.held_until <= timezone.now()
        if isinstance(told, actions.Answered):
            assert before.status == "approved" and before.held_until, "nothing was held"
            assert after.status == ("awaiting" if what == "undo" else "approved")
            self.seen["undone" if what == "undo" else "let go at once"] += 1
            return
        assert told.code in TOO_LATE, told
        assert before.status != "approved" or over, f"it was held: {told}"
        assert after.status == before.status, "a refused undo changed something"
        self.seen["too late to undo"] += 1

    def change_one(self, call: ToolCall, *, who: int, text: str, stale: int) -> None:
        """A person puts another text in; whoever comes too late is told."""
        told = actions.change_call(
            user=self.people[who],
            call_id=call.pk,
            version=call.version - stale,
            digest=call.digest,
            values={"text": text},
            note="",
        )
        if isinstance(told, int):
            assert not stale and call.status == "awaiting", "a change of something else was taken"
            return
        assert told.code in TOLD, told

    def resolve_one(self, call: ToolCall, *, who: int = 0) -> None:
        """A person looks, and says what they found."""
        found = self.world.count(call.pk) > 0
        told = actions.resolve_call(
            user=self.people[who], call_id=call.pk, version=call.version, happened=found, note="I looked."
        )
        assert isinstance(told, actions.Answered), told

    def set_policy(self, tool: str, *, tier: str, enabled: bool) -> None:
        policy = ToolPolicy.objects.get(tool=tool)
        before = policy.effective.rank
        after = policy.setting.model_copy(update={"tier": tier, "enabled": enabled})
        told = actions.change_policy(
            user=self.admin, kind="tool", subject=tool, after=after, version=policy.version, reason="We play."
        )
        if isinstance(told, actions.Proposed):
            assert ToolPolicy.objects.get(tool=tool).version == policy.version, "more room, and only one admin said so"
            told = actions.confirm_change(user=self.other_admin, change_id=told.change_id)
        unchanged = isinstance(told, actions.Refused) and told.code == "unchanged"
        assert unchanged or isinstance(told, actions.Changed), told
        if not enabled or ToolPolicy.objects.get(tool=tool).effective.rank > before:
            check_withdrawn(tool)

    # --- workers

    def ring(self, run_id: int, doom: Any) -> None:
        worker = self.stage.idle()[0]
        with self.stage.doomed(doom):
            worker.hear(run_id)
        assert worker.idle or worker.lease, "L1: a run was taken under an epoch that was there before"
        self.check_places()

    def let_go(self, worker: Worker, make: Any, doom: Any) -> None:
        """Let one worker go on. L2, L3: one whose run is another's now writes nothing more."""
        at, before = worker.at, Rows.read()
        ours = owns(worker, before)
        with self.stage.doomed(doom):
            worker.go_on(lambda: make(at))
        self.check_places()
        if not ours and worker.lease:
            run_id = worker.lease.run_id
            self.seen["fenced"] += 1
            assert Rows.read().machine(run_id) == before.machine(run_id), "L2: a worker without a lease wrote"

    def make_reply(self, at: AtModel, said: Any) -> ModelReply:
        kind, calls, (text, stop), failure = said
        if kind == "failure":
            raise ModelFailure(failure, "played", retry_after=0.0)
        blocks: list[dict[str, Any]] = [{"type": "text", "text": text}]
        if kind == "calls":
            stop = StopReason.TOOL_USE
            for tool, given in calls:
                self.used += 1
                blocks.append({"type": "tool_use", "id": f"u{self.used}", "name": tool, "input": {"text": given}})
        usage = Usage(input_tokens=5, output_tokens=at.request.max_tokens)
        return ModelReply(content=blocks, stop_reason=stop, usage=usage, model="scripted-1", provider="offline")

    def finish_tool(self, at: AtTool, ending: str) -> Answer:
        if EFFECTS[at.tool] is Effect.IDEMPOTENT and self.world.count(read_call_id(at.context)):
            return Answer()  # a service that honours keys answers a known one with what it did
        if ending in {"acts", "breaks_after"}:
            self.world.act(at.tool, at.context, at.arguments)
        if ending == "refuses":
            raise ToolError("no", "It cannot be done.", suggestion="Do something else.")
        if ending == "not_now":
            raise ToolError("later", "Not now.", suggestion="Later.", retryable=True)
        if ending.startswith("breaks"):
            raise RuntimeError("the connection broke")
        return Answer()

    # --- the laws

    def calls(self, *statuses: str) -> list[ToolCall]:
        return list(ToolCall.objects.filter(status__in=statuses).order_by("pk"))

    def check_places(self) -> None:
        """Whoever has just moved stands where it may stand."""
        worker = self.stage.active
        if worker and isinstance(worker.at, AtModel):
            check_request(worker.at.request)
        elif worker and isinstance(worker.at, AtTool):
            check_entry(worker.at, Rows.read(), self.world)

    @invariant()
    def the_laws_hold(self) -> None:
        after = Rows.read()
        check_rows(self.rows, after, self.world)
        self.rows = after

    def teardown(self) -> None:
        try:
            self.come_to_rest()
        finally:
            for worker in self.stage.busy():
                worker.die()
            for worker in self.stage.workers:
                worker.end()
            self.play.__exit__(None, None, None)

    def come_to_rest(self) -> None:
        """Nobody is stuck: the clock and the sweeper alone bring every run to its end or before a person."""
        for worker in self.stage.busy():
            worker.die()
        self.work_off()
        for _ in range(len(self.rows.calls) + 1):
            for call in self.calls("awaiting"):
                for who in range(call.confirmers):
                    call.refresh_from_db()
                    self.judge_answer(call, self.say(call, who=who, yes=True, version=call.version))
            for call in self.calls("in_doubt"):
                self.resolve_one(call)
            self.the_laws_hold()
            self.work_off()
        left = [run for run in self.rows.runs.values() if run["status"] not in OVER]
        assert not left, f"stuck: {left}"
        for row in self.rows.calls.values():
            check_settled_call(row, self.world)
            self.seen[row["status"]] += 1
            self.seen["two people"] += bool(row["seconded_by"])
        self.seen.update(run["status"] for run in self.rows.runs.values())

    def work_off(self) -> None:
        """What clock, sweeper and one worker do in a few minutes."""
        for _ in range(12):
            sweep_once()
            moving = AgentRun.objects.filter(Q(status__in=["queued", "running"]) | Q(calls__status="approved"))
            if not moving.exists():
                break
            let_pass(LEASE)
            sweep_once()
            bells, self.world.bells[:] = sorted(set(self.world.bells)), []
            for run_id in bells:
                self.drive(run_id)
            self.the_laws_hold()
        waiting = AgentRun.objects.filter(status__in=["queued", "running"]).values_list("pk", "status")
        assert not waiting, f"nobody moves {list(waiting)}"

    def drive(self, run_id: int) -> None:
        """A worker, a model and tools that do what they should."""
        worker = self.stage.workers[0]
        worker.hear(run_id)
        self.check_places()
        while worker.at:
            if isinstance(worker.at, AtModel):
                self.let_go(worker, lambda at: self.make_reply(at, GOODBYE), None)
            else:
                self.let_go(worker, lambda at: self.finish_tool(at, "acts"), None)
