"""Two hundred personal values go through the real product; none may leave it by a log, a message, an address or an
error page.
"""

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
import structlog
from celery.signals import before_task_publish
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.control import start_run
from agentops.ledger import expire_calls
from agentops.local_layer import LocalChannelLayer
from agentops.logs import ALLOWED_KEYS, configure_logging
from agentops.management.catalogue import load_catalogue, sync_tools
from agentops.models import AgentRun, ToolCall, ToolPolicy
from agentops.runner import loop
from agentops.tasks import advance_run
from agentops.tools import execution
from agentops.toolsets.clinic.directory import fold_name
from agentops.toolsets.clinic.models import Patient, Slot
from supervision.views import queue
from tests.supervision.clinic import at, open_clinic
from tests.supervision.rows import person

PEOPLE = 10
ADDRESS = re.compile(r'(?:href|action|src|data-url|value)="(/[^"]*)"')


@dataclass(frozen=True)
class Planted:
    """One invented person with twenty values that stand nowhere else."""

    given: str
    surname: str
    born: date
    mobiles: list[str]
    emails: list[str]
    notes: list[str]
    ssns: list[str]

    @property
    def birthday(self) -> str:
        """As a caller says it."""
        return f"{self.born.day} {self.born:%B} {self.born.year}"

    @property
    def values(self) -> list[str]:
        """In each of the ways in which they are written."""
        names = [self.given, self.surname, self.born.isoformat(), self.birthday]
        return [*names, *self.mobiles, *self.emails, *self.notes, *self.ssns]


def plant(number: int) -> Planted:
    letters = f"{chr(97 + number)}{chr(122 - number)}"
    return Planted(
        given=f"Xavq{letters}ta",
        surname=f"Wubq{letters}son",
        born=date(1931 + number, 1 + number % 12, 3 + number),
        mobiles=[f"07700 900{3 * number + n:03}" for n in range(3)],
        emails=[f"zq{letters}{n}@example.com" for n in range(4)],
        notes=[f"allergic to {letters}{nut} nuts" for nut in ("quorn", "vorx", "plyq", "zemf", "wrok")],
        ssns=[f"912-34-5{n}{number:02}" for n in range(4)],
    )


PLANTED = [plant(number) for number in range(PEOPLE)]
VALUES = [value for one in PLANTED for value in one.values]


@dataclass
class Exits:
    """Everything that left, by where it left."""

    log: io.StringIO = field(default_factory=io.StringIO)
    broker: list[str] = field(default_factory=list)
    layer: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    error_pages: list[str] = field(default_factory=list)

    def keep(self, answer: Any) -> Any:
        """Take the addresses of a page, and the page itself where it tells of an error."""
        self.addresses.append(answer.get("Location", ""))
        page = "" if answer.streaming else answer.content.decode(errors="replace")
        self.addresses += ADDRESS.findall(page)
        # A form that was turned down gives its words back, a card is shown to whoever may see it: no error pages.
        # Told by their last line: the client's list of templates also has what a thread of another test renders.
        if f'small-print">{answer.status_code} · Request id' in page:
            self.error_pages.append(page)
        return answer

    @property
    def leaks(self) -> dict[str, list[str]]:
        """Which planted values left, and where."""
        gone = {
            "log": self.log.getvalue(),
            "broker": "\n".join(self.broker),
            "layer": "\n".join(self.layer),
            "addresses": "\n".join(self.addresses),
            "error pages": "\n".join(self.error_pages),
        }
        return {where: found for where, text in gone.items() if (found := find_values(text))}


def find_values(text: str) -> list[str]:
    """The planted values in a text; numbers also with their groups joined, everything in either case."""
    lower = text.casefold()
    tight = re.sub(r"[\s%+-]|%20", "", lower)
    return [v for v in VALUES if v.casefold() in lower or re.sub(r"[\s-]", "", v.casefold()) in tight]


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Exits]:
    """Listen at every exit while the product works, at the most talkative level."""
    exits = Exits()
    root, before = logging.getLogger(), (logging.getLogger().handlers, logging.getLogger().level)
    configure_logging({})
    root.handlers[0].setStream(exits.log)  # type: ignore[attr-defined]
    root.setLevel(logging.DEBUG)

    def hear(headers: Any = None, body: Any = None, properties: Any = None, **_: Any) -> None:
        exits.broker.append(repr((headers, body, properties)))

    send = LocalChannelLayer.group_send_now

    def send_and_keep(self: LocalChannelLayer, group: str, message: Any) -> None:
        exits.layer.append(json.dumps(message))
        send(self, group, message)

    before_task_publish.connect(hear)
    monkeypatch.setattr(LocalChannelLayer, "group_send_now", send_and_keep)
    yield exits
    before_task_publish.disconnect(hear)
    root.handlers, root.level = before[0], before[1]


def say(one: Planted) -> str:
    return (
        f"{one.given} {one.surname}, born {one.birthday} ({one.born}), {', '.join(one.mobiles + one.emails)}, "
        f"{', '.join(one.notes)}. SSN {' or '.join(one.ssns)}. Could I see Dr Patel next week, any time?"
    )


@pytest.fixture
def house(db: None) -> None:
    """The catalogue, the tools, a clinic with a few free times, and people."""
    load_catalogue()
    sync_tools(accept_floors=True)
    ToolPolicy.objects.update(hold_seconds=0)
    patel = open_clinic().patel
    hours = [at(6 + n // 8, 9) + timedelta(hours=n % 8) for n in range(80)]
    Slot.objects.bulk_create(Slot(provider=patel, starts_at=hour, minutes=20) for hour in hours)
    person("priya", "Priya", "Nair", "front desk")
    person("ruth", "Ruth", "Kerr", "manager")


@pytest.fixture
def patients(house: None) -> None:
    for number, one in enumerate(PLANTED):
        Patient.objects.create(
            given=one.given, surname=one.surname, folded=fold_name(f"{one.given} {one.surname}"), born=one.born,
            number=f"77{number:02} 000", mobile=one.mobiles[0], email=one.emails[0], notes=one.notes[0],
        )  # fmt: skip


def sign_in(name: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return client


def work_through(one: Planted, desk: Client, exits: Exits, number: int) -> None:
    """A request from the form to its end, in one of several ways."""
    form = {"request": say(one), "channel": "phone", "again": "on"}
    answer = exits.keep(desk.post("/runs/new/", form))
    run = AgentRun.objects.latest("pk")
    assert answer["Location"] == f"/runs/{run.pk}/"
    advance_run.apply(args=[run.pk])
    for call in ToolCall.objects.filter(run=run, status="awaiting"):
        exits.keep(desk.get(f"/requests/{call.pk}/"))
        sent = {"version": call.version, "digest": call.digest, "note": say(one), "reason": "other"}
        if number % 5 == 4:
            ToolCall.objects.filter(pk=call.pk).update(expires_at=timezone.now())
            expire_calls()
        else:
            said = "yes" if number % 2 else "no"
            exits.keep(desk.post(f"/requests/{call.pk}/answer/", {**sent, "answer": said}))
            exits.keep(desk.post(f"/requests/{call.pk}/answer/", {**sent, "answer": "no", "version": 99}))
    advance_run.apply(args=[run.pk])
    exits.keep(desk.get(f"/runs/{run.pk}/"))
    exits.keep(desk.post(f"/handoffs/{run.pk}/close/", {"note": say(one)}))


def refuse(one: Planted, desk: Client, exits: Exits) -> None:
    """What cannot be read, is not there or is not allowed, with personal values wherever somebody can put them."""
    words = say(one)
    exits.keep(desk.get(f"/patients/{one.given}-{one.surname}/{one.emails[0]}"))
    exits.keep(desk.get(f"/tools/?{one.emails[0]}", headers={"referer": f"http://testserver/{one.surname}"}))
    exits.keep(desk.get("/runs/found.csv", {"since": one.birthday, "q": one.surname}))
    exits.keep(desk.get("/runs/1/", {"at": one.given, "raw": "full"}))
    exits.keep(desk.get("/", headers={"host": f"{one.surname}.example"}))
    exits.keep(desk.post("/runs/new/", {"request": words, "channel": one.given}))
    exits.keep(desk.post("/requests/999999/answer/", {"answer": one.given, "note": words}))
    exits.keep(desk.post("/runs/new/", data=words, content_type=f"application/{one.given}"))
    exits.keep(desk.generic(one.given.upper(), "/runs/"))
    exits.keep(Client(enforce_csrf_checks=True).post("/login/", {"username": one.emails[0], "password": one.notes[0]}))
    exits.keep(Client().post("/runs/new/", {"request": words, "channel": "phone"}))


def mistake(one: Planted, exits: Exits) -> None:
    """Somebody types a patient's e-mail and number where their own name and password belong."""
    exits.keep(Client().post("/login/", {"username": one.emails[0], "password": one.ssns[0]}))


def break_down(one: Planted, desk: Client, exits: Exits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults whose messages repeat what was said: in a view, at a tool, at the model, in the loop, in a task."""

    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError(say(one))

    with monkeypatch.context() as patch:
        patch.setattr(queue, "read_desk", broken)
        assert exits.keep(desk.get("/")).status_code == 500
    for place, name in ((execution, "_parse"), (loop, "ask_model"), (loop, "open_desk")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, broken)
            run_id = start_run(request=say(one)).run_id
            advance_run.apply(args=[run_id])
    with monkeypatch.context() as patch:
        patch.setattr("agentops.tasks.advance", broken)
        assert advance_run.apply(args=[run_id]).failed()


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_none_of_two_hundred_personal_values_leaves_the_product(
    patients: None, exits: Exits, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(set(VALUES)) == 200
    desk, manager = sign_in("priya"), sign_in("ruth")
    for number, one in enumerate(PLANTED):
        work_through(one, desk, exits, number)
        refuse(one, desk, exits)
        if number % 5 == 0:  # a fault says the same of everybody, and a wrong password is slow on purpose
            break_down(one, desk, exits, monkeypatch)
            mistake(one, exits)
    for address in ("/", "/?view=decided", "/runs/", "/metrics/", "/access/", "/runs/found.json"):
        exits.keep(manager.get(address))
    heard = exits.log.getvalue()
    for event in ("request_answered", "slice_broke", "run_finished", "input_refused", "Task %(name)s[%(id)s]"):
        assert event in heard, event
    assert len(exits.broker) > PEOPLE and len(exits.layer) > PEOPLE and len(exits.error_pages) > 4 * PEOPLE
    assert {"succeeded", "rejected", "expired"} <= set(ToolCall.objects.values_list("status", flat=True))
    assert exits.leaks == {}


def test_the_search_for_leaks_finds_one() -> None:
    one = PLANTED[7]
    exits = Exits(broker=[f"id {one.mobiles[0].replace(' ', '')}"], error_pages=[one.surname.upper()])
    exits.log.write(f"/x/?q={one.notes[0].replace(' ', '+')}")
    assert exits.leaks == {"log": [one.notes[0]], "broker": [one.mobiles[0]], "error pages": [one.surname]}


# --- the lines themselves


def lines_of(exits: Exits) -> list[dict[str, Any]]:
    return [json.loads(line) for line in exits.log.getvalue().splitlines()]


def test_a_key_that_nobody_declared_does_not_reach_the_log(exits: Exits) -> None:
    structlog.get_logger("x").info("hello", run_id=3, patient="Ana Gomez", words="asthma")
    logging.getLogger("y").warning("Could not read %s", "Ana Gomez", extra={"patient": "Ana"})
    ours, theirs = lines_of(exits)
    assert ours == {"event": "hello", "run_id": 3, "level": "info", "logger": "x", "timestamp": ours["timestamp"]}
    assert theirs["event"] == "Could not read %s"
    assert set(ours) | set(theirs) <= ALLOWED_KEYS


def test_an_exception_is_told_by_its_type_and_its_place(exits: Exits) -> None:
    for log in (structlog.get_logger("x"), logging.getLogger("y")):
        try:
            int("Ana Gomez")
        except ValueError:
            log.exception("broke")
    for line in lines_of(exits):
        assert line["error"] == "ValueError"
        assert re.fullmatch(r"tests/test_privacy\.py:\d+", line["where"][-1])


@pytest.mark.django_db(transaction=True)
def test_every_line_of_a_request_and_of_a_run_has_its_id(house: None, exits: Exits) -> None:
    answer = sign_in("priya").post("/runs/new/", {"request": "Is Dr Patel in?", "channel": "phone"})
    run = AgentRun.objects.get()
    web = [line for line in lines_of(exits) if line["event"] == "request_answered"]
    assert [line["request_id"] for line in web] == [answer["X-Request-ID"]]
    exits.log.truncate(0)
    exits.log.seek(0)
    advance_run.apply(args=[run.pk])
    work = [line for line in lines_of(exits) if line["logger"].startswith("agentops.runner")]
    assert work and {line["request_id"] for line in work} == {str(run.request_id)}


@pytest.mark.django_db(transaction=True)
def test_what_breaks_in_a_run_is_told_with_the_request_it_belongs_to(
    house: None, exits: Exits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "ask_model", lambda *_, **__: 1 / 0)
    run = AgentRun.objects.get(pk=start_run(request="Is Dr Patel in?").run_id)
    advance_run.apply(args=[run.pk])
    line = next(one for one in lines_of(exits) if one["event"] == "slice_broke")
    assert (line["request_id"], line["run_id"], line["error"]) == (str(run.request_id), run.pk, "ZeroDivisionError")
