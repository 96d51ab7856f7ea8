"""The record as managers and admins read it: it can be searched and saved, and it says whether it holds."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from agentops.audit import append_entry
from agentops.models import AuditEntry, PolicyChange
from supervision import record
from supervision.exports import safe_cell
from supervision.models import Decision

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def leader(ruth: User, sign_in: Callable[[User], Client]) -> Client:
    """Ruth's browser: a manager's."""
    return sign_in(ruth)


def add(who: str = "Priya Nair", what: str = "call.approved", subject: str = "call 7", **facts: object) -> None:
    append_entry(who=who, what=what, subject=subject, facts=facts)


def read(client: Client, address: str = "/record/") -> str:
    return client.get(address).content.decode()


def test_the_latest_entry_stands_first_and_a_long_record_has_pages(
    leader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "PAGE_SIZE", 2)
    for number in range(3):
        add(who=f"Person {number}")
    first = read(leader)
    assert first.index("Person 2") < first.index("Person 1")
    assert "Person 0" not in first
    assert "?&amp;before=2" in first
    assert "Person 0" in read(leader, "/record/?before=2")
    assert leader.get("/record/?before=abc").status_code == 200


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("q=mo+ali", {"Mo Ali"}),
        ("q=wrong+te", {"Ruth Kerr"}),
        ("q=said+no", {"Mo Ali"}),
        ("q=M%C3%BCller", {"Zoë Ward"}),
        ("q=call+7", {"Priya Nair"}),
        ("who=kerr", {"Ruth Kerr"}),
        ("what=call.rejected", {"Mo Ali"}),
        ("about=run+3", {"Zoë Ward"}),
        ("what=call.rejected&who=priya", set()),
        ("since=2020-01-01&until=2020-01-31", {"Old Hand"}),
        ("until=2020-01-30", set()),
    ],
)
def test_it_is_searched_by_who_what_of_what_words_and_days(leader: Client, search: str, found: set[str]) -> None:
    add()
    add(who="Mo Ali", what="call.rejected", subject="call 8")
    add(who="Ruth Kerr", what="work.stopped", subject="all", reason="Wrong texts went out")
    add(who="Zoë Ward", what="run.started", subject="run 3", note="Frau Müller")
    add(who="Old Hand", what="run.stopped", subject="run 4")
    AuditEntry.objects.filter(who="Old Hand").update(at="2020-01-31T12:00:00Z")
    everybody = {"Priya Nair", "Mo Ali", "Zoë Ward", "Old Hand", "Ruth Kerr"}
    rows = read(leader, f"/record/?{search}").partition("<tbody>")[2]
    assert {who for who in everybody if who in rows} == found


def test_days_that_cannot_be_read_are_told_at_their_field_and_nothing_typed_is_lost(leader: Client) -> None:
    add()
    answer = leader.get("/record/?q=priya&since=soon&until=2026-02-30")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert page.count("Write the day as year-month-day") == 4
    assert 'value="priya"' in page
    assert 'value="soon"' in page
    backwards = read(leader, "/record/?since=2026-03-02&until=2026-03-01")
    assert "The last day is before the first." in backwards
    assert leader.get("/record/file/?since=soon").status_code == 400


def test_the_page_says_that_the_record_holds_or_what_was_done_to_it(leader: Client) -> None:
    add()
    add()
    assert re.search(r"Checked at .*m:</b> 2 entries, whole\.", read(leader))
    AuditEntry.objects.filter(seq=1).update(who="Nobody")
    page = read(leader)
    assert "The record does not hold." in page
    assert "altered: entry 1 does not read as it was written." in page


def test_of_a_long_record_the_page_checks_the_latest_and_tells_when_all_was_read(
    leader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "LIVE_ENTRIES", 2)
    for _ in range(4):
        add()
    page = read(leader)
    assert "the latest 2 entries, whole." in page
    assert "All of them were never read yet." in page
    call_command("verify_audit", stdout=io.StringIO())
    assert "4 entries, whole." in read(leader)
    AuditEntry.objects.filter(seq=1).update(who="Nobody")
    with pytest.raises(SystemExit):
        call_command("verify_audit", stdout=io.StringIO())
    assert "altered: entry 1 does not read as it was written." in read(leader)


def test_it_is_saved_as_it_was_searched(leader: Client) -> None:
    add(who="=HYPERLINK(1)", note="a,b")
    add(who="Mo Ali")
    answer = leader.get("/record/file/?as=csv&what=call.approved")
    assert answer["Content-Disposition"].startswith('attachment; filename="record-')
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["who"] for row in rows] == ["'=HYPERLINK(1)", "Mo Ali"]
    assert json.loads(rows[0]["facts"]) == {"note": "a,b"}
    answer = leader.get("/record/file/?as=json&who=mo")
    (row,) = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert (row["number"], row["who"], row["subject"]) == (2, "Mo Ali", "call 7")
    nothing = leader.get("/record/file/?as=json&who=nobody")
    assert json.loads(b"".join(nothing.streaming_content)) == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_spreadsheet_takes_a_cell_for_a_formula(first: str) -> None:
    assert safe_cell(f"{first}1+1") == f"'{first}1+1"
    assert (safe_cell(-3), safe_cell(2.5), safe_cell(None), safe_cell("plain")) == ("-3", "2.5", "", "plain")


def test_foreign_text_is_only_text_in_the_record(leader: Client) -> None:
    add(who="<script>alert(1)</script>", subject="tool <b>x</b>", note="\u202egnp")
    page = read(leader)
    assert "<script>alert(1)" not in page
    assert "<b>x</b>" not in page
    assert "\u202e" not in page


def test_every_kind_of_entry_that_the_code_makes_has_words() -> None:
    made = set()
    for package in ("agentops", "supervision"):
        for path in (ROOT / package).rglob("*.py"):
            made |= set(re.findall(r'what="([a-z_]+\.[a-z_]+)"', path.read_text()))
    decided = {f"call.{verdict}" for verdict, _ in Decision._meta.get_field("verdict").choices}
    ends = ("changed", "change_proposed", "change_declined")
    policy = {f"{kind}.{end}" for kind, _ in PolicyChange.KINDS for end in ends}
    assert made | decided | policy == set(record.WHAT)


def test_what_stands_beside_an_entry_reads_as_words(leader: Client) -> None:
    add(what="tool.changed", subject="send", differences={"Who confirms": ["Nobody", "Two people"]}, withdrawn=0)
    add(what="call.rejected", reason="not_asked")
    add(what="login.done", code=False)
    add(what="person.added", role="admin", by="leo")
    page = read(leader)
    rows = page.partition("<tbody>")[2]
    assert "changed: <bdi>Who confirms: Nobody → Two people</bdi>" in rows
    assert "reason: <bdi>Not what they asked for</bdi>" in rows
    for machine in ("not_asked", "{", "code:", "by:", "withdrawn:"):
        assert machine not in rows, machine
