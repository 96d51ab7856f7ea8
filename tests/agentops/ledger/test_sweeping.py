"""What time does: lost doorbells, dead workers, questions that nobody answers."""

from collections.abc import Iterator
from unittest import mock

import pytest

from agentops import after_commit
from agentops.domain.lifecycle import Effect
from agentops.domain.tiers import ActionTier
from agentops.ledger import overdue_runs
from agentops.models import AgentRun, ToolCall
from agentops.runner.sweeper import sweep_once
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import begin, make_task, set_tier, waiting_calls, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

LONG_AGO = "2026-01-01T00:00:00Z"


def act(context: ToolContext, args: Note) -> Answer:
    return Answer(text="acted")


@pytest.fixture
def bells() -> Iterator[list[int]]:
    make_task()
    set_tier("act", "risky")
    rung: list[int] = []
    tool = toy("act", act, effect=Effect.NON_IDEMPOTENT, floor=ActionTier.RISKY)
    with plugged_in(tool), mock.patch.object(after_commit, "_ring", rung.append):
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


def test_two_sweeps_do_the_work_of_one(bells: list[int]) -> None:
    model = ScriptedModel(call(("act", {"text": "b"})), say("Fine."))
    run = work(begin(), model)
    ToolCall.objects.filter(run=run).update(expires_at=LONG_AGO)
    bells.clear()
    sweep_once()
    sweep_once()
    assert bells == [run.pk]
