"""Hard budgets: a call to the model is refused before it is made, whoever else spends at the same moment."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from agentops.audit import verify_chain
from agentops.control import BadRequest, set_budget
from agentops.domain.budgets import BudgetPeriod, price_at_most
from agentops.domain.messages import FailureKind, ModelFailure, ModelReply, ModelRequest, StopReason
from agentops.domain.pricing import PriceRow, Usage
from agentops.ledger import budgets as ledger_budgets
from agentops.models import AgentRun, AuditEntry, Budget, BudgetUse, CostReservation, Price, RunFact, Step
from agentops.runner.loop import advance
from tests.scripted import Answer, ScriptedModel, call, plugged_in, say, toy
from tests.toys import begin, make_task, set_tier, use_model, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

IN, OUT = 1_000, 5_000
TALK = 100 * IN + 20 * OUT
"""What one scripted reply costs."""

WORDS = 512 * OUT
"""What the most that a reply may write costs; what it reads comes on top."""


@pytest.fixture(autouse=True)
def toys() -> Iterator[None]:
    make_task()
    set_tier("look", "read")
    add_price()
    with plugged_in(toy("look", lambda *_: Answer())):
        yield


def add_price(model: str = "scripted-1") -> Price:
    return Price.objects.create(
        model=model, valid_from=date(2026, 1, 1), input_nano=IN, output_nano=OUT, cache_write_5m_nano=IN,
        cache_write_1h_nano=2 * IN, cache_read_nano=IN // 10,
    )  # fmt: skip


def hold(limit: int | None, period: str = "day", scope: str = "") -> None:
    set_budget(scope=scope, period=period, limit_nano=limit, by="Ruth Kerr")


def use_of(period: str = "day", scope: str = "") -> BudgetUse:
    return BudgetUse.objects.get(period=period, scope=scope)


def greedy(request: ModelRequest) -> ModelReply:
    """A reply that looks once more, writes all it may and costs all that was set aside for it."""
    held = CostReservation.objects.get()
    read = (held.nano - request.max_tokens * OUT) // (2 * IN)
    return ModelReply(
        content=[{"type": "tool_use", "id": f"t{len(request.messages)}", "name": "look",
                  "input": {"text": str(len(request.messages))}}],
        stop_reason=StopReason.TOOL_USE,
        usage=Usage(cache_write_1h_tokens=read, output_tokens=request.max_tokens),
        model="scripted-1",
        provider="offline",
    )  # fmt: skip


class Greedy(ScriptedModel):
    """Never ends by itself."""

    def __init__(self) -> None:
        super().__init__(greedy)

    def ask(self, request: ModelRequest) -> ModelReply:
        self.requests.append(request)
        return greedy(request)


# --- one run


@pytest.mark.parametrize("calls", [0, 1, 2, 3])
def test_a_run_never_costs_more_than_its_budget_and_is_handed_over_with_what_it_has(calls: int) -> None:
    """However greedy the model is: it is asked as long as there is room for the most that it could cost."""
    hold(calls * (WORDS + 4_000_000), "run")
    run = work(begin(), Greedy())
    assert run.status == "limit_reached"
    assert run.outcome == "budget_run"
    assert run.cost_nano <= calls * (WORDS + 4_000_000)
    assert (run.iterations > 0) == (calls > 0)
    assert run.handoff_reason == "what one request may cost was used up"
    assert "A colleague at the front desk will take over" in run.answer
    assert RunFact.objects.get(run=run).outcome == "budget_run"
    assert CostReservation.objects.get(run=run).nano == 0


def test_a_run_within_its_budget_ends_as_without_one_and_keeps_nothing_set_aside() -> None:
    for period in BudgetPeriod:
        hold(1_000_000_000, period)
    run = work(begin(), ScriptedModel(call(("look", {})), say("All done.")))
    assert (run.status, run.outcome, run.cost_nano) == ("completed", "answered", 2 * TALK)
    assert CostReservation.objects.get(run=run).nano == 0
    assert [(use.spent_nano, use.reserved_nano) for use in BudgetUse.objects.all()] == [(2 * TALK, 0)] * 2


def test_where_no_budget_is_set_nothing_of_budgets_is_read_or_written(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Budget", "BudgetUse", "CostReservation"):
        monkeypatch.setattr(ledger_budgets, name, None)
    assert work(begin(), ScriptedModel(call(("look", {})), say("All done."))).status == "completed"


def test_a_budget_of_another_type_of_task_holds_nothing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    make_task("other")
    hold(0, "day", "other")
    monkeypatch.setattr(ledger_budgets, "Budget", None)
    assert work(begin(), ScriptedModel(say("All done."))).status == "completed"


# --- a day, a month, a type of task


@pytest.mark.parametrize(("period", "scope"), [("day", ""), ("month", ""), ("day", "toying"), ("month", "toying")])
def test_when_it_is_used_up_no_call_is_made_until_it_is_raised(period: str, scope: str) -> None:
    hold(WORDS + 3_000_000, period, scope)
    assert work(begin(), ScriptedModel(say("First."))).status == "completed"
    BudgetUse.objects.update(spent_nano=4_000_000)
    model = ScriptedModel(say("Second."))
    run = work(begin(), model)
    assert (run.outcome, model.requests) == (f"budget_{period}", [])
    assert use_of(period, scope).refused_at
    hold(4 * WORDS, period, scope)
    assert use_of(period, scope).refused_at is None
    assert work(begin(), ScriptedModel(say("Third."))).status == "completed"


def test_a_model_without_a_price_is_not_asked_under_a_budget() -> None:
    hold(1_000_000_000)
    Price.objects.all().delete()
    model = ScriptedModel(say("Hello."))
    run = work(begin(), model)
    assert (run.status, run.outcome, model.requests) == ("limit_reached", "budget_unpriced", [])
    assert run.handoff_reason == "the model has no known price, so it cannot be held to the budget"
    hold(None)
    assert work(begin(), model).status == "completed"


def test_what_was_spent_before_a_budget_was_set_counts() -> None:
    run = work(begin(), ScriptedModel(call(("look", {})), say("All done.")))
    hold(1_000_000_000, "month")
    hold(1_000_000_000, "day", "toying")
    assert use_of("month").spent_nano == use_of("day", "toying").spent_nano == run.cost_nano


def test_a_new_day_begins_with_nothing_spent_and_the_month_goes_on() -> None:
    for period in ("day", "month"):
        hold(1_000_000_000, period)
    work(begin(), ScriptedModel(say("Today.")))
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    BudgetUse.objects.filter(period="day").update(starts_on=yesterday)
    work(begin(), ScriptedModel(say("The day after.")))
    assert BudgetUse.objects.get(period="day", starts_on=yesterday).spent_nano == TALK
    assert BudgetUse.objects.get(period="day", starts_on=today).spent_nano == TALK
    assert use_of("month").spent_nano == 2 * TALK


# --- calls of which nobody knows what they cost


def test_a_call_whose_worker_died_is_charged_in_full() -> None:
    hold(1_000_000_000)
    run_id = begin()

    class Dies(ScriptedModel):
        def ask(self, request: ModelRequest) -> ModelReply:
            raise SystemExit

    with pytest.raises(SystemExit):
        work(run_id, Dies())
    held = CostReservation.objects.get().nano
    assert held >= WORDS
    assert use_of().reserved_nano == held
    AgentRun.objects.filter(pk=run_id).update(lease_expires_at=timezone.now() - timedelta(hours=1))
    run = work(run_id, ScriptedModel(say("All done.")))
    assert run.status == "completed"
    assert (use_of().spent_nano, use_of().reserved_nano) == (held + TALK, 0)
    assert CostReservation.objects.get().unknown_nano == held


@pytest.mark.parametrize(("kind", "billed"), [(FailureKind.TIMEOUT, True), (FailureKind.BAD_REQUEST, False)])
def test_a_failed_call_is_charged_in_full_where_it_may_be_billed_and_not_at_all_where_not(
    kind: FailureKind, billed: bool
) -> None:
    hold(1_000_000_000)
    work(begin(), ScriptedModel(*[ModelFailure(kind, "no", retry_after=0.0)] * 3, by_turn=False))
    use = use_of()
    assert use.reserved_nano == 0
    assert (use.spent_nano >= Step.objects.filter(kind="failure").count() * WORDS) == billed
    assert (use.spent_nano == 0) == (not billed)


def test_a_reply_of_a_model_without_a_price_is_charged_in_full() -> None:
    hold(1_000_000_000)
    stranger = ModelReply(
        content=[{"type": "text", "text": "Done."}], stop_reason=StopReason.END_TURN, usage=Usage(100, 20),
        model="another", provider="offline",
    )  # fmt: skip
    run = work(begin(), ScriptedModel(stranger))
    assert (run.status, run.unpriced_calls) == ("completed", 1)
    assert use_of().spent_nano >= WORDS


# --- several at once


@pytest.mark.parametrize("period", ["day", "month"])
def test_workers_who_spend_at_once_never_spend_more_than_the_budget(period: str) -> None:
    """Eight workers at once, each call under way until every other run is under way or refused: room for three."""
    limit = 4 * WORDS
    hold(limit, period)
    hold(10 * limit, period, "toying")
    runs, seen, settled = [begin() for _ in range(8)], [], threading.Condition()

    class Waiting(ScriptedModel):
        def ask(self, request: ModelRequest) -> ModelReply:
            with settled:
                seen.append("asked")
                settled.notify_all()
                assert settled.wait_for(lambda: len(seen) == 8, timeout=60)
            return say("All done.")

    def go(run_id: int) -> None:
        try:
            advance(run_id)
        finally:
            connections.close_all()
        with settled:
            if len(seen) < 8:
                seen.append("refused")
                settled.notify_all()

    with use_model(Waiting()):
        threads = [threading.Thread(target=go, args=[run_id]) for run_id in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(90)
    use = BudgetUse.objects.get(period=period, scope="")
    assert seen.count("asked") <= 3, "each sets aside more than a quarter"
    ends = list(AgentRun.objects.values_list("outcome", flat=True))
    assert (ends.count("answered"), ends.count(f"budget_{period}")) == (seen.count("asked"), seen.count("refused"))
    assert use.spent_nano == sum(AgentRun.objects.values_list("cost_nano", flat=True)) <= limit
    assert (use.reserved_nano, ends.count("answered") >= 1) == (0, True)


# --- prices and settings


def row(above: int = 0, **more: Any) -> PriceRow:
    values: dict[str, Any] = {
        "id": 1, "model": "m", "valid_from": date(2026, 1, 1), "valid_until": None, "above_prompt_tokens": above,
        "input_nano": 10, "output_nano": 50, "cache_write_5m_nano": 12, "cache_write_1h_nano": 20, "cache_read_nano": 1,
        **more,
    }  # fmt: skip
    return PriceRow(**values)


@pytest.mark.parametrize(
    ("rows", "most"),
    [
        ([row()], 1_000 * 20 + 100 * 50),
        ([row(), row(above=500, output_nano=90)], 1_000 * 20 + 100 * 90),
        ([row(), row(above=1_000, output_nano=90)], 1_000 * 20 + 100 * 50),
        ([row(), row(valid_from=date(2026, 3, 2), output_nano=70)], 1_000 * 20 + 100 * 70),  # dearer from tomorrow on
        ([row(), row(valid_from=date(2026, 2, 1), output_nano=30)], 1_000 * 20 + 100 * 30),
        ([row(valid_until=date(2026, 3, 2))], None),  # none any more from tomorrow on
        ([row(model="other")], None),
        ([row(above=10)], None),
        ([], None),
    ],
)
def test_the_most_that_a_call_can_cost(rows: list[PriceRow], most: int | None) -> None:
    found = price_at_most(model="m", prompt_tokens=1_000, max_tokens=100, on=date(2026, 3, 1), rows=rows)
    assert found == most


def test_a_change_stands_in_the_record_with_the_name() -> None:
    hold(5_000_000_000)
    hold(5_000_000_000)
    hold(None)
    assert not Budget.objects.exists()
    assert list(AuditEntry.objects.order_by("seq").values_list("who", "what", "facts")) == [
        ("Ruth Kerr", "budget.set", {"was_nano": None, "limit_nano": 5_000_000_000}),
        ("Ruth Kerr", "budget.set", {"was_nano": 5_000_000_000, "limit_nano": None}),
    ]
    assert verify_chain() is None


@pytest.mark.parametrize(
    ("scope", "period", "limit"), [("nothing", "day", 1), ("", "year", 1), ("", "day", -1), ("", "day", 10**18)]
)
def test_what_is_no_budget_is_refused(scope: str, period: str, limit: int) -> None:
    with pytest.raises(BadRequest):
        set_budget(scope=scope, period=period, limit_nano=limit, by="Ruth Kerr")
