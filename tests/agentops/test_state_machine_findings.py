"""What histories and outages brought to light, each as the shortest story that shows it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
import time_machine
from django.db.models import F
from django.utils import timezone

from agentops.domain.lifecycle import Effect
from agentops.domain.outcomes import ToolError
from agentops.domain.tiers import ActionTier
from agentops.ledger import overdue_runs
from agentops.models import AgentRun, ToolCall
from agentops.tools import execution
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import answer, begin, make_task, set_tier, waiting_calls, work
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_first_try_that_may_have_acted_stays_in_doubt_when_the_later_tries_only_say_not_now(tmp_path: Path) -> None:
    """A8: "failed" means that it certainly did not act. The service acts, its answer is lost, then it is overloaded."""
    world, tries = World(tmp_path / "world.sqlite3"), [0]

    def act(context: ToolContext, args: Note) -> Answer:
        tries[0] += 1
        if tries[0] == 1:
            world.act_once("act", context.key)
            raise TimeoutError("its answer was lost")
        raise ToolError("overloaded", "Not now.", suggestion="Later.", retryable=True)

    make_task()
    set_tier("act", "risky")
    tool = toy("act", act, effect=Effect.IDEMPOTENT, floor=ActionTier.RISKY)
    model = ScriptedModel(call(("act", {"text": "x"})), say("It was not done."))
    with plugged_in(tool), mock.patch.object(execution, "BACKOFF_SECONDS", 0.0):
        run = work(begin(), model)
        answer(waiting_calls(run.pk)[0])
        work(run.pk, model)
    acted = ToolCall.objects.get(run=run)
    assert world.count("act") == 1
    assert acted.status == "in_doubt", f"it acted, and the model was told: {acted.result}"


@pytest.fixture
def acting() -> Iterator[ScriptedModel]:
    make_task(answer_minutes=30)
    set_tier("act", "risky")
    tool = toy("act", lambda context, args: Answer(), effect=Effect.NON_IDEMPOTENT, floor=ActionTier.RISKY)
    with plugged_in(tool):
        yield ScriptedModel(call(("act", {"text": "x"})), say("It is done."))


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_worker_whose_clock_is_wrong_gives_people_as_long_as_ever(acting: ScriptedModel, hours: int) -> None:
    """L5: only the database's clock says until when an answer counts."""
    now = timezone.now()
    with time_machine.travel(now + timedelta(hours=hours), tick=True):
        run = work(begin(), acting)
    expires_at = waiting_calls(run.pk)[0].expires_at
    assert expires_at
    assert abs(expires_at - now - timedelta(minutes=30)) < timedelta(minutes=1), f"{expires_at - now} to answer"


def test_a_bell_that_was_lost_by_a_process_whose_clock_is_fast_rings_again_as_soon(acting: ScriptedModel) -> None:
    """L4, L5: what waits in the queue is found by the sweeper within seconds, whoever put it there."""
    run = work(begin(), acting)
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
        answer(waiting_calls(run.pk)[0])
    AgentRun.objects.update(rung_at=F("rung_at") - timedelta(minutes=1))
    assert overdue_runs() == [run.pk]
