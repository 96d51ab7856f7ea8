"""Histories made up by Hypothesis: people, workers, crashes, lost bells and time in any order, and the laws.

The loop, the ledger, the control and the desk's actions are the real ones, on the real database; only the model, the
tools, the broker and the flow of time are played. HANDRAIL_HISTORIES sets how many histories are tried, each time
others; HANDRAIL_SHRINK=yes makes one that breaks a law as short as it can be, which takes minutes.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.db.backends.signals import connection_created
from django.test import override_settings
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from agentops.domain.messages import FailureKind, StopReason
from agentops.ledger import renew_leases
from agentops.runner.edits import answer_wish
from agentops.runner.sweeper import sweep_once
from supervision import actions
from tests.agentops.state_machine_play import ANSWER, GOODBYE, LEASE, Play
from tests.agentops.state_machine_workers import AtModel, AtTool
from tests.agentops.state_machine_world import TIERS, let_pass

pytestmark = pytest.mark.django_db(transaction=True)

HISTORIES = int(os.environ.get("HANDRAIL_HISTORIES", "70"))
STEPS = 50
MOST_RUNS = 3
SHRINK = "HANDRAIL_SHRINK" in os.environ

MUST_BE_SEEN = (
    *("refused", "rejected", "expired", "cancelled", "invalidated", "succeeded", "failed", "happened", "not_happened"),
    *("superseded", "two people"),
    *("completed", "limit_reached", "handed_off", "cancelled", "failed", "fenced", "told who was first"),
    *("undone", "let go at once", "too late to undo"),
)

picks = st.integers(0, 5)
hearings = st.sampled_from(["now", "now", "now", "later", "twice", "never"])
texts = st.sampled_from(["a", "b", "e"])
stales = st.sampled_from([0, 0, 0, 1])
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

endings = st.sampled_from(["acts", "acts", "refuses", "not_now", "breaks_before", "breaks_after"])


class Histories(Play):
    """One history: rules are what may happen next."""

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

    @precondition(lambda self: self.calls("awaiting", "approved", "rejected", "expired", "invalidated", "cancelled"))
    @rule(
        pick=picks,
        who=st.integers(0, 2),
        yes=st.booleans(),
        stale=st.sampled_from([0, 0, 0, 1]),
        then=st.sampled_from(["", "undo", "now"]),
        doom=dooms,
    )
    def answer(self, pick: int, who: int, yes: bool, stale: int, then: str, doom: Any) -> None:
        """Somebody answers, and perhaps thinks better of it, or is told to hurry."""
        calls = self.calls("awaiting") or self.calls("approved", "rejected", "expired", "invalidated", "cancelled")
        call = calls[pick % len(calls)]
        with self.stage.doomed(doom):
            self.judge_answer(call, self.say(call, who=who, yes=yes, version=call.version - stale), stale=stale > 0)
            self.the_laws_hold()
            held = self.calls("approved")
            if then and held:
                self.judge_hold(held[-1], then, self.touch_hold(held[-1], then, who=who))

    @precondition(lambda self: self.calls("approved", "succeeded"))
    @rule(pick=picks, who=st.integers(0, 2), what=st.sampled_from(["undo", "undo", "now"]), doom=dooms)
    def take_back(self, pick: int, who: int, what: str, doom: Any) -> None:
        """A yes is taken back, or let go at once; also one whose time is over."""
        calls = self.calls("approved") or self.calls("succeeded")
        call = calls[pick % len(calls)]
        with self.stage.doomed(doom):
            self.judge_hold(call, what, self.touch_hold(call, what, who=who))

    @precondition(lambda self: self.calls("awaiting"))
    @rule(pick=picks, who=st.integers(0, 2), text=texts, stale=stales, heard=hearings, doom=dooms)
    def change(self, pick: int, who: int, text: str, stale: int, heard: str, doom: Any) -> None:
        """Somebody sends a change, and a worker hears of it: at once, with the next one, twice or never."""
        calls, bells = self.calls("awaiting"), self.world.edit_bells
        self.change_one(calls[pick % len(calls)], who=who, text=text, stale=stale)
        for edit_id in [] if heard == "later" else bells * {"now": 1, "twice": 2, "never": 0}[heard]:
            with self.stage.doomed(doom):
                answer_wish(edit_id)
        if heard != "later":
            bells.clear()

    @precondition(lambda self: self.calls("in_doubt"))
    @rule(pick=picks, who=st.integers(0, 2), doom=dooms)
    def resolve(self, pick: int, who: int, doom: Any) -> None:
        calls = self.calls("in_doubt")
        with self.stage.doomed(doom):
            self.resolve_one(calls[pick % len(calls)], who=who)

    @rule(
        tool=st.sampled_from(list(TIERS)),
        tier=st.sampled_from(sorted(set(TIERS.values()))),
        what=st.sampled_from(["tier", "tier", "switch off", "stop a run"]),
        pick=picks,
        doom=dooms,
    )
    def rule_over(self, tool: str, tier: str, what: str, pick: int, doom: Any) -> None:
        """A tier is changed, a tool switched off, a run stopped; mostly where somebody waits for it."""
        run_ids, waiting = list(self.rows.runs), self.calls("awaiting", "approved")
        tool = waiting[pick % len(waiting)].tool if waiting and pick % 3 else tool
        with self.stage.doomed(doom):
            if what == "stop a run" and run_ids:
                actions.cancel_run(user=self.people[0], run_id=run_ids[pick % len(run_ids)])
            elif what != "stop a run":
                self.set_policy(tool, tier=tier, enabled=what == "tier")

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

    @precondition(lambda self: self.stage.busy() and self.stage.idle())
    @rule(pick=picks, doom=dooms)
    def take_over(self, pick: int, doom: Any) -> None:
        """A worker stands still past its lease, and another hears the bell of its run."""
        busy = self.stage.busy()
        lease = busy[pick % len(busy)].lease
        let_pass(LEASE)
        if lease:
            self.ring(lease.run_id, doom)

    @precondition(lambda self: self.stage.busy())
    @rule(pick=picks, acted=st.booleans())
    def crash(self, pick: int, acted: bool) -> None:
        workers = self.stage.busy()
        worker = workers[pick % len(workers)]
        if acted and isinstance(worker.at, AtTool):
            self.world.act(worker.at.tool, worker.at.context, worker.at.arguments)
        worker.die()


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
