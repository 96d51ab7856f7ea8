"""The metrics page: what it counts, what it says of it, and what an address may ask."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from agentops.models import AgentRun, RunFact, Step, ToolPolicy
from supervision.metrics import page as page_of_figures
from supervision.metrics.page import read_metrics
from supervision.metrics.statistics import Verdict
from supervision.metrics.table import Cell
from supervision.models import MetricTarget
from supervision.wording import say_day, say_when
from tests.supervision.metrics.facts import add_fact, add_weeks, ask
from tests.supervision.metrics.histories import Decided, add_change
from tests.supervision.rows import add_run, task_type


def cells_of_all(**asked: object) -> dict[str, Cell]:
    return {cell.metric.slug: cell for cell in read_metrics(ask(**asked)).table.total.cells}  # type: ignore[arg-type]


def multiply(fact: RunFact, *, n: int, done: int) -> None:
    """So many runs like this one, of which so many finished."""
    run = fact.run
    same = {f.attname: getattr(run, f.attname) for f in AgentRun._meta.concrete_fields
            if f.name not in {"id", "request_id", "ordinal"}}  # fmt: skip
    runs = AgentRun.objects.bulk_create(AgentRun(**same, ordinal=k) for k in range(1, n))
    facts = {f.attname: getattr(fact, f.attname) for f in RunFact._meta.concrete_fields
             if f.name not in {"run", "completed"}}  # fmt: skip
    RunFact.objects.bulk_create(RunFact(**facts, run=one, completed=k < done) for k, one in enumerate(runs, start=1))


@pytest.fixture
def manager(ruth: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(ruth)


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
    table = read_metrics(ask(days=1)).table
    total = {cell.metric.slug: cell for cell in table.total.cells}
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
    assert (table.total.waited, table.total.asked) == ("48 s", "40")
    (booking,), (cancelling,) = table.lines, table.few
    assert (booking.name, booking.runs, cancelling.name, cancelling.runs) == ("Booking", 40, "cancelling", 10)
    off = {cell.metric.slug for cell in cancelling.cells if cell.verdict is Verdict.OFF}
    assert off == {"completion", "iterations", "latency", "cost", "escalation"}
    on = {cell.metric.slug for cell in booking.cells if cell.verdict is Verdict.ON}
    assert on >= {"completion", "iterations", "cost"}
    assert table.hidden == []  # 10 runs are too few to judge a type by


def test_the_worked_example_raises_the_banner(manager: Client) -> None:
    """METRICS.md §6: faq 1900/1940, order 760/790, refund 61/90; 96.5 % in all is green while refund is red."""
    for task, done, n in (("faq", 1900, 1940), ("order", 760, 790), ("refund", 61, 90)):
        multiply(add_fact(task_type=task), n=n, done=done)
    total = cells_of_all()["completion"]
    assert (total.value, total.range, total.verdict) == ("96.5%", "95.7% to 97.1%", Verdict.ON)
    hidden = read_metrics(ask()).table.hidden
    assert hidden == ["Finished on its own is on target for all (96.5%), but refund has 67.8% (57.6% to 76.5%)."]
    page = manager.get("/metrics/").content.decode()
    assert "A good total hides this" in page
    assert "but refund has 67.8%" in page
    assert "Apart from the above, nothing unusual this week." in page or "Usual is" in page
    assert read_metrics(ask(by="channel")).table.hidden == []


def test_small_types_are_judged_together_and_said_once(db: None) -> None:
    multiply(add_fact(task_type="faq"), n=2000, done=1990)
    for task in ("a", "b"):
        multiply(add_fact(task_type=task), n=25, done=10)
    hidden = read_metrics(ask()).table.hidden
    assert len(hidden) == 1
    assert hidden[0].startswith("On target for all, but not for the small types together: Finished on its own 4")


def add_step(fact: RunFact, model: str, *, seq: int) -> None:
    Step.objects.create(run=fact.run, seq=seq, kind="model", model=model, started_at=fact.started_at, cost_nano=1)


def test_a_run_counts_for_every_model_it_called_not_for_the_last_one_alone(manager: Client) -> None:
    """The small model writes most answers: the work of the larger one is not put down to it."""
    for n in range(4):
        fact = add_fact(model="small-1" if n else "large-1", completed=bool(n))
        add_step(fact, "large-1", seq=1)
        if n:
            add_step(fact, "small-1", seq=2)
    table = read_metrics(ask(by="model")).table
    assert {line.name: (line.runs, line.cells[0].value) for line in table.few} == {
        "large-1": (4, "75.0%"),
        "small-1": (3, "100.0%"),
    }
    assert (table.total.runs, table.together) == (4, None)
    page = manager.get("/metrics/?by=model").content.decode()
    assert "A run stands under every model it called" in page
    behind = manager.get("/metrics/behind/?by=model&value=large-1&metric=completion&tab=below")
    assert len(behind.context["page"].rows) == 4


def test_a_cost_that_is_not_fully_known_is_a_lower_bound_and_never_on_target(db: None) -> None:
    for _ in range(40):
        add_fact(unpriced_calls=1)
    cost = cells_of_all()["cost"]
    assert (cost.value, cost.note, cost.verdict) == ("≥ $0.010", "40 calls unpriced", Verdict.UNSURE)


def test_a_cost_that_nobody_knows_is_unpriced_and_not_zero(db: None) -> None:
    add_fact(cost_nano=0, unpriced_calls=4)
    page = read_metrics(ask())
    assert cells_of_all()["cost"].value == "unpriced"
    assert page.cost == "unpriced"


def test_runs_belong_to_the_period_in_which_they_began(db: None) -> None:
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    for at in (midnight, midnight - timedelta(seconds=1), midnight - timedelta(days=6), midnight - timedelta(days=27)):
        add_fact(at=at)
    add_fact(at=midnight - timedelta(days=28))
    counts = {days: read_metrics(ask(days=days)).table.total.runs for days in (1, 7, 28)}
    assert counts == {1: 1, 7: 3, 28: 4}


def test_open_runs_stand_beside_the_figures(db: None) -> None:
    add_fact(task_type="moving")
    add_run()
    line = read_metrics(ask(days=1)).table.few[0]
    assert (line.runs, line.open) == (1, 1)


def test_a_rate_of_one_run_is_shown_but_not_judged(db: None) -> None:
    add_fact(completed=False, escalated=True, limit_reached=True)
    rates = [cell for cell in cells_of_all().values() if cell.metric.rate]
    assert {cell.verdict for cell in rates} == {Verdict.UNSURE}
    assert {cell.note for cell in rates} == {"Only 1 run. Shown, but not judged."}
    assert read_metrics(ask()).table.missed == []


def test_a_miss_of_all_runs_is_said_in_a_sentence(db: None) -> None:
    for _ in range(40):
        add_fact(completed=False)
    assert read_metrics(ask()).table.missed[0] == "All runs: finished on its own is 0.0%, target over 90%."


def test_a_run_that_asked_back_counts_neither_for_nor_against(db: None, manager: Client) -> None:
    for _ in range(6):
        add_fact()
    for _ in range(4):
        add_fact(outcome="asked_back")
    completion = cells_of_all()["completion"]
    assert (completion.value, completion.n) == ("100.0%", "6 of 6 runs")
    assert completion.note == "4 asked the caller back"
    assert "counts neither for nor against the figure" in manager.get("/metrics/").content.decode()


def test_where_every_run_asked_back_there_is_nothing_to_count(db: None) -> None:
    add_fact(outcome="asked_back")
    assert cells_of_all()["completion"].value == "–"


def test_small_types_of_task_stand_apart_and_are_judged_together(db: None) -> None:
    for _ in range(30):
        add_fact()
    for n in range(20):
        add_fact(task_type=f"rare{n % 4}", completed=n % 2 == 0)
    table = read_metrics(ask()).table
    assert [line.name for line in table.lines] == ["booking"]
    assert sorted(line.name for line in table.few) == ["rare0", "rare1", "rare2", "rare3"]
    assert table.together is not None
    assert (table.together.runs, table.together.cells[0].verdict) == (20, Verdict.OFF)


def test_a_type_of_task_is_judged_by_its_own_target(db: None) -> None:
    task_type("booking", "Booking")
    now = timezone.now()
    MetricTarget.objects.create(metric="iterations", task_type="booking", value=3, who="Ruth", changed_at=now)
    MetricTarget.objects.create(metric="latency", task_type="", value=1, who="Ruth", changed_at=now)
    for _ in range(40):
        add_fact()
    table = read_metrics(ask()).table
    booking, total = ({cell.metric.slug: cell for cell in line.cells} for line in (table.lines[0], table.total))
    assert (booking["iterations"].verdict, total["iterations"].verdict) == (Verdict.OFF, Verdict.ON)
    assert (booking["iterations"].own, booking["iterations"].target) == (True, "under 3")
    assert (booking["latency"].verdict, booking["latency"].target) == (Verdict.OFF, "under 1 s")


def test_a_link_that_was_frozen_shows_the_same_runs_later(manager: Client) -> None:
    now = timezone.now()
    add_fact(at=now - timedelta(minutes=5))
    add_fact(at=now)
    then = (now - timedelta(minutes=1)).isoformat()
    assert read_metrics(ask(now=now)).table.total.runs == 2
    assert " 1 ended" in manager.get("/metrics/", {"asof": then}).content.decode()
    assert " 2 ended" in manager.get("/metrics/").content.decode()


def test_an_empty_period_says_so(manager: Client) -> None:
    assert "No run has ended in this time" in manager.get("/metrics/").content.decode()


def test_the_page_says_verdicts_in_words_and_explains_every_figure(manager: Client) -> None:
    for _ in range(40):
        add_fact()
    page = manager.get("/metrics/?period=today").content.decode()
    for words in ("On target", "Not enough evidence", "What each figure means", "Data as of", "more runs like these"):
        assert words in page
    assert page.count("under 10 s") >= 2
    assert page.count("Above the line") == 7


PAGES = ("/metrics/", "/metrics/behind/", "/metrics/costs/", "/metrics/figures.csv", "/metrics/costs.csv")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"period": "yesterday"}, "The period has to be today, 7 or 28."),
        ({"from": "2026-02-30"}, "“From” is not a date."),
        ({"to": "soon"}, "“To” is not a date."),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "“From” is after “to”."),
        ({"from": "2024-01-01", "to": "2026-01-01"}, "a year at most"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "no figures for that time"),
        ({"from": "2999-01-01", "to": "2999-01-02"}, "has not begun yet"),
        ({"by": "moon"}, "cannot be parted by that"),
        ({"metric": "beauty"}, "There is no such figure."),
        ({"metric": "cost", "tab": "sideways"}, "There is no such list"),
        ({"by": "prompt", "value": "x"}, "There is no such group."),
        ({"by": "policy", "value": "two"}, "There is no such group."),
        ({"value": "\x00"}, "ull characters"),
        ({"task": "nothing"}, "There is no such type of task."),
        ({"asof": "teatime"}, "could not be read"),
        ({"before": "-3"}, "This page of the list does not exist."),
    ],
)
@pytest.mark.parametrize("page", PAGES)
def test_an_address_that_cannot_be_read_is_said_in_words(
    manager: Client, page: str, asked: dict[str, str], said: str
) -> None:
    answer = manager.get(page, asked)
    assert answer.status_code == 400
    assert said in answer.content.decode()


@pytest.mark.parametrize("by", ["task_type", "outcome", "model", "tool", "channel", "tier", "prompt", "policy"])
@pytest.mark.parametrize("runs", [0, 1])
def test_nothing_and_one_run_are_shown_by_every_dimension(manager: Client, by: str, runs: int) -> None:
    for _ in range(runs):
        add_fact(tools={"find_slots": [2, 1]}, tool_errors=1)
    for page in PAGES:
        for metric in ("completion", "cost", "tool_errors"):
            asked = {"by": by, "metric": metric, "from": "2025-11-28", "to": timezone.localdate().isoformat()}
            assert manager.get(page, asked).status_code == 200


def test_versions_of_the_policy_are_called_by_what_changed_with_them(manager: Client) -> None:
    now = timezone.now()
    ToolPolicy.objects.create(tool="find_slots", label="Look for times")
    add_change(Decided("tool", "find_slots", 30, version=2), now=now)
    for version in (0, 1, 2, 2):
        add_fact(policy_version=version)
    page = manager.get("/metrics/", {"by": "policy"}).content.decode()
    day = say_day(timezone.localtime(now - timedelta(hours=30)).date())
    for name in ("Before versions were kept", "Version 1, as installed", f"Version 2: Look for times, {day}"):
        assert name in page
    rows = manager.get("/metrics/behind/", {"by": "policy", "value": "2"}).context["page"].rows
    assert len(rows) == 2


def test_a_group_that_no_run_has_is_an_empty_list(manager: Client) -> None:
    assert "No rows in this list" in manager.get("/metrics/behind/", {"value": "nowhere"}).content.decode()


def test_what_became_unusual_is_said_with_its_usual_range(manager: Client) -> None:
    assert "Nothing unusual" not in manager.get("/metrics/").content.decode()
    add_weeks(now=timezone.now(), share=0.9)
    page = read_metrics(ask())
    assert page.unusual
    assert all(one.words.startswith("Cancelling:") for one in page.unusual)
    assert "Usual is" in page.unusual[0].usual
    assert len(page.unusual) <= 3


def test_steady_weeks_are_nothing_unusual(manager: Client) -> None:
    now = timezone.now()
    for day in range(70):
        for _ in range(4):
            add_fact(at=now - timedelta(days=day))
    assert "Nothing unusual this week." in manager.get("/metrics/").content.decode()


def test_the_file_holds_the_numbers_of_the_page(manager: Client) -> None:
    add_fact(task_type="=cmd()")
    answer = manager.get("/metrics/figures.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert answer["Content-Type"].startswith("text/csv")
    assert "'=cmd(),completion,1,1,1.0" in text
    assert "All,cost,10000000,1,10000000.0" in text


@pytest.mark.parametrize(("part", "cards"), [("read_checking", 1), ("_open_worst", 1), ("read_days", 2)])
@pytest.mark.both_databases
def test_a_card_that_could_not_be_read_says_so_alone(
    manager: Client, monkeypatch: pytest.MonkeyPatch, part: str, cards: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM agentops_runfact")

    add_fact()
    monkeypatch.setattr(page_of_figures, part, fail)
    answer = manager.get("/metrics/")
    words = answer.content.decode()
    assert answer.status_code == 200
    assert words.count("These figures could not be loaded.") == cards
    assert "Against target" in words


def test_the_page_says_up_to_when_every_run_has_ended(manager: Client) -> None:
    add_fact()
    assert "complete to" not in manager.get("/metrics/").content.decode()
    began = timezone.now() - timedelta(hours=30)
    for hours in (0, 3):
        add_run(created_at=began + timedelta(hours=hours))
    assert f"complete to {say_when(began, now=timezone.now())}" in manager.get("/metrics/").content.decode()
