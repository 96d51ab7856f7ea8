"""What a new user sees after `make demo`: a queue that is not empty, and every outcome in the run list."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command

from agentops.domain.lifecycle import RunStatus
from agentops.management.demo_requests import REQUESTS
from agentops.models import AgentRun, Price, RunFact, TaskType, ToolCall, ToolPolicy

pytestmark = pytest.mark.django_db(transaction=True)


def prepare(*, past: int = 0) -> str:
    out = io.StringIO()
    call_command("demo", prepare_only=True, past=past, stdout=out)
    return out.getvalue()


@pytest.fixture
def demo() -> str:
    return prepare()


@pytest.mark.parametrize("days", range(7))
def test_the_demo_fills_the_queue_and_shows_every_outcome(days: int) -> None:
    """On whatever day of the week it is started; the clock of the database goes on as it is."""
    with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
        demo = prepare()
    assert f"Starting {len(REQUESTS)} requests" in demo
    waiting = set(ToolCall.objects.filter(status="awaiting").values_list("tool", flat=True))
    assert waiting >= {"book_appointment", "cancel_appointment", "send_message"}
    reached = set(AgentRun.objects.values_list("status", flat=True))
    assert reached == set(RunStatus) - {RunStatus.QUEUED, RunStatus.RUNNING}
    assert {"answered", "asked_back"} <= set(AgentRun.objects.values_list("outcome", flat=True))
    assert {"succeeded", "rejected", "expired"} <= set(ToolCall.objects.values_list("status", flat=True))


def test_every_finished_run_has_its_facts_and_every_model_turn_its_price(demo: str) -> None:
    assert RunFact.objects.count() == AgentRun.objects.exclude(finished_at=None).count()
    assert not AgentRun.objects.filter(unpriced_calls__gt=0, outcome="answered").exists()


def test_a_second_start_adds_nothing(demo: str) -> None:
    before = [model.objects.count() for model in (AgentRun, TaskType, Price, ToolPolicy)]
    prepare(past=50)
    assert [model.objects.count() for model in (AgentRun, TaskType, Price, ToolPolicy)] == before


def test_every_tool_of_the_demo_is_classified_at_least_as_strictly_as_its_author_did(demo: str) -> None:
    for policy in ToolPolicy.objects.all():
        assert policy.tier and policy.effective.value == policy.tier
        assert policy.described or not policy.effective.needs_person


def test_the_manager_of_the_demo_sees_a_past_that_is_marked_and_asks_nothing_of_anybody() -> None:
    assert "Added a generated past: 50 runs" in prepare(past=50)
    made = AgentRun.objects.filter(generated=True)
    assert made.count() == 50
    assert AgentRun.objects.count() == 50 + len(REQUESTS)
    assert not made.filter(finished_at=None).exists()
    assert not ToolCall.objects.filter(run__in=made, status__in=["awaiting", "approved", "in_doubt"]).exists()
