"""The seven figures: what they count, how sure they are, and what may be said of them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.models import RunFact
from supervision.metrics.statistics import Interval, Verdict, clustered_rate, judge, mean_interval, wilson
from supervision.metrics.table import read_metrics
from tests.supervision.rows import add_run, task_type


def add_fact(*, at: datetime | None = None, **fields: object) -> RunFact:
    now = at or timezone.now()
    values: dict[str, object] = {
        "task_type": "booking", "channel": "phone", "provider": "offline", "status": "completed", "outcome": "answered",
        "completed": True, "limit_reached": False, "escalated": False, "iterations": 4, "active_ms": 2_000,
        "waited_ms": 60_000, "tool_calls": 3, "tools_executed": 2, "tool_errors": 0, "asked_people": 1, "tokens": 4_000,
        "cost_nano": 10_000_000, "unpriced_calls": 0, "started_at": now, "finished_at": now,
    }  # fmt: skip
    return RunFact.objects.create(run=add_run(status="completed"), **{**values, **fields})


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(9, 10, 59.6, 98.2), (46, 50, 81.2, 96.8), (184, 200, 87.4, 95.0), (930, 1000, 91.2, 94.4), (0, 20, 0, 16.1)],
)
def test_wilsons_interval_is_the_published_one(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(hits, n)
    assert (round(100 * found.low, 1), round(100 * found.high, 1)) == (low, high)


@pytest.mark.parametrize(
    ("target", "higher", "certain"), [(0.90, True, 35), (0.05, False, 73), (0.02, False, 189), (0.10, False, 35)]
)
def test_so_many_clean_runs_are_needed_and_one_less_is_not_enough(target: float, higher: bool, certain: int) -> None:
    for n, verdict in [(certain, Verdict.ON), (certain - 1, Verdict.UNSURE)]:
        assert judge(wilson(n if higher else 0, n), target, higher_is_better=higher) is verdict


def test_errors_that_come_in_clusters_make_a_wider_interval() -> None:
    spread = clustered_rate(runs=100, hits=10, trials=500, hits_sq=10, cross=50, trials_sq=2_500)
    lumped = clustered_rate(runs=100, hits=10, trials=500, hits_sq=50, cross=50, trials_sq=2_500)
    assert lumped.high - lumped.low > 1.5 * (spread.high - spread.low)
    assert spread.low == pytest.approx(wilson(10, 500).low)


def test_a_mean_of_few_runs_is_not_judged() -> None:
    assert mean_interval(n=9, total=9, total_sq=9) is None
    assert mean_interval(n=10, total=20, total_sq=40) == Interval(2.0, 2.0)
    found = mean_interval(n=100, total=400, total_sq=1_699)  # mean 4, variance 99/99
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(3.804, abs=1e-3), pytest.approx(4.196, abs=1e-3))


def test_the_page_counts_what_a_hand_would_count(db: None) -> None:
    """40 bookings and 10 cancellations, added up by hand."""
    task_type("booking", "Booking")
    for n in range(40):
        add_fact(iterations=4 if n % 2 else 5, active_ms=2_000, tool_errors=int(n < 2))
    for n in range(10):
        add_fact(
            task_type="cancelling", completed=n < 5, escalated=n >= 5, limit_reached=n == 9, iterations=6,
            active_ms=12_000 + n, cost_nano=60_000_000, waited_ms=0, asked_people=0,
        )  # fmt: skip
    page = read_metrics(period="today", now=timezone.now())
    total = {cell.metric.slug: cell for cell in page.total.cells}
    assert {slug: cell.value for slug, cell in total.items()} == {
        "completion": "90.0%",  # 45 of 50
        "iterations": "4.8",  # (40 x 4.5 + 10 x 6) / 50
        "latency": "4.0 s",  # (40 x 2.0 + 10 x 12.0045) / 50
        "cost": "$0.020",  # (40 x 0.01 + 10 x 0.06) / 50
        "tool_errors": "2.0%",  # 2 of 100
        "limits": "2.0%",  # 1 of 50
        "escalation": "10.0%",  # 5 of 50
    }
    assert (total["completion"].n, total["tool_errors"].n) == ("45 of 50 runs", "2 of 100 calls")
    assert page.total.waited == "48 s"
    assert page.total.asked == "40"
    booking, cancelling = page.lines
    assert (booking.name, booking.runs, cancelling.name, cancelling.runs) == ("Booking", 40, "cancelling", 10)
    off = {cell.metric.slug for cell in cancelling.cells if cell.verdict is Verdict.OFF}
    assert off == {"completion", "iterations", "latency", "cost", "escalation"}
    assert {cell.metric.slug for cell in booking.cells if cell.verdict is Verdict.ON} >= {
        "completion",
        "iterations",
        "cost",
    }
    assert any("cancelling: passed to a person is 50.0%" in warning for warning in page.warnings)


def test_a_cost_that_is_not_fully_known_is_a_lower_bound_and_never_on_target(db: None) -> None:
    for _ in range(40):
        add_fact(unpriced_calls=1)
    cost = next(cell for cell in read_metrics(period="7", now=timezone.now()).total.cells if cell.metric.slug == "cost")
    assert cost.value == "≥ $0.010"
    assert cost.note == "40 calls unpriced"
    assert cost.verdict is Verdict.UNSURE


def test_a_cost_that_nobody_knows_is_unpriced_and_not_zero(db: None) -> None:
    add_fact(cost_nano=0, unpriced_calls=4)
    page = read_metrics(period="7", now=timezone.now())
    assert next(cell for cell in page.total.cells if cell.metric.slug == "cost").value == "unpriced"
    assert page.cost == "unpriced"


def test_runs_belong_to_the_period_in_which_they_began(db: None) -> None:
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    for at in (midnight, midnight - timedelta(seconds=1), midnight - timedelta(days=6), midnight - timedelta(days=27)):
        add_fact(at=at)
    add_fact(at=midnight - timedelta(days=28))
    counts = {period: read_metrics(period=period, now=now).total.runs for period in ("today", "7", "28")}
    assert counts == {"today": 1, "7": 3, "28": 4}


def test_open_runs_stand_beside_the_figures(db: None) -> None:
    add_fact(task_type="moving")
    add_run()
    line = read_metrics(period="today", now=timezone.now()).lines[0]
    assert (line.runs, line.open) == (1, 1)


@pytest.fixture
def manager(ruth: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(ruth)


def test_an_empty_period_says_so(manager: Client) -> None:
    assert "No run has ended in this time" in manager.get("/metrics/").content.decode()


def test_the_page_says_verdicts_in_words_and_explains_every_figure(manager: Client) -> None:
    for _ in range(40):
        add_fact()
    page = manager.get("/metrics/?period=today").content.decode()
    assert "On target" in page
    assert "Not enough runs" in page
    assert "What each figure means" in page
    assert page.count("under 10 s") >= 2


@pytest.mark.parametrize("period", ["", "8", "yesterday"])
def test_an_unknown_period_is_a_bad_request_in_words(manager: Client, period: str) -> None:
    answer = manager.get("/metrics/", {"period": period})
    assert answer.status_code == 400


def test_a_rate_of_one_run_is_shown_but_not_judged(db: None) -> None:
    add_fact(completed=False, escalated=True, limit_reached=True)
    page = read_metrics(period="7", now=timezone.now())
    rates = [cell for cell in page.total.cells if cell.metric.rate]
    assert {cell.verdict for cell in rates} == {Verdict.UNSURE}
    assert {cell.note for cell in rates} == {"Only 1 run. Shown, but not judged."}
    assert page.warnings == []


def test_a_miss_of_all_runs_leads_the_banner(db: None) -> None:
    for _ in range(40):
        add_fact(completed=False)
    warnings = read_metrics(period="7", now=timezone.now()).warnings
    assert warnings[0] == "All runs: finished on its own is 0.0%, target over 90%."


def test_a_run_that_asked_back_counts_neither_for_nor_against(db: None, manager: Client) -> None:
    for _ in range(6):
        add_fact()
    for _ in range(4):
        add_fact(outcome="asked_back")
    completion = read_metrics(period="7", now=timezone.now()).total.cells[0]
    assert (completion.value, completion.n) == ("100.0%", "6 of 6 runs")
    assert completion.note == "4 asked the caller back"
    assert "counts neither for nor against it" in manager.get("/metrics/").content.decode()


def test_where_every_run_asked_back_there_is_nothing_to_count(db: None) -> None:
    add_fact(outcome="asked_back")
    assert read_metrics(period="7", now=timezone.now()).total.cells[0].value == "–"
