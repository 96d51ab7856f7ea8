"""Who saw whom is written down where it is seen, and read by those in charge."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from agentops.models import AgentRun, ToolCall
from supervision.inbox import viewings
from supervision.models import Viewing
from supervision.roles import Role
from supervision.runs.listing import list_cells
from supervision.runs.search import Query
from supervision.views import run_list
from tests.supervision.metrics.facts import add_fact
from tests.supervision.rows import ANA, MOVE, add_call, add_run, index_run
from tests.supervision.test_access import TABLE


def test_every_card_that_is_opened_is_written_down_once_in_ten_minutes(desk: Client, ana_waits: ToolCall) -> None:
    for address in ["/", f"/requests/{ana_waits.pk}/", f"/requests/{ana_waits.pk}/", f"/runs/{ana_waits.run_id}/"]:
        desk.get(address)
    cards = Viewing.objects.filter(listed=None).order_by("pk")
    seen = list(cards.values_list("who", "role", "page", "patient"))
    whom = "Ana Gomez, 4821 077"
    assert seen == [("Priya Nair", "front desk", page, whom) for page in ("request", "run")]
    Viewing.objects.update(seen_at=timezone.now() - timedelta(minutes=11))
    desk.get(f"/requests/{ana_waits.pk}/")
    assert cards.count() == 3


def test_a_part_read_by_the_script_counts_like_the_page(desk: Client, ana_waits: ToolCall) -> None:
    desk.get(f"/requests/{ana_waits.pk}/", headers={"X-Desk-Part": "list"})
    assert not Viewing.objects.filter(listed=None).exists()
    desk.get(f"/requests/{ana_waits.pk}/", headers={"X-Desk-Part": "request"})
    assert Viewing.objects.get(listed=None).call == ana_waits


def test_a_hand_off_names_the_patient_that_a_look_up_found(desk: Client) -> None:
    run = add_run(status="handed_off", handoff_reason="Asked for a person", finished_at=timezone.now())
    add_call(run=run, tier="read", status="succeeded")
    desk.get(f"/handoffs/{run.pk}/")
    assert Viewing.objects.get(listed=None).patient == "Ana Gomez, 4821 077"


def test_those_in_charge_find_a_patient_or_a_colleague(
    desk: Client, mo: User, ruth: User, sign_in: Callable[[User], Client], ana_waits: ToolCall
) -> None:
    desk.get(f"/requests/{ana_waits.pk}/")
    sign_in(mo).get(f"/runs/{ana_waits.run_id}/")
    leader = sign_in(ruth)
    everything = leader.get("/access/").content.decode()
    assert "Priya Nair" in everything
    assert "Mo Ali" in everything
    only_mo = leader.get("/access/?q=mo+ali").content.decode()
    assert "Mo Ali" in only_mo
    assert "Priya Nair" not in only_mo
    assert "Ana Gomez" in leader.get("/access/?q=4821").content.decode()
    assert "Nobody opened a card that matches." in leader.get("/access/?q=Zoe").content.decode()


def test_a_long_log_has_pages(ruth: User, sign_in: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewings, "PAGE_SIZE", 2)
    for number in range(3):
        Viewing.objects.create(who=f"Person {number}", role="x", page="run", seen_at=timezone.now())
    first = sign_in(ruth).get("/access/").content.decode()
    assert "Person 2" in first
    assert "Person 0" not in first
    older = sign_in(ruth).get(f"/access/?before={Viewing.objects.order_by('pk')[1].pk}").content.decode()
    assert "Person 0" in older
    assert sign_in(ruth).get("/access/?before=abc").status_code == 200


# --- lists


@pytest.fixture
def ana_ended(db: None) -> AgentRun:
    """A run of Ana's that ended and cost something, and one of nobody known."""
    run = add_run("Ana Gomez here", status="completed", finished_at=timezone.now(), cost_nano=9_000_000)
    add_call(MOVE, run=run, status="failed", started_at=timezone.now())
    other = add_run("Who is this?", status="completed", finished_at=timezone.now(), cost_nano=1)
    for one in (run, other):
        add_fact(run=index_run(one), task_type="moving", cost_nano=one.cost_nano, tools={})
    return run


def lists_of(run: AgentRun) -> list[str]:
    return list(Viewing.objects.filter(runs__contains=f",{run.pk},").order_by("pk").values_list("page", flat=True))


@pytest.mark.both_databases
def test_no_page_names_a_patient_without_a_line_in_the_log(
    leo: User, sign_in: Callable[[User], Client], ana_ended: AgentRun, ana_waits: ToolCall
) -> None:
    """Every address that needs nothing to be told, found in the list of them: a new one is looked at too."""
    admin = sign_in(leo)
    addresses = [reverse(name) for name, (method, _who) in TABLE.items() if method == "get" and not needs_more(name)]
    named = []
    for address in [*addresses, "/runs/found.csv", "/runs/found.json"]:
        Viewing.objects.all().delete()
        answer = admin.get(address)
        body = answer.getvalue() if answer.streaming else answer.content
        if b"Gomez" in body:
            named.append(address)
            row = Viewing.objects.get(listed__gt=0)
            assert row.patients == "Ana Gomez, 4821 077"
            assert ({ana_ended.pk, ana_waits.run_id} & {*row.run_keys}) != set()
    files = {"/runs/found.csv", "/runs/found.json"}
    assert set(named) == {"/", "/runs/", "/metrics/behind/", "/metrics/costs/"} | files


def needs_more(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return True
    return False


def test_a_list_is_one_line_and_only_what_is_new_in_it_another(desk: Client, ana_ended: AgentRun) -> None:
    desk.get("/runs/")
    desk.get("/runs/")
    first = Viewing.objects.get()
    assert (first.listed, first.patients) == (2, "Ana Gomez, 4821 077")
    new = add_run("Another one")
    desk.get("/runs/", headers={"X-Desk-Part": "runs"})
    assert Viewing.objects.latest("pk").run_keys == [new.pk]
    desk.get("/runs/?q=nobody+of+that+name")
    assert Viewing.objects.count() == 2


def test_a_list_costs_one_insert_however_long_it_is(desk: Client) -> None:
    for _ in range(30):
        add_call(MOVE)
    with CaptureQueriesContext(connection) as asked:
        desk.get("/runs/")
    of_log = [query["sql"] for query in asked if "supervision_viewing" in query["sql"]]
    assert [sql.split()[0] for sql in of_log] == ["SELECT", "INSERT"]


def test_every_file_is_written_down_even_if_it_broke_off(desk: Client, priya: User, ana_ended: AgentRun) -> None:
    for _ in range(2):
        desk.get("/runs/found.csv").getvalue()
    assert lists_of(ana_ended) == ["runs_file"] * 2
    rows = run_list._note_sent(list_cells(Query(), with_cost=False), user=priya, role=Role.FRONT_DESK)
    first = next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert Viewing.objects.latest("pk").run_keys == [first["run"]]


def test_those_in_charge_read_of_lists_in_plain_words(
    desk: Client, ruth: User, sign_in: Callable[[User], Client], ana_ended: AgentRun
) -> None:
    for number in range(5):
        subject = ANA.model_copy(update={"given": f"Kim{number}", "number": f"4821 10{number}"})
        add_call(MOVE.model_copy(update={"subject": subject}), run=ana_ended)
    desk.get("/runs/")
    desk.get("/runs/found.csv").getvalue()
    leader = sign_in(ruth)
    page = leader.get("/access/?q=kim4").content.decode()
    for words in ("List of runs", "File of runs", "2 runs", "and 3 more", "Kim4 Gomez, 4821 104"):
        assert words in page
    about = leader.get(f"/runs/{ana_ended.pk}/").content.decode()
    assert "saw it in the list of runs" in about
    assert "took it away in a file" in about
    other = add_run("Came later")
    assert "saw it in the list of runs" not in leader.get(f"/runs/{other.pk}/").content.decode()
