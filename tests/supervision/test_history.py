"""A generated past is what the machine would have left behind, says that it is generated, and keeps nobody waiting."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Q, Sum
from django.utils import timezone

from agentops.domain.cards import Card
from agentops.domain.lifecycle import CallStatus, RunStatus
from agentops.domain.outcomes import ToolResult
from agentops.domain.pricing import PriceRow, Usage, price_usage
from agentops.domain.search import place_of
from agentops.management.catalogue import load_catalogue
from agentops.models import AgentRun, Price, RunFact, RunWords, Step, ToolCall
from supervision.inbox.desk import count_waiting
from supervision.models import Decision, HandoffClosing

UNTIL = date(2026, 11, 27)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def seed(runs: int = 400, **options: Any) -> None:
    load_catalogue()
    call_command("seed_history", runs=runs, days=28, seed=7, until=UNTIL, verbosity=0, **options)


def test_the_figures_of_every_run_agree_with_its_rows() -> None:
    seed()
    runs = AgentRun.objects.select_related("runfact", "task_type", "conversation")
    for run in runs.prefetch_related("steps", "calls"):
        turns = [step for step in run.steps.all() if step.kind != "note"]
        calls, fact = list(run.calls.all()), run.runfact
        assert fact.iterations == run.iterations == len(turns)
        assert fact.tool_calls == run.tool_calls == len(calls)
        assert fact.tools_executed == sum(call.started_at is not None for call in calls)
        assert fact.tool_errors == sum(call.status == "failed" for call in calls)
        assert fact.asked_people == sum(call.expires_at is not None for call in calls)
        told = [step for step in turns if step.kind == "model"]
        tokens = [s.input_tokens + s.output_tokens + s.cache_write_tokens + s.cache_read_tokens for s in told]
        assert fact.tokens == run.tokens == sum(tokens) <= run.max_tokens
        assert fact.cost_nano == run.cost_nano == sum(step.cost_nano or 0 for step in told)
        assert fact.unpriced_calls == run.unpriced_calls == sum(step.cost_nano is None for step in told)
        assert fact.active_ms == run.active_ms <= run.max_active_ms
        assert fact.waited_ms == run.waited_ms
        assert (fact.status, fact.outcome, fact.task_type) == (run.status, run.outcome, run.task_type.slug)
        assert fact.completed is (run.status == RunStatus.COMPLETED)
        assert fact.limit_reached is (run.status == RunStatus.LIMIT_REACHED)
        assert fact.escalated is bool(run.handoff_reason)
        assert (fact.started_at, fact.finished_at) == (run.created_at, run.finished_at)
        assert fact.channel == run.conversation.channel


def test_every_turn_has_the_price_of_its_day() -> None:
    seed(150)
    names = PriceRow.__dataclass_fields__
    rows = [PriceRow(*values) for values in Price.objects.values_list(*names)]
    for step in Step.objects.filter(kind="model"):
        usage = Usage(step.input_tokens, step.output_tokens, step.cache_write_tokens, 0, step.cache_read_tokens)
        priced = price_usage(model=step.model, usage=usage, on=step.started_at.date(), rows=rows)
        assert (step.cost_nano, step.price_id) == (priced.nano, priced.row_id)


def test_every_row_could_have_been_left_by_the_machine() -> None:
    seed()
    assert all(RunStatus(status).over for status in AgentRun.objects.values_list("status", flat=True))
    for call in ToolCall.objects.all():
        assert CallStatus(call.status).answered
        Card.model_validate(call.card)
        ToolResult.model_validate(call.result)
        assert call.finished_at and (call.started_at or call.proposed_at) <= call.finished_at
    for run in AgentRun.objects.all():
        assert run.finished_at and run.created_at < run.started_at < run.finished_at
    assert not Decision.objects.exclude(call__decided_by=F("who")).exists()
    decided = Q(call__decided_at=F("decided_at")) | Q(verdict__in=["happened", "not_happened"])
    assert not Decision.objects.exclude(decided).exists()


def test_nothing_of_it_waits_for_anybody() -> None:
    seed()
    assert count_waiting() == 0
    assert not AgentRun.objects.filter(finished_at=None).exists()
    taken = HandoffClosing.objects.values("run")
    assert not AgentRun.objects.exclude(handoff_reason="").exclude(pk__in=taken).exists()
    last = AgentRun.objects.latest("created_at").created_at
    assert timezone.localtime(last).date() < UNTIL


def test_each_run_is_found_at_its_place() -> None:
    seed(60)
    places = {run.pk: place_of(run.created_at, run.pk) for run in AgentRun.objects.all()}
    assert dict(RunWords.objects.values_list("run_id", "place")) == places


def test_the_same_numbers_make_the_same_past_and_only_once() -> None:
    columns = ("request_id", "request", "outcome", "cost_nano", "created_at", "active_ms")
    seed(120)
    first = list(AgentRun.objects.order_by("pk").values_list(*columns))
    with pytest.raises(CommandError, match="is here already"):
        seed(120)
    for model in (Decision, HandoffClosing, RunWords, AgentRun):
        model.objects.all().delete()
    seed(120)
    assert list(AgentRun.objects.order_by("pk").values_list(*columns)) == first


def test_a_high_average_hides_the_type_that_fails() -> None:
    seed(1_500)
    ended = Counter(RunFact.objects.exclude(outcome="asked_back").values_list("task_type", "completed"))
    total = sum(ended.values())
    assert sum(n for (_, completed), n in ended.items() if completed) / total > 0.9
    done, not_done = ended["cancelling", True], ended["cancelling", False]
    assert done / (done + not_done) < 0.9
    assert len(set(Step.objects.filter(kind="model").values_list("model", flat=True))) >= 3
    assert RunFact.objects.aggregate(n=Sum("unpriced_calls"))["n"] > 0
    assert {"answered", "asked_back", "limit_iterations", "model_unavailable", "cancelled", "urgent_help"} <= set(
        RunFact.objects.values_list("outcome", flat=True)
    )
    assert {"expired", "rejected", "failed", "happened"} <= set(ToolCall.objects.values_list("status", flat=True))


def test_it_keeps_away_from_a_real_clinic(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="does not belong among real runs"):
        seed(10)
    assert not AgentRun.objects.exists()


@pytest.mark.parametrize("numbers", [{"runs": 0, "days": 3}, {"runs": 3, "days": 0}])
def test_an_empty_past_is_refused_in_words(numbers: dict[str, int]) -> None:
    with pytest.raises(CommandError, match="at least one run"):
        call_command("seed_history", **numbers)
