"""Repricing is an explicit act: the dry run says the difference, and only the real one changes rows."""

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from agentops.domain.search import place_of
from agentops.models import AgentRun, Price, RunFact, RunWords, Step
from tests.supervision.metrics.facts import add_fact
from tests.supervision.rows import add_run, add_step


def reprice(*words: str) -> str:
    out = StringIO()
    call_command("reprice", *words, stdout=out)
    return out.getvalue()


def add_price(**nano: int) -> Price:
    usual = {"input_nano": 1_000, "output_nano": 5_000, "cache_write_5m_nano": 1_250, "cache_write_1h_nano": 2_000,
             "cache_read_nano": 100}  # fmt: skip
    return Price.objects.create(model="m-1", valid_from=date(2026, 1, 1), **{**usual, **nano})


def add_priced_run(*, ended: bool = True, **step: Any) -> RunFact:
    fact = add_fact(cost_nano=step["cost_nano"] or 0, unpriced_calls=step["cost_nano"] is None)
    add_step(fact.run, model="m-1", **{"input_tokens": 100, "output_tokens": 10, **step})
    AgentRun.objects.filter(pk=fact.run_id).update(
        finished_at=timezone.now() if ended else None, cost_nano=fact.cost_nano, unpriced_calls=fact.unpriced_calls
    )
    return fact


def figures(fact: RunFact) -> list[tuple[int | None, int]]:
    run, row = AgentRun.objects.get(pk=fact.run_id), RunFact.objects.get(pk=fact.pk)
    return [(run.cost_nano, run.unpriced_calls), (row.cost_nano, row.unpriced_calls)]


def test_a_dry_run_says_the_difference_and_writes_nothing(db: None) -> None:
    add_price()
    fact = add_priced_run(cost_nano=None)
    said = reprice("--dry-run")
    assert "m-1: 1 calls, $0.000000 (1 unpriced) -> $0.000150 (0 unpriced), difference +$0.000150" in said
    assert "Nothing was written" in said
    assert figures(fact) == [(0, 1), (0, 1)]


def test_the_real_one_moves_the_call_its_run_and_its_facts_together(db: None) -> None:
    price = add_price()
    unknown, wrong = add_priced_run(cost_nano=None), add_priced_run(cost_nano=100_000, price_id=price.pk)
    assert "Written: 2 calls." in reprice()
    assert figures(unknown) == figures(wrong) == [(150_000, 0), (150_000, 0)]
    assert set(Step.objects.values_list("cost_nano", "price_id")) == {(150_000, price.pk)}
    assert "Every call is priced" in reprice()


def test_a_run_is_found_by_its_new_cost(db: None) -> None:
    add_price(input_nano=900_000)
    fact = add_priced_run(cost_nano=None)
    place = place_of(fact.run.created_at, fact.run_id)
    RunWords.objects.create(place=place, run_id=fact.run_id, words="task:booking knee")
    reprice()
    assert RunWords.objects.get(place=place).words == "over:10000000 over:50000000 task:booking knee"


def test_an_open_run_another_model_and_an_older_day_are_left_alone(db: None) -> None:
    add_price()
    add_priced_run(cost_nano=1, ended=False)
    add_priced_run(cost_nano=1, started_at=timezone.now() - timedelta(days=91))
    run = add_run(finished_at=timezone.now(), status="completed")
    add_step(run, model="m-2", cost_nano=None)
    assert "Every call is priced" in reprice("--model", "m-1")
    assert "m-1: 1 calls" in reprice("--dry-run", "--from", "2020-01-01")


def test_what_was_cached_for_an_hour_stays_so(db: None) -> None:
    price = add_price()
    add_priced_run(cost_nano=100 * 1_000 + 10 * 5_000 + 50 * 2_000, cache_write_tokens=50, price_id=price.pk)
    assert "Every call is priced" in reprice()


def test_a_day_that_cannot_be_read_is_said(db: None) -> None:
    with pytest.raises(CommandError, match="write the day as"):
        reprice("--from", "soon")
