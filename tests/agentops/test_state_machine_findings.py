"""What the histories of the state machine brought to light, each as the shortest story that shows it."""

from pathlib import Path
from unittest import mock

import pytest

from agentops.domain.lifecycle import Effect
from agentops.domain.outcomes import ToolError
from agentops.domain.tiers import ActionTier
from agentops.models import ToolCall
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
