"""The cost page: weeks on one scale, models, the costliest runs, and models that will answer no more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from agentops.domain.pricing import PriceRow, Usage, price_usage
from agentops.models import ModelRetirement, Price, RunFact
from supervision.metrics.charts import BAR_HEIGHT
from supervision.metrics.cost import CostPage, read_costs
from supervision.models import MetricTarget
from tests.supervision.metrics.facts import add_fact, ask
from tests.supervision.rows import add_run, add_step, task_type

WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def costs(db: None) -> CostPage:
    """Two types over three weeks: booking $1, $2 and so far $4 with a budget of $3; moving $1 in the first."""
    for slug in ("booking", "moving"):
        task_type(slug, slug.capitalize())
    for weeks, dollars in ((2, 1), (1, 2), (0, 4)):
        add_fact(at=WEDNESDAY - timedelta(days=7 * weeks, hours=1), cost_nano=dollars * 10**9)
    add_fact(at=WEDNESDAY - timedelta(days=14), cost_nano=10**9, task_type="moving", unpriced_calls=2)
    MetricTarget.objects.create(metric="weekly_budget", task_type="booking", value=3, who="Ruth", changed_at=WEDNESDAY)
    return read_costs(ask(now=WEDNESDAY))


def test_weeks_are_calendar_weeks_and_the_last_is_said_to_be_under_way(costs: CostPage) -> None:
    assert costs.weekly.weeks == ["5 Oct", "12 Oct", "19 Oct", "26 Oct", "2 Nov", "9 Nov", "16 Nov", "23 Nov"]
    assert costs.weekly.partial == "so far, 3 of 7 days"
    booking, moving = costs.weekly.lines
    assert [cell.cost for cell in booking.cells[-3:]] == ["$1.00", "$2.00", "$4.00"]
    assert (moving.cells[-3].cost, moving.cells[-3].unpriced) == ("≥ $1.00", "2 calls unpriced")
    assert costs.weekly.total.cells[-3].words == "≥ $2.00 2 calls unpriced"
    assert [bar.partial for bar in booking.bars.bars] == [False] * 7 + [True]


def test_all_charts_share_one_scale_and_the_budget_line_stands_on_it(costs: CostPage) -> None:
    booking, moving = costs.weekly.lines
    assert booking.bars.bars[-1].height == BAR_HEIGHT
    assert moving.bars.bars[-3].height == BAR_HEIGHT / 4
    assert booking.bars.budget == BAR_HEIGHT / 4
    assert (booking.over, booking.budget) == (True, "$3.00")
    assert [bar.over for bar in booking.bars.bars] == [False] * 7 + [True]
    assert (moving.bars.budget, moving.budget, moving.over) == (None, "", False)


def test_a_week_that_is_over_is_not_partial(db: None) -> None:
    add_fact(at=WEDNESDAY - timedelta(days=7))
    assert read_costs(ask(now=WEDNESDAY + timedelta(days=5))).weekly.partial == "so far, 1 of 7 days"
    sunday = replace(ask(now=WEDNESDAY), start=date(2026, 11, 22), end=date(2026, 11, 22))
    assert read_costs(sunday).weekly.partial == ""


def test_the_costliest_twentieth_is_rounded_up_and_its_share_said(db: None) -> None:
    for cost in [10**7] * 38 + [10**9, 2 * 10**9]:
        add_fact(at=WEDNESDAY - timedelta(hours=1), cost_nano=cost)
    costly = read_costs(ask(now=WEDNESDAY)).costly
    assert costly.sentence == "The costliest 5% (2 runs) made 89% of the cost: $3.00 of $3.38."
    assert [cost for _, _, cost in costly.rows] == ["$2.00", "$1.00"]


def test_each_model_has_its_calls_its_cost_and_what_of_it_is_not_known(db: None) -> None:
    fact = add_fact(at=WEDNESDAY - timedelta(hours=1))
    add_step(fact.run, model="m-1", cost_nano=3 * 10**9, input_tokens=5, cache_read_tokens=7, output_tokens=2)
    add_step(fact.run, model="m-1", cost_nano=None)
    add_step(fact.run, model="m-2", cost_nano=10**9)
    one, two = read_costs(ask(now=WEDNESDAY)).models
    assert (one.model, one.calls, one.read, one.written) == ("m-1", 2, "12", "2")
    assert (one.cost, one.share) == ("≥ $3.00, 1 call unpriced", "75%")
    assert (two.model, two.cost, two.share) == ("m-2", "$1.00", "25%")


def test_a_model_that_retires_is_named_with_the_cost_at_the_successors_price(db: None) -> None:
    """1,000 fresh, 100 written, 200 cached and 3,000 read tokens, twice, once more with a long prompt."""
    task = task_type("booking", "Booking")
    ModelRetirement.objects.create(model="old-1", retires_on=date(2026, 11, 30), successor="new-1")
    ModelRetirement.objects.create(model="unused-1", retires_on=date(2026, 11, 30), successor="new-1")
    for above, times in ((0, 1), (100_000, 5)):
        Price.objects.create(
            model="new-1", valid_from=date(2026, 10, 7), above_prompt_tokens=above, input_nano=100 * times,
            output_nano=500 * times, cache_write_5m_nano=125 * times, cache_write_1h_nano=200 * times,
            cache_read_nano=10 * times,
        )  # fmt: skip
    run = add_run(task_type=task, status="completed", created_at=WEDNESDAY - timedelta(days=1))
    usages = [Usage(1_000, 100, 200, 0, 3_000), Usage(1_000, 100, 200, 0, 3_000), Usage(150_000, 100, 0, 0, 0)]
    for usage in usages:
        add_step(
            run, model="old-1", input_tokens=usage.input_tokens, output_tokens=usage.output_tokens,
            cache_write_tokens=usage.cache_write_5m_tokens, cache_read_tokens=usage.cache_read_tokens, cost_nano=10**9,
        )  # fmt: skip
    (found,) = read_costs(ask(now=WEDNESDAY)).retiring
    rows = [PriceRow(**{n: getattr(p, n) for n in PriceRow.__dataclass_fields__}) for p in Price.objects.all()]
    each = [price_usage(model="new-1", usage=usage, on=WEDNESDAY.date(), rows=rows).nano or 0 for usage in usages]
    assert sum(each) == 75_250_000 + 2 * (100_000 + 50_000 + 25_000 + 30_000)
    assert (found.model, found.tasks, found.gone) == ("old-1", "Booking", False)
    assert found.until == "answers until Monday 30 November, 5 days left"
    assert (found.spent, found.then) == ("$3.00", "$0.076")


def test_the_file_holds_the_weeks_unrounded(costs: CostPage, ruth: User, sign_in: Callable[[User], Client]) -> None:
    with time_machine.travel(WEDNESDAY, tick=False):
        text = b"".join(sign_in(ruth).get("/metrics/costs.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "Booking,2026-11-23,4000000000,0,3.00" in text
    assert "Moving,2026-11-09,1000000000,2," in text
    assert "All,2026-11-09,2000000000,2," in text


def test_unpriced_calls_lead_to_exactly_the_runs_that_made_them(ruth: User, sign_in: Callable[[User], Client]) -> None:
    for calls in (0, 1, 2):
        add_fact(unpriced_calls=calls)
    client = sign_in(ruth)
    answer = client.get("/metrics/costs/")
    assert "3 calls unpriced</a>" in answer.content.decode()
    behind = client.get(f"/metrics/behind/{answer.context['page'].unpriced}").context["page"]
    kept = RunFact.objects.filter(pk__in=[row.run_id for row in behind.rows])
    assert sorted(kept.values_list("unpriced_calls", flat=True)) == [1, 2]


def test_what_a_week_does_not_know_leads_to_the_very_calls(ruth: User, sign_in: Callable[[User], Client]) -> None:
    for slug in ("booking", "moving"):
        task_type(slug, slug.capitalize())
    for days, task, calls in ((0, "booking", 2), (0, "moving", 1), (7, "booking", 4), (8, "booking", 0)):
        run = add_run(status="completed")
        for number in range(calls):
            add_step(run, seq=number + 1, cost_nano=None)
        add_step(run, seq=0, cost_nano=5)
        add_fact(at=WEDNESDAY - timedelta(days=days), run=run, task_type=task, unpriced_calls=calls)
    client = sign_in(ruth)
    with time_machine.travel(WEDNESDAY, tick=False):
        answer = client.get("/metrics/costs/")
        weekly = answer.context["page"].weekly
        for line in [*weekly.lines, weekly.total]:
            for cell, known in zip(line.cells, line.unpriced, strict=True):
                assert bool(cell.query) == bool(known)
                if cell.query:
                    assert f'{cell.query.replace("&", "&amp;")}">{cell.unpriced}</a>' in answer.content.decode()
                    rows = client.get(f"/metrics/behind/{cell.query}").context["page"].rows
                    facts = RunFact.objects.filter(pk__in=[row.run_id for row in rows])
                    assert sum(fact.unpriced_calls for fact in facts) == known
                    assert {row.at for row in rows} == {"s1"}
    assert weekly.total.unpriced[-2:] == [4, 3]
