"""The whole machine as it is put to work: real PostgreSQL, real Redis, separate processes, a person with a browser."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from tests.integration.production import LEASE_SECONDS, Production, run_production, wait_until
from tests.integration.visitor import Page, Visitor
from tests.servers import new_database

pytestmark = pytest.mark.timeout(300)

CLINIC_TIME = ZoneInfo("Europe/London")
OVER = ("completed", "limit_reached", "handed_off", "failed", "cancelled")


@pytest.fixture(scope="module")
def production(
    postgres_server: str, redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Production]:
    logs = tmp_path_factory.mktemp("logs")
    with (
        new_database(postgres_server) as database,
        run_production(database=database, redis=redis_server, logs=logs) as production,
    ):
        yield production


@dataclass(frozen=True, slots=True)
class Wish:
    """A slot that is free, and the words of a patient who wants it."""

    slot_id: int
    words: str


def find_wish(production: Production, *, patient: int) -> Wish:
    """Somebody who exists asks for a time that is free, far enough ahead for every rule of the clinic."""
    given, surname, born = production.rows("SELECT given, surname, born FROM clinic_patient WHERE id = %s", patient)[0]
    slot_id, starts_at, title, name = production.rows(
        """SELECT s.id, s.starts_at, p.title, p.name FROM clinic_slot s JOIN clinic_provider p ON p.id = s.provider_id
           WHERE p.role = 'GP' AND s.starts_at > now() + interval '3 days' AND NOT EXISTS
             (SELECT 1 FROM clinic_appointment a WHERE a.slot_id = s.id OR a.patient_id = %s
                AND a.starts_at::date = s.starts_at::date)
           ORDER BY s.starts_at, s.id OFFSET %s LIMIT 1""",
        patient,
        10 * patient,
    )[0]
    at: datetime = starts_at.astimezone(CLINIC_TIME)
    words = (
        f"Hello, this is {given} {surname}, born {born.day} {born:%B %Y}. "
        f"Could you book me with {title} {name} on {at:%A} {at.day} {at:%B} at {at:%H:%M}, please?"
    )
    return Wish(slot_id, words)


def ask(production: Production, visitor: Visitor, words: str) -> int:
    """Start a run from the desk's form; its id."""
    answer = visitor.send_form(visitor.get("/runs/new/"), "/runs/new/", request=words, channel="text")
    assert answer.status == 302, answer.body
    return int(production.value("SELECT max(id) FROM agentops_agentrun"))


def wait_for_call(production: Production, run_id: int, status: str, *, seconds: float = 60) -> int:
    """Wait until a call of this run stands so; its id."""
    query = "SELECT id FROM agentops_toolcall WHERE run_id = %s AND status = %s"
    call_id: int = wait_until(
        lambda: production.value(query, run_id, status),
        seconds=seconds,
        failing=lambda: f"no {status} call: {describe_run(production, run_id)}\n{production.logs_of()}",
    )
    return call_id


def wait_for_end(production: Production, run_id: int, *, seconds: float = 60) -> tuple[str, str]:
    """Wait until the run is over; its status and its answer."""
    query = "SELECT status, answer FROM agentops_agentrun WHERE id = %s AND status = ANY(%s)"
    status, answer = wait_until(
        lambda: production.rows(query, run_id, list(OVER)),
        seconds=seconds,
        failing=lambda: f"not over: {describe_run(production, run_id)}\n{production.logs_of()}",
    )[0]
    return status, answer


def wait_until_somebody_waits_for(production: Production, table: str) -> None:
    """Wait until a worker stands before this locked table, in the middle of a tool."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
    wait_until(lambda: production.value(query, table), seconds=60, failing=lambda: production.logs_of("one", "two"))


def describe_run(production: Production, run_id: int) -> str:
    run = production.rows("SELECT status, outcome, answer, lease_losses FROM agentops_agentrun WHERE id = %s", run_id)
    calls = production.rows("SELECT tool, status, result FROM agentops_toolcall WHERE run_id = %s ORDER BY id", run_id)
    return f"{run} {calls}"


def say_yes(visitor: Visitor, call_id: int) -> Page:
    """Answer the request that is on the page."""
    page = visitor.get(f"/requests/{call_id}/")
    return visitor.send_form(page, f"/requests/{call_id}/answer/", answer="yes")


def booked(production: Production, wish: Wish) -> int:
    query = "SELECT count(*) FROM clinic_appointment WHERE slot_id = %s AND status = 'booked'"
    return int(production.value(query, wish.slot_id))


def next_hint(socket: ClientConnection, kind: str, *, seconds: float = 60) -> dict[str, object]:
    """Read hints until one of this kind comes."""
    deadline = time.monotonic() + seconds
    while True:
        hint: dict[str, object] = json.loads(socket.recv(timeout=max(deadline - time.monotonic(), 0.01)))
        if hint["kind"] == kind:
            return hint


def test_a_request_waits_for_a_person_and_is_booked_exactly_once_while_a_colleague_sees_it_live(
    production: Production,
) -> None:
    wish = find_wish(production, patient=1)
    person, colleague = production.log_in("priya"), production.log_in("leo")
    production.hold_for(2)
    with production.open_socket(colleague) as socket:
        run_id = ask(production, person, wish.words)
        waiting = next_hint(socket, "call.waiting")
        assert waiting["run_id"] == run_id
        call_id = wait_for_call(production, run_id, "awaiting")
        assert booked(production, wish) == 0, "nothing is booked before the yes"
        assert say_yes(person, call_id).status == 302
        assert next_hint(socket, "call.settled")["call_id"] == call_id
        assert next_hint(socket, "run.finished")["run_id"] == run_id
    production.hold_for(0)
    status, answer = wait_for_end(production, run_id)
    assert status == "completed", answer
    assert booked(production, wish) == 1
    begun_early = "SELECT count(*) FROM agentops_toolcall WHERE id = %s AND started_at < held_until"
    assert production.value(begun_early, call_id) == 0, "the yes could be taken back for as long as its policy said"
    shown = colleague.get(f"/runs/{run_id}/")
    assert shown.status == 200 and "book_appointment" in shown.body
    assert production.value("SELECT count(*) FROM agentops_runfact WHERE run_id = %s", run_id) == 1


def test_of_two_people_who_say_yes_at_once_the_second_is_told_who_was_first(production: Production) -> None:
    wish = find_wish(production, patient=2)
    person, colleague = production.log_in("priya"), production.log_in("leo")
    run_id = ask(production, person, wish.words)
    call_id = wait_for_call(production, run_id, "awaiting")
    action = f"/requests/{call_id}/answer/"
    first, second = person.get(f"/requests/{call_id}/"), colleague.get(f"/requests/{call_id}/")
    assert person.send_form(first, action, answer="yes").status == 302
    late = colleague.send_form(second, action, answer="yes")
    assert late.status == 409 and "Priya Nair" in late.body
    assert wait_for_end(production, run_id)[0] == "completed"
    assert booked(production, wish) == 1


def test_workers_killed_while_they_look_something_up_lose_nothing(production: Production) -> None:
    wish = find_wish(production, patient=3)
    person = production.log_in("priya")
    with production.locked("clinic_patient"):
        run_id = ask(production, person, wish.words)
        wait_until_somebody_waits_for(production, "clinic_patient")
        production.kill_workers()
    production.start_worker("one")
    production.start_worker("two")
    call_id = wait_for_call(production, run_id, "awaiting", seconds=6 * LEASE_SECONDS)
    assert say_yes(person, call_id).status == 302
    assert wait_for_end(production, run_id)[0] == "completed"
    assert booked(production, wish) == 1
    assert production.value("SELECT lease_losses FROM agentops_agentrun WHERE id = %s", run_id) == 1


def test_workers_killed_while_they_book_book_exactly_once(production: Production) -> None:
    wish = find_wish(production, patient=4)
    person = production.log_in("priya")
    run_id = ask(production, person, wish.words)
    call_id = wait_for_call(production, run_id, "awaiting")
    page = person.get(f"/requests/{call_id}/")
    with production.locked("clinic_appointment"):
        assert person.send_form(page, f"/requests/{call_id}/answer/", answer="yes").status == 302
        wait_until_somebody_waits_for(production, "clinic_appointment")
        production.kill_workers()
    production.start_worker("one")
    production.start_worker("two")
    assert wait_for_end(production, run_id, seconds=6 * LEASE_SECONDS)[0] == "completed"
    assert booked(production, wish) == 1


def test_nobody_without_a_session_gets_a_page_or_a_socket(production: Production) -> None:
    stranger = Visitor(production.port)
    assert stranger.get("/").location.startswith("/login/")
    with pytest.raises(InvalidStatus):
        production.open_socket(stranger).close()


def test_a_form_from_another_site_is_refused(production: Production) -> None:
    person = production.log_in("priya")
    page = person.get("/runs/new/")
    person.origin = "https://elsewhere.example"
    assert person.send_form(page, "/runs/new/", request="Book me in.", channel="text").status == 403


def test_everything_ends_cleanly_when_it_is_told_to(production: Production) -> None:
    took = production.stop()
    assert max(took.values()) < 15, took
    assert "Traceback" not in production.logs_of(), production.logs_of()
