"""The run list: what is found, what a file of it holds, what is said of a search that cannot be read."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.models import AgentRun, RunWords, ToolPolicy
from supervision.roles import Role
from supervision.runs import search
from tests.supervision.metrics.facts import add_fact
from tests.supervision.metrics.histories import Decided, add_change
from tests.supervision.rows import MOVE, add_call, add_run, index_run, task_type

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SignIn = Callable[[User], Client]


def ended(status: str = "completed", **fields: object) -> AgentRun:
    return add_run(status=status, finished_at=timezone.now(), **fields)


def found(client: Client, **query: Any) -> set[int]:
    answer = client.get("/runs/", query)
    assert answer.status_code == 200
    return {row.id for row in answer.context["page"].rows}


def test_an_empty_list_says_how_to_begin(desk: Client) -> None:
    assert "No runs yet" in desk.get("/runs/").content.decode()


@pytest.mark.parametrize(
    "search",
    ["bunion", "BUNION", "Gomez", "shall I book", "4821 077", "4821077", "07700900123", "{id}", "{request_id}"],
)
def test_a_run_is_found_by_words_names_answers_and_numbers(desk: Client, search: str) -> None:
    wanted = ended(request="My bunion hurts", answer="Shall I book it?")
    add_call(MOVE, run=wanted)
    index_run(wanted)
    other = index_run(ended(request="Something else"))
    page = desk.get("/runs/", {"q": search.format(id=wanted.pk, request_id=wanted.request_id)}).content.decode()
    assert f'href="/runs/{wanted.pk}/"' in page
    assert f'href="/runs/{other.pk}/"' not in page


def test_wildcards_of_the_database_are_plain_characters(desk: Client) -> None:
    index_run(ended(request="Nothing special"))
    assert "No run matches" in desk.get("/runs/", {"q": "%"}).content.decode()


def test_the_list_is_narrowed_by_state(desk: Client) -> None:
    failed, waiting = index_run(ended("failed", outcome="model_unavailable")), add_run()
    page = desk.get("/runs/?state=failed").content.decode()
    assert f"/runs/{failed.pk}/" in page
    assert f"/runs/{waiting.pk}/" not in page
    assert f"/runs/{waiting.pk}/" in desk.get("/runs/?state=open").content.decode()


def test_pages_follow_each_other_without_a_gap_or_a_double(desk: Client) -> None:
    now = timezone.now()
    runs = [add_run(f"Run {n}", created_at=now - timedelta(minutes=n // 3)) for n in range(120)]
    seen, url = [], "/runs/"
    while url:
        answer = desk.get(url)
        rows = answer.context["page"].rows
        seen += [row.id for row in rows]
        older = answer.context["page"].older
        add_run("Arrives meanwhile")
        url = f"/runs/?before={older.replace('+', '%2B')}" if older else ""
    assert sorted(seen) == sorted(run.pk for run in runs)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("query", ["before=x", "before=2026-03-01_1", "state=lost", "q=" + "a" * 201, "q=%00"])
def test_a_search_that_cannot_be_read_is_said_in_words(desk: Client, query: str) -> None:
    answer = desk.get(f"/runs/?{query}")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "This search could not be read" in page
    assert not re.search("valid choice|Null char|at most 200 char|Ensure", page)


def test_open_and_ended_runs_are_found_together_in_their_order(desk: Client) -> None:
    now = timezone.now()
    old = index_run(ended(request="My bunion", created_at=now - timedelta(days=2)))
    waits = add_run("My bunions", created_at=now - timedelta(days=1))
    new = index_run(ended(request="bunion again", created_at=now))
    rows = desk.get("/runs/?q=bunion").context["page"].rows
    assert [row.id for row in rows] == [new.pk, waits.pk, old.pk]


@pytest.mark.parametrize("status", ["suspended", "completed"])
def test_everything_that_can_be_asked_for_narrows_the_list(ruth: User, sign_in: SignIn, status: str) -> None:
    manager, now = sign_in(ruth), timezone.now()
    over = status == "completed"
    outcome = {"outcome": "answered"} if over else {}
    wanted = add_run("My knee", status=status, created_at=now - timedelta(days=3), cost_nano=70_000_000,
                     task_type=task_type("moving"), **outcome)  # fmt: skip
    add_call(MOVE, run=wanted, tool="reschedule_appointment", status="awaiting" if not over else "succeeded",
             decided_by="Mo Ali")  # fmt: skip
    other = add_run("My knee", status=status, cost_nano=1_000, task_type=task_type("booking", "Booking"))
    for run in (wanted, other):
        if over:
            index_run(run)
    day = timezone.localtime(wanted.created_at).date().isoformat()
    asked = [{"tool": "reschedule_appointment"}, {"task": "moving"}, {"over": "50000000"}, {"patient": "gomez"},
             {"patient": "07700 900123"}, {"until": day}, *([outcome] if over else [])]  # fmt: skip
    for query in [*asked, {name: value for one in asked for name, value in one.items()}]:
        assert found(manager, **query) == {wanted.pk}, query
        assert found(manager, q="knee", since=day, **query) == {wanted.pk}, query
    assert found(manager, q="knee", state=status) == {wanted.pk, other.pk}
    assert found(manager, tool="book_appointment") == set()
    assert found(manager, patient="knee") == set()


def test_runs_are_found_by_the_version_of_the_policy_and_the_file_says_it(ruth: User, sign_in: SignIn) -> None:
    manager, now = sign_in(ruth), timezone.now()
    add_change(Decided("task_type", "moving", 2, version=2), now=now)
    first, second = (index_run(ended(), policy_version=version) for version in (1, 2))
    add_run("Waits under the second")
    assert found(manager, policy="2") == {second.pk}
    assert found(manager, policy="1") == {first.pk}
    assert manager.get("/runs/?policy=3").status_code == 400
    assert "Version 2: Moving" in manager.get("/runs/").content.decode()
    add_fact(policy_version=2, run=second)
    lines = csv.DictReader(io.StringIO(manager.get("/runs/found.csv").getvalue().decode("utf-8-sig")))
    assert {int(line["run"]): line["policy_version"] for line in lines}[second.pk] == "2"


def test_words_are_found_without_accents_and_by_their_beginning(desk: Client) -> None:
    run = index_run(ended(request="Søren Zając rang about his Röntgen-Bild; 0 %"))
    for words in ("zajac", "ZAJĄC", "ront", "rontgen-bild", "bild rang"):
        assert found(desk, q=words) == {run.pk}, words
    for words in ("ontgen", "zajac bunion", "%", "“”"):
        assert found(desk, q=words) == set(), words


@pytest.mark.parametrize(
    "words", ["state:completed", "tool:book", "patient:reid", '" OR "', "x:*", "' | 'a", "a* -b", "\\"]
)
def test_what_is_typed_is_never_a_command_to_the_index(desk: Client, words: str) -> None:
    index_run(ended(request="Nothing of that kind"))
    assert found(desk, q=words, patient=words) == set()


def test_a_row_of_the_index_that_fits_no_run_shows_nothing(desk: Client) -> None:
    run = index_run(ended(request="My bunion"))
    RunWords.objects.create(place=5, run_id=run.pk, words="ghost")
    assert found(desk, q="ghost") == set()


def test_found_pages_follow_each_other_without_a_gap_or_a_double(desk: Client) -> None:
    now = timezone.now()
    runs = [ended(request="knee", created_at=now - timedelta(minutes=n // 3)) for n in range(70)]
    for run in runs:
        index_run(run)
    runs += [add_run("knee", created_at=now - timedelta(minutes=n)) for n in range(50)]
    seen, before = [], ""
    while True:
        page = desk.get("/runs/", {"q": "knee", "before": before}).context["page"]
        seen += [row.id for row in page.rows]
        before = page.older
        if not before:
            break
    assert len(seen) == len(set(seen)) == 120
    assert set(seen) == {run.pk for run in runs}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=2026-02-30", "Write a day as in"),
        ("until=tomorrow", "Write a day as in"),
        ("since=2026-03-02&until=2026-03-01", "The first day is after the last one"),
        ("since=0001-01-01", "There are no runs of such a year"),
        ("until=9999-12-31", "There are no runs of such a year"),
        ("outcome=lost", "There is no such end"),
        ("over=7", "There is no such cost"),
        ("over=50000000", "Costs are shown to managers"),
    ],
)
@pytest.mark.parametrize("address", ["/runs/", "/runs/found.csv", "/runs/found.json"])
def test_bad_days_and_choices_are_said_in_words(desk: Client, query: str, said: str, address: str) -> None:
    answer = desk.get(f"{address}?{query}")
    assert answer.status_code == 400
    assert said in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["task=nothing", "tool=nothing", "since=2026-01-01&until=2026-01-01", "q=7&patient=x"]
)
def test_what_nothing_matches_is_an_empty_list(desk: Client, query: str) -> None:
    assert "No run matches" in desk.get(f"/runs/?{query}").content.decode()


def test_every_link_of_the_page_keeps_the_search(desk: Client) -> None:
    task_type("moving")
    ToolPolicy.objects.create(tool="send_message", label="Send message")
    for n in range(51):
        index_run(ended(request="knee & hip", created_at=timezone.now() - timedelta(minutes=n)))
    page = desk.get("/runs/", {"q": "knee & hip", "since": "2026-01-01"}).content.decode()
    kept = "q=knee+%26+hip&amp;since=2026-01-01"
    for address in (f"/runs/?{kept}&amp;before=", f"/runs/found.csv?{kept}", f"/runs/found.json?{kept}"):
        assert address in page
    assert "<details open>" in page


# --- files


def test_a_file_holds_exactly_what_is_found(ruth: User, sign_in: SignIn, monkeypatch: Any) -> None:
    monkeypatch.setattr(search, "BATCH", 7)
    runs = [index_run(ended(request="knee", cost_nano=1_500_000, unpriced_calls=1)) for _ in range(20)]
    index_run(ended(request="hip"))
    manager = sign_in(ruth)
    answer = manager.get("/runs/found.csv?q=knee")
    assert answer.streaming and "attachment" in answer["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [int(line["run"]) for line in lines] == [run.pk for run in reversed(runs)]
    assert {line["cost_usd"] for line in lines} == {"0.0015"}
    objects = json.loads(manager.get("/runs/found.json?q=knee").getvalue())
    assert [one["request_id"] for one in objects] == [line["request_id"] for line in lines]
    assert all(datetime.fromisoformat(one["began"]).tzinfo for one in objects)


@pytest.mark.parametrize("address", ["/runs/found.csv", "/runs/found.json"])
def test_a_file_tells_costs_only_to_leaders(desk: Client, ruth: User, sign_in: SignIn, address: str) -> None:
    ended(request="knee", cost_nano=1_500_000)
    assert b"cost" not in desk.get(address).getvalue()
    assert b"cost_usd" in sign_in(ruth).get(address).getvalue()


def test_no_cell_of_a_file_is_a_formula(desk: Client) -> None:
    ended(request="=HYPERLINK(1)", answer="+1")
    line = next(csv.DictReader(io.StringIO(desk.get("/runs/found.csv").getvalue().decode("utf-8-sig"))))
    assert (line["said"], line["answer"]) == ("'=HYPERLINK(1)", "'+1")


# --- a past that was made up says so


@pytest.mark.parametrize(("address", "role"), [("/runs/", Role.FRONT_DESK), ("/metrics/", Role.MANAGER)])
def test_a_page_that_shows_a_generated_past_says_so(
    desk: Client, ruth: User, sign_in: SignIn, address: str, role: Role
) -> None:
    client = desk if role is Role.FRONT_DESK else sign_in(ruth)
    ended()
    assert "Generated past" not in client.get(address).content.decode()
    ended(generated=True)
    assert "Generated past, for the demonstration." in client.get(address).content.decode()
    assert "Generated past" not in client.get("/").content.decode()
