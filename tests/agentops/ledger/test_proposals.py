"""The gate over a whole reply: how many calls of one run may wait for a person at once."""

import pytest

from agentops.domain.lifecycle import Effect
from agentops.domain.tiers import ActionTier
from agentops.models import ToolCall
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import answer, begin, make_task, set_tier, waiting_calls, work

pytestmark = pytest.mark.django_db


def test_of_many_calls_at_once_five_wait_and_the_model_is_told_of_the_others() -> None:
    make_task()
    set_tier("act", "risky")
    done: list[str] = []

    def act(_: ToolContext, args: Note) -> Answer:
        done.append(args.text)
        return Answer()

    many = call(*(("act", {"text": str(number)}) for number in range(8)))
    model = ScriptedModel(many, call(("act", {"text": "later"})), say("Done."))
    tool = toy("act", act, effect=Effect.IDEMPOTENT, floor=ActionTier.RISKY)
    with plugged_in(tool):
        run_id = begin()
        work(run_id, model)
        waiting = waiting_calls(run_id)
        assert [one.arguments for one in waiting] == [f'{{"text":"{n}"}}' for n in range(5)]
        refused = ToolCall.objects.filter(run=run_id, status="refused")
        assert [one.result["code"] for one in refused] == ["too_many_waiting"] * 3
        for one in waiting:
            answer(one)
        work(run_id, model)
        assert len(done) == 5 and len(waiting_calls(run_id)) == 1, "after the answers there is room again"
