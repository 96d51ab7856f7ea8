"""One lease, one writer: a worker that wakes up late writes nothing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from agentops.domain.lifecycle import Effect
from agentops.domain.messages import ModelReply, ModelRequest
from agentops.domain.tiers import ActionTier
from agentops.ledger import Lease, renew_leases
from agentops.models import AgentRun, RunFact, Step, ToolCall
from agentops.runner.loop import advance
from agentops.tools.registry import ToolContext
from tests.scripted import Answer, Note, ScriptedModel, call, plugged_in, say, toy
from tests.toys import answer, begin, make_task, set_tier, use_model, waiting_calls, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

LONG_AGO = "2026-01-01T00:00:00Z"


def lose_lease(run_id: int) -> None:
    AgentRun.objects.filter(pk=run_id).update(lease_expires_at=LONG_AGO)


class Stalling:
    """A tool during which the worker sleeps past its lease, and another worker takes the run over."""

    def __init__(self) -> None:
        self.acts = 0
        self.stall = True

    def act(self, context: ToolContext, args: Note) -> Answer:
        self.acts += 1
        if self.stall:
            self.stall = False
            lose_lease(context.run_id)
            advance(context.run_id)
        return Answer(text="acted")


@pytest.fixture
def tool() -> Iterator[Stalling]:
    make_task()
    set_tier("act", "risky")
    stalling = Stalling()
    with plugged_in(toy("act", stalling.act, effect=Effect.NON_IDEMPOTENT, floor=ActionTier.RISKY)):
        yield stalling


def test_a_worker_that_wakes_after_its_lease_records_nothing_and_the_doubt_stands(tool: Stalling) -> None:
    model = ScriptedModel(call(("act", {"text": "b"})), say("Done."))
    run = work(begin(), model)
    answer(waiting_calls(run.pk)[0])
    run = work(run.pk, model)
    assert tool.acts == 1
    assert (run.status, ToolCall.objects.get(run=run).status) == ("suspended", "in_doubt")


def test_a_reply_that_comes_after_the_lease_is_never_used(tool: Stalling) -> None:
    run_id = begin()
    second = ScriptedModel(say("The second worker's answer."))

    def late(request: ModelRequest) -> ModelReply:
        lose_lease(run_id)
        with use_model(second):
            advance(run_id)
        return say("The first worker's answer.")

    run = work(run_id, ScriptedModel(late))
    assert run.answer == "The second worker's answer."
    assert RunFact.objects.filter(run=run).count() == 1 and Step.objects.filter(run=run).count() == 1


def test_working_time_of_a_dead_worker_is_charged_up_to_its_last_heartbeat(tool: Stalling) -> None:
    run_id = begin()
    gone = timezone.now() - timedelta(minutes=5)
    AgentRun.objects.filter(pk=run_id).update(
        status="running",
        lease_owner="dead",
        lease_epoch=1,
        active_ms=1_000,
        charged_at=gone,
        lease_expires_at=gone + timedelta(seconds=settings.LEASE_SECONDS + 7),
    )
    run = work(run_id, ScriptedModel(say("Fine.")))
    assert 8_000 <= run.active_ms < 12_000, "1 s charged before, 7 s to the last heartbeat, and this slice"


def test_tokens_that_a_dead_worker_had_reserved_are_charged_in_full(tool: Stalling) -> None:
    run_id = begin()
    AgentRun.objects.filter(pk=run_id).update(
        status="running",
        lease_owner="dead",
        lease_epoch=1,
        lease_expires_at=LONG_AGO,
        tokens_reserved=700,
        iterations=1,
    )
    run = work(run_id, ScriptedModel(say("Fine.")))
    assert run.tokens == 700 + 120 and run.iterations == 1 and run.lease_losses == 1


def test_only_a_lease_that_is_still_ours_is_renewed(tool: Stalling) -> None:
    run_id = begin()
    AgentRun.objects.filter(pk=run_id).update(
        status="running", lease_owner="x", lease_epoch=3, lease_expires_at=LONG_AGO
    )
    assert renew_leases([Lease(run_id, "x", 2)]) == 0
    assert renew_leases([Lease(run_id, "x", 3)]) == 1
    assert AgentRun.objects.get(pk=run_id).lease_expires_at > AgentRun.objects.get(pk=run_id).created_at
