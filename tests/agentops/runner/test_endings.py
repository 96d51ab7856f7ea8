"""What leaves is validated: the answer, and the texts that a call would send."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.utils import timezone

from agentops.domain.lifecycle import Effect
from agentops.domain.tiers import ActionTier
from agentops.domain.validation import OutputRules, Protected, default_claims
from agentops.ledger import expire_calls
from agentops.models import ToolCall
from agentops.tools.registry import ToolContext, Toolset, register_toolset, unregister_toolset
from tests.scripted import Answer, Note, ScriptedModel, call, say, toy
from tests.toys import answer, begin, make_task, set_tier, waiting_calls, work

pytestmark = pytest.mark.django_db(transaction=True)


def act(context: ToolContext, args: Note) -> Answer:
    return Answer(text="done")


def rules(run_id: int, results: tuple[str, ...]) -> OutputRules:
    return OutputRules(
        known_phones=frozenset({"+442079460123"}),
        protected=(Protected(kind="born", value="3 September 1962", owner="another Ana Gomez"),),
        claims=default_claims(),
    )


def brief(now: datetime) -> str:
    return "Toys only."


@pytest.fixture(autouse=True)
def strict_toys() -> Iterator[None]:
    make_task()
    local = {"effect": Effect.TRANSACTIONAL, "floor": ActionTier.RISKY, "local": True}
    tools = (toy("book_appointment2", act, **local), toy("send", act, outgoing=("text",), **local))
    for tool in tools:
        set_tier(tool.name, "risky")
    register_toolset(Toolset(name="toys", tools=tools, briefing=brief, output_rules=rules))
    yield
    unregister_toolset("toys")


def test_a_number_that_is_not_on_file_is_replaced_and_recorded_and_a_known_one_stays() -> None:
    run = work(begin(), ScriptedModel(say("Call 020 7946 0123, or 020 7946 0999 after six.")))
    assert run.status == "completed"
    assert "020 7946 0123" in run.answer and "0999" not in run.answer
    assert [finding["action"] for finding in run.findings] == ["replaced"]


@pytest.mark.parametrize(
    "words",
    ["Your number is 078-05-1120.", "Is that the one born 3 September 1962?", "I have booked you in for Thursday."],
)
def test_an_answer_that_must_not_leave_is_stopped_and_the_run_goes_to_a_person(words: str) -> None:
    run = work(begin(), ScriptedModel(say(words)))
    assert (run.status, run.outcome) == ("handed_off", "stopped_answer")
    assert words not in run.answer and run.handoff_reason
    assert run.findings and not any(part in str(run.findings) for part in ("078-05-1120", "1962"))


def test_an_emergency_number_always_leaves() -> None:
    run = work(begin(), ScriptedModel(say("Please call 999 now, or 112, or 911.")))
    assert run.answer == "Please call 999 now, or 112, or 911."


def test_the_text_of_a_message_is_cleaned_before_anyone_is_asked() -> None:
    model = ScriptedModel(call(("send", {"text": "Ring 020 7946 0999."})), say("It is with my colleague."))
    run = work(begin(), model)
    waiting = waiting_calls(run.pk)[0]
    assert "0999" not in waiting.arguments and waiting.findings
    assert "0999" not in str(waiting.card)


def test_a_message_with_somebody_elses_data_is_never_put_to_staff() -> None:
    run = work(begin(), ScriptedModel(call(("send", {"text": "She was born 3 September 1962."})), say("Done?")))
    assert (run.status, run.outcome) == ("handed_off", "stopped_text")
    assert ToolCall.objects.get(run=run).result["code"] == "stopped_text" and not waiting_calls(run.pk)


def test_a_claim_is_true_once_the_call_was_executed() -> None:
    model = ScriptedModel(call(("send", {"text": "Hello."})), say("I have sent the text."))
    run = work(begin(), model)
    answer(waiting_calls(run.pk)[0])
    assert work(run.pk, model).outcome == "stopped_answer", "an unknown tool proves no claim"


def test_a_request_that_nobody_answered_in_time_leaves_a_call_back_on_the_desk() -> None:
    model = ScriptedModel(call(("send", {"text": "x"})), say("It is not done yet. A colleague will call you back."))
    run = work(begin(), model)
    ToolCall.objects.update(expires_at=timezone.now())
    assert expire_calls() == 1
    run = work(run.pk, model)
    assert run.status == "completed" and "call back" in run.handoff_reason and run.handoff_summary
