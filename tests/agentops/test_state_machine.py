"""Histories made up by Hypothesis: people, workers, crashes, lost bells and time in any order, and the laws.

The loop, the ledger, the control and the desk's actions are the real ones, on the real database; only the model, the
tools, the broker and the flow of time are played. HANDRAIL_HISTORIES sets how many histories are tried, each time
others; HANDRAIL_SHRINK=yes makes one that breaks a law as short as it can be, which takes minutes.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.backends.signals import connection_created
from django.test import override_settings
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agentops import control
from agentops.audit import append_entry
from agentops.domain.lifecycle import Effect
from agentops.domain.messages import FailureKind, ModelFailure, ModelReply, StopReason
from agentops.domain.outcomes import ToolError
from agentops.domain.pricing import Usage
from agentops.ledger import renew_leases
from agentops.models import AgentRun, ToolCall, ToolPolicy
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
from tests.agentops.state_machine_world import EFFECTS, TIERS, World, cast, let_pass, playing, read_call_id, wipe
from tests.scripted import Answer

pytestmark = pytest.mark.django_db(transaction=True)

HISTORIES = int(os.environ.get("HANDRAIL_HISTORIES", "80"))
STEPS = 50
MOST_RUNS = 3
LEASE, ANSWER = 150.0, 40_000.0
"""Seconds after which a lease has run out and a bell counts as lost, and after which a question has expired. Both are
far longer than a history takes on a slow machine, so that it runs the same way every time."""
SHRINK = "HANDRAIL_SHRINK" in os.environ
WHEN = re.compile(r"\bat \d{1,2}:\d\d[ap]m\b")
TOLD = {"already_decided", "withdrawn", "expired", "card_changed", "not_found"}

MUST_BE_SEEN = (
    *("refused", "rejected", "expired", "cancelled", "invalidated", "succeeded", "failed", "happened", "not_happened"),
    *("completed", "limit_reached", "handed_off", "cancelled", "failed", "fenced", "told who was first"),
)

picks = st.integers(0, 5)
dooms = st.sampled_from([*[None] * 9, (1, True), (1, False), (2, True), (2, False), (3, True), (3, False)])
"""At which commit whoever moves next will die, and whether right before it; mostly at none."""

proposals = st.lists(
    st.tuples(st.sampled_from([*TIERS, "send", "note", "ghost"]), st.sampled_from(["a", "b", "C  d"])),
    min_size=1,
    max_size=4,
)
replies = st.tuples(
    st.sampled_from(["calls", "calls", "calls", "calls", "words", "failure"]),
    proposals,
    st.sampled_from([("It is done.", StopReason.END_TURN), ("", StopReason.END_TURN), ("No.", StopReason.REFUSAL)]),
    st.sampled_from([FailureKind.UNAVAILABLE, FailureKind.TIMEOUT, FailureKind.KEY_REJECTED]),
)
"""What a model says: which of the three, and all three."""

GOODBYE: Any = ("words", [], ("It is done.", StopReason.END_TURN), FailureKind.TIMEOUT)

endings = st.sampled_from(["acts", "acts", "refuses", "not_now", "breaks_before", "breaks_after"])


class Histories(RuleBasedStateMachine):
    """One history: rules are what may happen next."""

    seen: Counter[str] = Counter()
    """What the histories came to, all together: laws that are never put to the test hold of themselves."""

    def __init__(self) -> None:
        super().__init__()
        wipe()
        self.world = World()
        self.stage = Stage(workers=2)
        self.play = playing(self.stage, self.world)
        self.play.__enter__()
        self.people, self.admin = cast()
        self.rows = Rows.read()
        self.used = 0

    # --- people

    @initialize(calls=proposals, tight=st.sampled_from([False, False, True]))
    def begin(self, calls: Any, tight: bool) -> None:
        """Every history begins with a run that has proposed something."""
        self.start_one("tight" if tight else "toying")
        self.ring(self.world.bells.pop(), None)
        said = ("calls", calls, *GOODBYE[2:])
        self.let_go(self.stage.workers[0], lambda at: self.make_reply(at, said), None)

    @precondition(lambda self: len(self.rows.runs) < MOST_RUNS)
    @rule(tight=st.booleans(), doom=dooms)
    def start(self, tight: bool, doom: Any) -> None:
        with self.stage.doomed(doom):
            self.start_one("tight" if tight else "toying")

    def start_one(self, task: str) -> None:
        """As the desk does it, with a task type that is known already."""
        with transaction.atomic():
            started = control.start_run(request="Please act.", task_type=task)
            append_entry(who="Priya Nair", what="run.started", subject=f"run {started.run_id}", facts={})

    @precondition(lambda self: self.calls("awaiting", "approved", "rejected", "expired", "invalidated", "cancelled"))
    @rule(pick=picks, who=st.integers(0, 2), yes=st.booleans(), stale=st.sampled_from([0, 0, 0, 1]), doom=dooms)
    def answer(self, pick: int, who: int, yes: bool, stale: int, doom: Any) -> None:
        calls = self.calls("awaiting") or self.calls("approved", "rejected", "expired", "invalidated", "cancelled")
        call = calls[pick % len(calls)]
        with self.stage.doomed(doom):
            self.judge_answer(call, self.say(call, who=who, yes=yes, version=call.version - stale))

    def say(self, call: ToolCall, *, who: int, yes: bool, version: int) -> Any:
        seen: dict[str, Any] = {"call_id": call.pk, "version": version, "digest": call.digest}
        if not yes:
            return actions.reject_call(user=self.people[who], **seen, reason="other", note="")
        shown = actions.sign_showing(call_id=call.pk, version=version)
        return actions.approve_call(user=self.people[who], **seen, shown=shown, ticked=set(), typed="YES")

    def judge_answer(self, before: ToolCall, told: Any) -> None:
        """A2: who came second is told, by whom and when the first was."""
        after = ToolCall.objects.get(pk=before.pk)
        if isinstance(told, actions.Answered):
            assert before.status == "awaiting" and after.status in {"approved", "rejected"}
            return
        assert told.code in TOLD, told
        assert after.status == before.status, "a refused answer changed something"
        if told.code == "already_decided":
            assert WHEN.search(told.message) and told.message.startswith(before.decided_by), told
            self.seen["told who was first"] += 1

    @precondition(lambda self: self.calls("in_doubt"))
    @rule(pick=picks, who=st.integers(0, 2), doom=dooms)
    def resolve(self, pick: int, who: int, doom: Any) -> None:
        calls = self.calls("in_doubt")
        with self.stage.doomed(doom):
            self.resolve_one(calls[pick % len(calls)], who=who)

    def resolve_one(self, call: ToolCall, *, who: int = 0) -> None:
        """A person looks, and says what they found."""
        found = self.world.count(call.pk) > 0
        told = actions.resolve_call(
            user=self.people[who], call_id=call.pk, version=call.version, happened=found, note="I looked."
        )
        assert isinstance(told, actions.Answered), told

    @rule(
        tool=st.sampled_from(list(TIERS)),
        tier=st.sampled_from(sorted(set(TIERS.values()))),
        what=st.sampled_from(["tier", "tier", "switch off", "stop a run"]),
        pick=picks,
        doom=dooms,
    )
    def rule_over(self, tool: str, tier: str, what: str, pick: int, doom: Any) -> None:
        """A tier is changed, a tool switched off, a run stopped."""
        run_ids = list(self.rows.runs)
        with self.stage.doomed(doom):
            if what == "stop a run" and run_ids:
                actions.cancel_run(user=self.people[0], run_id=run_ids[pick % len(run_ids)])
            elif what != "stop a run":
                self.set_policy(tool, tier=tier, enabled=what == "tier")

    def set_policy(self, tool: str, *, tier: str, enabled: bool) -> None:
        policy = ToolPolicy.objects.get(tool=tool)
        before = policy.effective.rank
        told = actions.set_tool_tier(user=self.admin, tool=tool, tier=tier, enabled=enabled, version=policy.version)
        assert isinstance(told, int), told
        if not enabled or ToolPolicy.objects.get(tool=tool).effective.rank > before:
            check_withdrawn(tool)

    # --- bells and time

    @precondition(lambda self: self.rows.runs)
    @rule(what=st.sampled_from(["lost", "doubled", "for nothing"]), pick=picks, doom=dooms)
    def play_with_bells(self, what: str, pick: int, doom: Any) -> None:
        """A bell is lost; or one rings twice; or one rings for a run that needs nobody."""
        bells, run_ids = self.world.bells, list(self.rows.runs)
        if what == "lost" and bells:
            bells.pop(pick % len(bells))
        elif what == "doubled" and bells:
            bells.append(bells[pick % len(bells)])
        elif self.stage.idle():
            self.ring(run_ids[pick % len(run_ids)], doom)

    def ring(self, run_id: int, doom: Any) -> None:
        with self.stage.doomed(doom):
            self.stage.idle()[0].hear(run_id)
        self.check_places()

    @precondition(lambda self: self.rows.runs)
    @rule(what=st.sampled_from([LEASE, LEASE, ANSWER, "sweep", "sweep", "beat"]), doom=dooms)
    def let_be(self, what: float | str, doom: Any) -> None:
        """Time passes; the sweeper comes by; the workers that are alive renew their leases."""
        with self.stage.doomed(doom):
            if isinstance(what, float):
                let_pass(what)
            elif what == "sweep":
                sweep_once()
            else:
                renew_leases([worker.lease for worker in self.stage.busy() if worker.lease])

    # --- workers

    @precondition(lambda self: self.stage.busy() or self.world.bells)
    @rule(pick=picks, said=replies, ending=endings, doom=dooms)
    def work(self, pick: int, said: Any, ending: str, doom: Any) -> None:
        """A worker goes on, or a free one hears a bell."""
        busy, bells = self.stage.busy(), self.world.bells
        if busy and (pick % 3 or not bells or not self.stage.idle()):
            worker = busy[pick % len(busy)]
            made = self.make_reply if isinstance(worker.at, AtModel) else self.finish_tool
            self.let_go(worker, lambda at: made(at, said if isinstance(at, AtModel) else ending), doom)
        elif bells and self.stage.idle():
            self.ring(bells.pop(pick % len(bells)), doom)

    @precondition(lambda self: self.stage.busy() or self.world.bells)
    @rule(pick=picks, said=replies, ending=endings)
    def work_more(self, pick: int, said: Any, ending: str) -> None:
        """The same once more, so that histories come far."""
        self.work(pick, said, ending, None)

    @precondition(lambda self: self.stage.busy())
    @rule(pick=picks, acted=st.booleans())
    def crash(self, pick: int, acted: bool) -> None:
        workers = self.stage.busy()
        worker = workers[pick % len(workers)]
        if acted and isinstance(worker.at, AtTool):
            self.world.act(worker.at.tool, worker.at.context, worker.at.arguments)
        worker.die()

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
                self.judge_answer(call, self.say(call, who=0, yes=True, version=call.version))
            for call in self.calls("in_doubt"):
                self.resolve_one(call)
            self.the_laws_hold()
            self.work_off()
        left = [run for run in self.rows.runs.values() if run["status"] not in OVER]
        assert not left, f"stuck: {left}"
        for row in self.rows.calls.values():
            check_settled_call(row, self.world)
            self.seen[row["status"]] += 1
        self.seen.update(run["status"] for run in self.rows.runs.values())

    def work_off(self) -> None:
        """What clock, sweeper and one worker do in a few minutes."""
        for _ in range(12):
            if not AgentRun.objects.filter(status__in=["queued", "running"]).exists():
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


def hurry(connection: Any, **_: Any) -> None:
    """No power cut is played here: nothing has to wait for the disk."""
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA synchronous=OFF")


@pytest.fixture
def quick_disk() -> Iterator[None]:
    connections.close_all()
    connection_created.connect(hurry)
    yield
    connection_created.disconnect(hurry)


@override_settings(SWEEP_SECONDS=120)
@pytest.mark.timeout(120 + 5 * HISTORIES)
def test_no_history_breaks_a_law(quick_disk: None) -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize="HANDRAIL_HISTORIES" not in os.environ,
            database=None,
            phases=(Phase.generate, Phase.shrink) if SHRINK else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    missing = [what for what in MUST_BE_SEEN if not Histories.seen[what]]
    assert not missing, f"no history came to {missing}: {Histories.seen}"
