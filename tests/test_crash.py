"""SIGKILL a worker at every commit of the loop and at the tool's edge: at most once, and the run ends or waits visibly.

The clean run is worked through once to see how many commits there are; then it is done again and again, and killed
at the first commit, at the second, and so on, right before it and right after it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.utils import timezone

from agentops.control import resolve_call
from agentops.domain.lifecycle import Effect
from agentops.domain.tiers import ActionTier
from agentops.models import AgentRun, Conversation, RunFact, ToolCall
from agentops.runner.loop import advance
from agentops.tools.registry import ToolContext
from tests.dying import die, in_own_process, killed_at_commit
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.torture.outside import Outside
from tests.toys import answer, begin, make_task, set_tier, use_model, waiting_calls

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

FEWEST_COMMITS, MOST_COMMITS = 5, 40
"""Two claims, the turn with its call, the answer, the end: with fewer, something is done that is not written down."""


@dataclass
class Scene:
    """One kind of tool behind one script: look something up, act with a yes, answer."""

    effect: Effect
    outside: Outside
    die_before_acting: bool = False
    die_after_acting: bool = False

    def act(self, context: ToolContext, args: Note) -> Answer:
        if self.die_before_acting:
            die()
        if self.effect is Effect.TRANSACTIONAL:
            Conversation.objects.create(channel="text", opened_at=timezone.now())
        else:
            once = self.effect is not Effect.NON_IDEMPOTENT
            self.outside.act(run=context.run_id, key=context.key, digest=args.text, once=once)
        if self.die_after_acting:
            die()
        return Answer(text="acted")

    def effects(self, run_id: int) -> int:
        if self.effect is Effect.TRANSACTIONAL:
            return Conversation.objects.filter(channel="text").count()
        return self.outside.effects(run_id)


def look(context: ToolContext, args: Note) -> Answer:
    return Answer(text="seen")


@pytest.fixture(params=[Effect.NON_IDEMPOTENT, Effect.IDEMPOTENT, Effect.TRANSACTIONAL, Effect.READ])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    make_task()
    set_tier("look", "read")
    set_tier("act", "risky")
    scene = Scene(request.param, Outside(tmp_path / "outside.sqlite3"))
    local = request.param is Effect.TRANSACTIONAL
    with plugged_in(
        toy("look", look), toy("act", scene.act, effect=request.param, floor=ActionTier.RISKY, local=local)
    ):
        yield scene


def script() -> ScriptedModel:
    return ScriptedModel(call(("look", {})), call(("act", {"text": "x"})), say("It is done."))


def work_through(run_id: int) -> None:
    """One slice, an approval, another slice."""
    with use_model(script()):
        advance(run_id)
        for waiting in waiting_calls(run_id):
            answer(waiting)
        advance(run_id)


def recover(run_id: int) -> AgentRun:
    """What the sweeper and the next worker do once the dead one's lease has run out."""
    for _ in range(3):
        AgentRun.objects.filter(pk=run_id, status="running").update(lease_expires_at="2020-01-01T00:00:00Z")
        work_through(run_id)
    return AgentRun.objects.get(pk=run_id)


def check_outcome(scene: Scene, run: AgentRun) -> None:
    """Done once and said so; or in doubt, shown as such, and cleared up by a person."""
    doubtful = ToolCall.objects.filter(run=run, status="in_doubt").first()
    if doubtful is None:
        assert (run.status, run.answer) == ("completed", "It is done.")
        assert scene.effects(run.pk) == 1
        assert RunFact.objects.filter(run=run).count() == 1
        return
    assert scene.effect is Effect.NON_IDEMPOTENT and run.status == "suspended"
    assert scene.effects(run.pk) <= 1
    happened = scene.effects(run.pk) == 1
    resolve_call(call_id=doubtful.pk, happened=happened, version=doubtful.version, by="Priya Nair", note="I looked.")
    run = recover(run.pk)
    assert run.status == "completed" and scene.effects(run.pk) <= 1


def kill_everywhere(scene: Scene, *, before: bool) -> int:
    """Kill at every commit of the run in turn; returns how many kills there were."""
    for number in range(1, MOST_COMMITS):
        run_id = begin()

        def doomed(run_id: int = run_id, number: int = number) -> None:
            with killed_at_commit(number, before=before):
                work_through(run_id)

        survived = in_own_process(doomed)
        check_outcome(scene, recover(run_id))
        if survived:
            return number - 1
        Conversation.objects.filter(channel="text").delete()
    raise AssertionError("the run never came to its end")


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_worker_killed_at_any_commit_acts_at_most_once_and_loses_nothing(scene: Scene, before: bool) -> None:
    assert kill_everywhere(scene, before=before) >= FEWEST_COMMITS


@pytest.mark.parametrize("edge", ["die_before_acting", "die_after_acting"])
def test_a_worker_killed_at_the_tools_edge_acts_at_most_once_and_says_when_it_is_in_doubt(
    scene: Scene, edge: str
) -> None:
    run_id = begin()
    setattr(scene, edge, True)
    assert not in_own_process(lambda: work_through(run_id))
    setattr(scene, edge, False)
    run = recover(run_id)
    if scene.effect is Effect.NON_IDEMPOTENT:
        assert ToolCall.objects.filter(run=run, status="in_doubt").exists(), "doubt is said, not guessed"
    check_outcome(scene, run)


def test_three_workers_lost_on_one_run_give_it_to_a_person(scene: Scene, tmp_path: Path) -> None:
    scene.die_before_acting = True
    run_id = begin()
    run_until_dead: Callable[[], None] = lambda: work_through(run_id)  # noqa: E731
    for _ in range(3):
        in_own_process(run_until_dead)
        AgentRun.objects.filter(pk=run_id, status="running").update(lease_expires_at="2020-01-01T00:00:00Z")
    with use_model(script()):
        advance(run_id)
    run = AgentRun.objects.get(pk=run_id)
    if scene.effect in {Effect.NON_IDEMPOTENT, Effect.IDEMPOTENT}:
        assert run.status == "suspended" and ToolCall.objects.get(run=run, tool="act").status == "in_doubt"
    else:
        assert (run.status, run.outcome) == ("handed_off", "workers_lost") and run.handoff_reason
