"""What people may ask of the machine, and what they are told when it cannot be."""

from collections.abc import Iterator

import pytest

from agentops.control import (
    BadRequest,
    Changed,
    Conflict,
    Proposed,
    Settled,
    Unsettled,
    cancel_run,
    confirm_change,
    resolve_call,
    start_run,
)
from agentops.domain.lifecycle import Effect
from agentops.domain.tiers import ActionTier
from agentops.models import AgentRun, ToolCall, ToolPolicy
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import answer, begin, change_tool, make_task, set_tier, waiting_calls, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def act(context: ToolContext, args: Note) -> Answer:
    return Answer(text="acted")


def lose_connection(context: ToolContext, args: Note) -> Answer:
    raise ConnectionError("the line broke after the request was sent")


@pytest.fixture(autouse=True)
def toys() -> Iterator[None]:
    make_task()
    set_tier("act", "risky")
    set_tier("call_out", "risky")
    effect = {"effect": Effect.NON_IDEMPOTENT, "floor": ActionTier.RISKY}
    with plugged_in(toy("act", act, **effect), toy("call_out", lose_connection, **effect)):
        yield


def suspended() -> tuple[AgentRun, ScriptedModel]:
    model = ScriptedModel(call(("act", {"text": "b"})), say("Fine."))
    return work(begin(), model), model


@pytest.mark.parametrize(
    ("request_text", "code", "words"),
    [
        ("", "empty", "Write what the caller said"),
        ("   \n", "empty", "Write what the caller said"),
        ("a" * 20_000, "too_long", "20,000 of 8,000 characters"),
        ("a\x00b", "nul_character", "cannot be stored"),
    ],
)
def test_a_request_that_cannot_be_taken_is_refused_in_words(request_text: str, code: str, words: str) -> None:
    with pytest.raises(BadRequest) as refused:
        start_run(request=request_text, task_type="toying")
    assert refused.value.code == code and words in refused.value.message
    assert not AgentRun.objects.exists()


def test_the_same_request_key_makes_one_run_however_often_it_is_sent() -> None:
    first = start_run(request="Please.", task_type="toying", request_key="k1")
    again = start_run(request="Please.", task_type="toying", request_key="k1")
    assert first.created and not again.created and first.run_id == again.run_id
    with pytest.raises(BadRequest, match="already sent"):
        start_run(request="Something else.", task_type="toying", request_key="k1")


def test_a_stopped_task_type_takes_no_requests() -> None:
    make_task(enabled=False)
    with pytest.raises(BadRequest, match="switched off"):
        start_run(request="Please.", task_type="toying")


def test_a_conversation_goes_on_only_when_the_last_answer_is_there() -> None:
    model = ScriptedModel(say("Which day?"), say("Thank you."))
    run = work(begin("I need an appointment."), model)
    assert run.outcome == "asked_back"
    later = begin("On Thursday.", conversation_id=run.conversation_id)
    with pytest.raises(BadRequest, match="still working"):
        begin("Hello?", conversation_id=run.conversation_id)
    assert work(later, model).answer == "Thank you."
    heard = [message["content"][0]["text"] for message in model.requests[-1].messages]
    assert heard == ["I need an appointment.", "Which day?", "On Thursday."]


def test_a_suspended_run_that_is_stopped_ends_and_its_request_is_withdrawn() -> None:
    run, model = suspended()
    waiting = waiting_calls(run.pk)[0]
    assert cancel_run(run_id=run.pk, by="Priya Nair")
    run = work(run.pk, model)
    assert (run.status, run.outcome, run.handoff_reason) == ("cancelled", "cancelled", "")
    late = answer(waiting)
    assert isinstance(late, Unsettled) and late.code == "withdrawn"
    assert not cancel_run(run_id=run.pk, by="Priya Nair"), "a run that is over cannot be stopped"


def test_an_answer_after_the_time_is_up_does_not_count() -> None:
    run, _ = suspended()
    waiting = waiting_calls(run.pk)[0]
    ToolCall.objects.filter(pk=waiting.pk).update(expires_at="2026-01-01T00:00:00Z")
    late = answer(waiting)
    assert isinstance(late, Unsettled) and late.code == "expired" and "Nothing was changed" in late.message


@pytest.mark.parametrize(
    ("happened", "status", "code"), [(True, "happened", "confirmed_by_staff"), (False, "not_happened", "not_done")]
)
def test_a_call_in_doubt_stops_the_run_until_a_person_says_what_happened(
    happened: bool, status: str, code: str
) -> None:
    model = ScriptedModel(call(("call_out", {"text": "b"})), say("Fine."))
    run = work(begin(), model)
    answer(waiting_calls(run.pk)[0])
    run = work(run.pk, model)
    doubtful = ToolCall.objects.get(run=run)
    assert (run.status, doubtful.status) == ("suspended", "in_doubt")
    stale = resolve_call(call_id=doubtful.pk, happened=happened, version=1, by="Ruth Kerr", note="I called them.")
    assert isinstance(stale, Unsettled)
    settled = resolve_call(
        call_id=doubtful.pk, happened=happened, version=doubtful.version, by="Ruth Kerr", note="I called them."
    )
    assert isinstance(settled, Settled)
    run = work(run.pk, model)
    told = model.requests[-1].messages[-1]["content"][0]["content"]
    assert run.status == "completed" and code in told and "I called them." in told
    assert ToolCall.objects.get(run=run).status == status


def test_a_stricter_rule_withdraws_what_waits_and_the_model_is_told() -> None:
    run, model = suspended()
    policy = ToolPolicy.objects.get(tool="act")
    changed = change_tool("act", tier="destructive")
    assert changed == Changed(policy.version + 1, invalidated=1)
    work(run.pk, model)
    assert ToolCall.objects.filter(run=run).first().status == "invalidated"
    assert "stricter" in model.requests[-1].messages[-1]["content"][0]["content"]


def test_a_milder_rule_releases_nothing_that_waits() -> None:
    ToolPolicy.objects.filter(tool="act").update(tier="destructive", floor="risky")
    run, _ = suspended()
    proposed = change_tool("act", tier="risky")
    assert isinstance(proposed, Proposed)
    assert isinstance(confirm_change(change_id=proposed.change_id, by="Nora Lind", account=2), Changed)
    assert ToolPolicy.objects.get(tool="act").tier == "risky" and waiting_calls(run.pk)


def test_of_two_admins_who_save_the_same_tool_the_second_is_told() -> None:
    assert isinstance(change_tool("act", tier="destructive", version=1), Changed)
    late = change_tool("act", hold_seconds=60, version=1, by="Nora Lind")
    assert isinstance(late, Conflict) and ToolPolicy.objects.get(tool="act").tier == "destructive"
    assert [(one.before, one.after) for one in late.theirs] == [("Hard to undo", "Cannot be undone")]


def test_no_tier_may_be_milder_than_the_floor_in_the_code() -> None:
    ToolPolicy.objects.filter(tool="act").update(floor="risky")
    with pytest.raises(BadRequest, match="never be milder"):
        change_tool("act", tier="safe")
    with pytest.raises(BadRequest, match="four levels"):
        change_tool("act", tier="harmless")
