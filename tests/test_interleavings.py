"""Every interleaving of two workers, a person who decides, the sweeper, crashes and lost doorbells, for two calls.

The workers of this model decide with the product's own `next_move`; each of their steps is one transaction of the
ledger. Explored to the end: no call acts twice, no call acts after a no, and from every state that can be reached the
run can still come to its end. Then each rule of durability is taken away in turn, and the model must find the harm.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import pytest

from agentops.domain.lifecycle import CallStatus, Effect
from agentops.domain.limits import Limits, Spent
from agentops.domain.next_move import AwaitHuman, Doubt, Move, RunTool, next_move
from agentops.domain.outcomes import ToolResult, ToolResultStatus
from agentops.domain.tiers import ActionTier
from agentops.domain.transcript import CallView, Transcript, Turn

Calls = tuple[CallStatus, CallStatus]
RESULT = ToolResult(status=ToolResultStatus.SUCCESS)
MOST_BELLS = 2
FAULTS = 2


@dataclass(frozen=True)
class Rules:
    """The rules of durability, each of which can be taken away."""

    look_again: bool = True
    """Read the calls once more under the run's lock before suspending."""
    intent: bool = True
    """Commit STARTED before the tool runs."""
    doubt: bool = True
    """A call found started by another worker is not run again."""
    fence: bool = True
    """Only the holder of the lease writes."""
    first_answer: bool = True
    """A decision counts only for a call that still waits."""
    sweep: bool = True
    """The sweeper rings again for what stands still."""
    requeue: bool = True
    """A decision sends the suspended run back to work in the same commit."""


class Worker(NamedTuple):
    """Where one worker stands: idle, about to look, about to act on a call, about to write its result down."""

    at: str = "idle"
    call: int = -1
    seen: Calls | None = None


class State(NamedTuple):
    """The rows, the bell and the two workers."""

    calls: Calls
    run: str = "queued"
    lease: int | None = None
    expired: bool = False
    ran: tuple[int, int] = (0, 0)
    refused: tuple[bool, bool] = (False, False)
    bell: int = 1
    workers: tuple[Worker, Worker] = (Worker(), Worker())
    faults: int = FAULTS
    robbed: bool = False

    def ring(self) -> "State":
        return self._replace(bell=min(self.bell + 1, MOST_BELLS))

    def with_call(self, index: int, status: CallStatus) -> "State":
        calls = tuple(status if i == index else old for i, old in enumerate(self.calls))
        return self._replace(calls=calls)

    def with_worker(self, index: int, worker: Worker) -> "State":
        return self._replace(workers=tuple(worker if i == index else old for i, old in enumerate(self.workers)))


@cache
def decide(calls: Calls) -> Move:
    """The product's own brain on a run with these two calls."""
    views = tuple(
        CallView(
            id=index,
            tool_use_id=str(index),
            tool="act",
            arguments="{}",
            digest="",
            tier=ActionTier.RISKY,
            effect=Effect.NON_IDEMPOTENT,
            status=status,
            version=1,
            result=RESULT if status.answered else None,
        )
        for index, status in enumerate(calls)
    )
    return next_move(Transcript(1, "act twice", Limits(), Spent(), turns=(Turn(seq=1, calls=views),)))


def look(state: State, me: int, rules: Rules) -> State:
    """One commit of the ledger: what comes next, reserved or parked under the run's lock."""
    worker = state.workers[me]
    view = state.calls if rules.look_again or worker.seen is None else worker.seen
    while True:
        move = decide(view)
        if isinstance(move, Doubt):
            if not rules.doubt:
                return state.with_worker(me, Worker("go", move.call.id, view))
            state = state.with_call(move.call.id, CallStatus.IN_DOUBT)
            view = tuple(CallStatus.IN_DOUBT if i == move.call.id else old for i, old in enumerate(view))
        elif isinstance(move, RunTool):
            state = state.with_call(move.call.id, CallStatus.STARTED) if rules.intent else state
            return state.with_worker(me, Worker("go", move.call.id, state.calls))
        elif isinstance(move, AwaitHuman):
            return state._replace(run="suspended", lease=None).with_worker(me, Worker())
        else:
            return state._replace(run="done", lease=None).with_worker(me, Worker())


def worker_steps(state: State, me: int, rules: Rules) -> Iterator[State]:
    worker = state.workers[me]
    ours = (state.lease == me and state.run == "running") or not rules.fence
    if worker.at == "idle":
        if not state.bell:
            return
        heard = state._replace(bell=state.bell - 1)
        free = state.run == "queued" or (state.run == "running" and state.expired)
        if free:
            claimed = heard._replace(run="running", lease=me, expired=False)
            yield claimed.with_worker(me, Worker("look", seen=state.calls))
        else:
            yield heard
    elif worker.at == "look":
        yield look(state, me, rules) if ours else state.with_worker(me, Worker())
    elif worker.at == "go":
        ran = tuple(min(count + (i == worker.call), 2) for i, count in enumerate(state.ran))
        yield state._replace(ran=ran).with_worker(me, worker._replace(at="note"))
    elif worker.at == "note":
        before = CallStatus.STARTED if rules.intent else state.calls[worker.call]
        if not ours or state.calls[worker.call] is not before or before.answered:
            valid = state.lease == me and state.run == "running" and not state.expired
            yield state.with_worker(me, Worker())._replace(robbed=state.robbed or valid)
        else:
            written = state.with_call(worker.call, CallStatus.SUCCEEDED)
            seen = tuple(
                CallStatus.SUCCEEDED if i == worker.call else old for i, old in enumerate(worker.seen or state.calls)
            )
            yield look(written.with_worker(me, Worker("look", seen=seen)), me, rules)
    if worker.at != "idle" and state.faults:
        yield state._replace(faults=state.faults - 1).with_worker(me, Worker())


def people_steps(state: State, rules: Rules) -> Iterator[State]:
    """A person says yes or no to what waits, and clears up what is in doubt."""
    for index, status in enumerate(state.calls):
        decidable = status is CallStatus.AWAITING or (
            not rules.first_answer and status in {CallStatus.APPROVED, CallStatus.REJECTED}
        )
        answers = []
        if decidable:
            answers = [CallStatus.APPROVED, CallStatus.REJECTED]
        elif status is CallStatus.IN_DOUBT:
            answers = [CallStatus.HAPPENED]
        for answer in answers:
            after = state.with_call(index, answer)
            if answer is CallStatus.REJECTED:
                refused = tuple(old or i == index for i, old in enumerate(state.refused))
                after = after._replace(refused=refused)
            if rules.requeue and state.run == "suspended":
                after = after._replace(run="queued").ring()
            yield after


def time_steps(state: State, rules: Rules) -> Iterator[State]:
    """Leases run out, the sweeper rings again, a doorbell is lost."""
    if state.run == "running" and not state.expired:
        yield state._replace(expired=True)
    if rules.sweep and (state.run == "queued" or (state.run == "running" and state.expired)):
        yield state.ring()
    if state.bell and state.faults:
        yield state._replace(bell=state.bell - 1, faults=state.faults - 1)


def steps(state: State, rules: Rules) -> Iterator[State]:
    for me in (0, 1):
        yield from worker_steps(state, me, rules)
    yield from people_steps(state, rules)
    yield from time_steps(state, rules)


@dataclass(frozen=True)
class Explored:
    """What the whole state space holds."""

    states: int
    acted_twice: bool
    acted_after_a_no: bool
    robbed: bool
    """A worker with a valid lease found its call taken out of its hands."""
    stuck: int

    @property
    def harm(self) -> bool:
        return self.acted_twice or self.acted_after_a_no or self.robbed or self.stuck > 0


def explore(rules: Rules, first: CallStatus) -> Explored:
    start = State(calls=(first, CallStatus.AWAITING))
    before: dict[State, list[State]] = {start: []}
    todo = deque([start])
    while todo:
        state = todo.popleft()
        for after in steps(state, rules):
            if after not in before:
                before[after] = []
                todo.append(after)
            before[after].append(state)
    ends, todo = set(), deque(state for state in before if state.run == "done")
    while todo:
        state = todo.popleft()
        if state not in ends:
            ends.add(state)
            todo.extend(before[state])
    return Explored(
        states=len(before),
        acted_twice=any(max(state.ran) > 1 for state in before),
        acted_after_a_no=any(no and ran for state in before for no, ran in zip(state.refused, state.ran, strict=True)),
        robbed=any(state.robbed for state in before),
        stuck=len(before) - len(ends),
    )


@pytest.mark.parametrize("first", [CallStatus.ALLOWED, CallStatus.AWAITING])
def test_in_no_interleaving_does_a_call_act_twice_or_after_a_no_or_stand_still_for_ever(first: CallStatus) -> None:
    found = explore(Rules(), first)
    assert found.states > 5_000
    assert not found.harm, found


@pytest.mark.parametrize("rule", list(Rules.__dataclass_fields__))
def test_taking_any_one_rule_away_does_harm_in_some_interleaving(rule: str) -> None:
    without = replace(Rules(), **{rule: False})
    assert any(explore(without, first).harm for first in (CallStatus.ALLOWED, CallStatus.AWAITING))
