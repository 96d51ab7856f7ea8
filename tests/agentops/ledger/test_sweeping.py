"""What time does: lost doorbells, dead workers, questions that nobody answers."""

from collections.abc import Iterator
from unittest import mock

import pytest
from django.db import IntegrityError, transaction

from agentops import after_commit
from agentops.control import Changed, Proposed
from agentops.domain.lifecycle import Effect
from agentops.domain.tiers import ActionTier
from agentops.ledger import overdue_runs
from agentops.models import AgentRun, ToolCall, ToolPolicy
from agentops.runner.sweeper import sweep_once
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import begin, change_tool, make_task, set_tier, waiting_calls, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

LONG_AGO = "2026-01-01T00:00:00Z"


def act(context: ToolContext, args: Note) -> Answer:
    return Answer(text="acted")


@pytest.fixture
def bells() -> Iterator[list[int]]:
    make_task()
    rung: list[int] = []
    for name in ("act", "act_too"):
        set_tier(name, "risky")
    tools = [toy(name, act, effect=Effect.NON_IDEMPOTENT, floor=ActionTier.RISKY) for name in ("act", "act_too")]
    with plugged_in(*tools), mock.patch.object(after_commit, "_ring", rung.append):
        yield rung


def test_a_run_whose_doorbell_was_lost_is_rung_for_again(bells: list[int]) -> None:
    run_id = begin()
    bells.clear()
    assert overdue_runs() == [], "a run that was rung for just now is left alone"
    AgentRun.objects.filter(pk=run_id).update(rung_at=LONG_AGO)
    sweep_once()
    assert bells == [run_id] and overdue_runs() == []


def test_a_run_whose_worker_is_gone_is_rung_for_again(bells: list[int]) -> None:
    run_id = begin()
    bells.clear()
    AgentRun.objects.filter(pk=run_id).update(status="running", lease_owner="x", lease_expires_at=LONG_AGO)
    sweep_once()
    assert bells == [run_id]


def test_a_question_nobody_answers_expires_and_the_model_is_told_that_it_is_not_a_no(bells: list[int]) -> None:
    model = ScriptedModel(call(("act", {"text": "b"})), say("A person will call back."))
    run = work(begin(), model)
    bells.clear()
    assert waiting_calls(run.pk)
    sweep_once()
    assert waiting_calls(run.pk), "not before its time"
    ToolCall.objects.filter(run=run).update(expires_at=LONG_AGO)
    sweep_once()
    assert bells == [run.pk]
    run = work(run.pk, model)
    told = model.requests[-1].messages[-1]["content"][0]["content"]
    assert "expired" in told and "not a refusal" in told
    assert (run.status, ToolCall.objects.get(run=run).status) == ("completed", "expired")


def expire(run_id: int) -> None:
    ToolCall.objects.filter(run=run_id).update(expires_at=LONG_AGO)
    sweep_once()


@pytest.mark.parametrize(
    ("then", "code", "work_left"), [("call_back", "expired", True), ("go_on", "unanswered", False)]
)
def test_what_follows_where_nobody_answers_is_as_the_tools_policy_says(
    bells: list[int], then: str, code: str, work_left: bool
) -> None:
    ToolPolicy.objects.filter(tool="act").update(on_expiry=then)
    model = ScriptedModel(call(("act", {"text": "b"})), say("It was not done. Anything else?"))
    run = work(begin(), model)
    expire(run.pk)
    run = work(run.pk, model)
    told, one = model.requests[-1].messages[-1]["content"][0]["content"], ToolCall.objects.get(run=run)
    assert (one.status, one.result["code"]) == ("expired", code) and "not a refusal" in told
    assert ("a person will call back" in told) is work_left
    assert (run.status, bool(run.handoff_reason)) == ("completed", work_left)


def test_one_promise_to_call_back_among_calls_that_may_go_on_is_kept(bells: list[int]) -> None:
    ToolPolicy.objects.filter(tool="act").update(on_expiry="go_on")
    model = ScriptedModel(call(("act", {"text": "b"}), ("act_too", {"text": "c"})), say("Neither was done."))
    run = work(begin(), model)
    assert len(waiting_calls(run.pk)) == 2
    expire(run.pk)
    assert work(run.pk, model).handoff_reason


def test_a_policy_that_changes_while_a_request_waits_decides_what_follows(bells: list[int]) -> None:
    ToolPolicy.objects.filter(tool="act").update(on_expiry="go_on")
    model = ScriptedModel(call(("act", {"text": "b"})), say("It was not done."))
    run = work(begin(), model)
    assert isinstance(change_tool("act", on_expiry="call_back"), Changed)
    expire(run.pk)
    assert ToolCall.objects.get(run=run).result["code"] == "expired"
    assert isinstance(change_tool("act", on_expiry="go_on"), Proposed), "nobody being asked to call is more room"


def test_the_database_keeps_no_other_word_for_what_follows(bells: list[int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ToolPolicy.objects.filter(tool="act").update(on_expiry="approve")


def test_two_sweeps_do_the_work_of_one(bells: list[int]) -> None:
    model = ScriptedModel(call(("act", {"text": "b"})), say("Fine."))
    run = work(begin(), model)
    ToolCall.objects.filter(run=run).update(expires_at=LONG_AGO)
    bells.clear()
    sweep_once()
    sweep_once()
    assert bells == [run.pk]
