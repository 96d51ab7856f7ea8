"""A call of unknown outcome: the tool's own check settles it where the answer is definite, a person does otherwise."""

import pytest

from agentops.domain.lifecycle import Effect
from agentops.domain.tiers import ActionTier
from agentops.models import AgentRun, ToolCall
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import answer, begin, make_task, set_tier, waiting_calls, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


class Post:
    """A service that takes a letter and then breaks off; `knows` is what it says when it is asked about it later."""

    def __init__(self, knows: bool | None) -> None:
        self.knows = knows
        self.asked: list[str] = []

    def send(self, context: ToolContext, args: Note) -> Answer:
        raise ConnectionError("its answer was lost")

    def check(self, key: str) -> bool | None:
        self.asked.append(key)
        if self.knows is None:
            raise ConnectionError("still away")
        return self.knows


def send_one(post: Post) -> tuple[AgentRun, ToolCall, ScriptedModel]:
    make_task()
    set_tier("send", "risky")
    model = ScriptedModel(call(("send", {"text": "a"})), say("So be it."))
    tool = toy("send", post.send, effect=Effect.NON_IDEMPOTENT, floor=ActionTier.RISKY, check=post.check)
    with plugged_in(tool):
        run = work(begin(), model)
        answer(waiting_calls(run.pk)[0])
        run = work(run.pk, model)
        if run.status == "queued":
            run = work(run.pk, model)
    return run, ToolCall.objects.get(run=run), model


@pytest.mark.parametrize(
    ("knows", "status", "told"), [(True, "happened", "did happen"), (False, "not_happened", "did not happen")]
)
def test_a_definite_answer_of_the_tools_check_settles_the_doubt_and_the_model_is_told(
    knows: bool, status: str, told: str
) -> None:
    post = Post(knows)
    run, sent, model = send_one(post)
    assert (run.status, sent.status) == ("completed", status)
    assert told in model.requests[-1].messages[-1]["content"][0]["content"]
    assert post.asked == [f"handrail-call-{sent.pk}-{sent.digest[:16]}"], "asked once, by the key of the call"


def test_a_check_that_cannot_tell_leaves_the_doubt_to_a_person() -> None:
    run, sent, _ = send_one(Post(None))
    assert (run.status, sent.status) == ("suspended", "in_doubt")
