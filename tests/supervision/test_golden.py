"""Golden examples at the desk: how they came out, and a finished run that is kept as a further one."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agentops.control import settle_call, start_run
from agentops.domain.golden import Example
from agentops.domain.outcomes import ToolResultStatus
from agentops.management.catalogue import load_catalogue, sync_tools
from agentops.management.golden.checking import check_examples, load_saved
from agentops.management.golden.stage import set_stage
from agentops.models import AgentRun, AuditEntry, GoldenExample, GoldenResult, GoldenRun, ToolCall, ToolPolicy
from agentops.runner.loop import advance
from agentops.toolsets.clinic.generator import generate_clinic
from tests.supervision.rows import add_call, add_run

PERSONAL = (
    "Tom", "Reid", "Ana", "Gomez", "Sam", "Ward", "1947", "1987", "1955", "November 5", "900196", "900123", "4827 946",
    "4821 077",
)  # fmt: skip
TOM = "Hi, it's Tom Reid, born 5 November 1947. I'd like to see Dr Patel, any morning next week."


@pytest.fixture
def clinic(db: None) -> None:
    load_catalogue()
    sync_tools(accept_floors=True)
    ToolPolicy.objects.update(hold_seconds=0)
    generate_clinic(seed=1, patients=30, days=21, today=timezone.localdate())


@pytest.fixture
def admin(leo: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(leo)


def play(words: str, *, yes: bool | None = None, talk: int | None = None) -> AgentRun:
    """A whole run by the offline planner, with staff's answer to whatever it asks."""
    run_id = start_run(request=words, channel="phone", asked_by="Priya Nair", conversation_id=talk).run_id
    advance(run_id)
    for call in ToolCall.objects.filter(run_id=run_id, status="awaiting"):
        note = "" if yes else "Tom Reid rang, he cannot come."
        answer = {"version": call.version, "digest": call.digest, "by": "Priya Nair", "note": note}
        settle_call(call_id=call.pk, approve=bool(yes), **answer)
        advance(run_id)
    return AgentRun.objects.get(pk=run_id)


def shown_by(page: str) -> str:
    found = re.search(r'name="shown" value="(\w+)"', page)
    assert found
    return found[1]


def keep(client: Client, run: AgentRun, **fields: str) -> Any:
    """Read what would be stored, and save exactly that."""
    page = client.get(f"/runs/{run.pk}/golden/").content.decode()
    form = {"name": f"kept-{run.pk}", "about": "It shows something.", "hide": "", "shown": shown_by(page)}
    return client.post(f"/runs/{run.pk}/golden/save/", {**form, **fields}, follow=True)


def play_with(how: str) -> AgentRun:
    """A look-up that ends so three times."""
    facts = {"name": "any", "about": "", "starts_as": "other", "talk": [{"says": "Hi"}], "clock": timezone.now()}
    faults = [{"tool": "list_patient_appointments", "how": how, "times": 3}]
    example = Example.model_validate({**facts, "faults": faults})
    with set_stage(example, toolset="clinic", now=example.clock):
        return play("This is Sam Ward, born 30 March 1955. When is my next appointment please?")


@pytest.fixture
def kept_runs(clinic: None, admin: Client) -> list[AgentRun]:
    """A booking with a yes, one with a no, a hand-over, a talk of two requests, and tools that fail; all kept."""
    first = play("I need to know about my appointment. Ana Gomez.")
    runs = [
        play(TOM, yes=True),
        play(TOM, yes=False),
        play("Can I just speak to a real person please? My name is Ottoline Quark."),
        play("14 May 1987", talk=first.conversation_id),
        play_with("retryable_error"),
        play_with("timeout"),
        play_with("crash"),
    ]
    for run in runs:
        assert keep(admin, run).status_code == 200
    return runs


def test_a_kept_run_holds_no_name_number_or_birth_of_the_patient_and_comes_out_as_it_did(
    kept_runs: list[AgentRun],
) -> None:
    stored = " ".join(str(row.example) for row in GoldenExample.objects.all())
    assert [word for word in (*PERSONAL, "Ottoline", "Quark") if word in stored] == []
    verdicts = [*check_examples(shipped=[], saved=load_saved())]
    assert {one.example.name: one.differences for one in verdicts} == {f"kept-{run.pk}": [] for run in kept_runs}
    assert [len(one.example.talk) for one in verdicts] == [1, 1, 1, 2, 1, 1, 1]
    asked = [call for one in verdicts for came in one.came for call in came.calls if call.gate == "asked"]
    assert {call.status.value for call in asked} == {"succeeded", "rejected"}
    results = [call.result for one in verdicts for came in one.came for call in came.calls]
    assert set(results) == set(ToolResultStatus)


def test_saving_is_written_down_and_leads_to_the_examples(clinic: None, admin: Client) -> None:
    run = play(TOM, yes=True)
    page = keep(admin, run, name="tom-books", about="A booking, for Tom Reid.").content.decode()
    assert "Saved as tom-books" in page
    assert "Not played yet" in page
    kept = GoldenExample.objects.get()
    assert (kept.saved_by, kept.from_run, kept.task_type) == ("Leo Marsh", run.pk, "booking")
    assert "Tom" not in kept.reason
    entry = AuditEntry.objects.get(what="golden.saved")
    assert (entry.who, entry.subject, entry.facts["run"]) == ("Leo Marsh", "tom-books", run.pk)


def test_only_what_was_shown_is_stored(clinic: None, admin: Client) -> None:
    run = play("What time do you open on Mondays, at Oakfield House?")
    refused = keep(admin, run, hide="Oakfield House")
    assert refused.status_code == 400
    assert "not what you were shown" in refused.content.decode()
    assert not GoldenExample.objects.exists()
    again = admin.post(f"/runs/{run.pk}/golden/save/", {"again": "1", "hide": "Oakfield House"}).content.decode()
    assert again.count("Oakfield") == 1  # in the field where it was typed, and nowhere else
    assert keep(admin, run, hide="Oakfield House", shown=shown_by(again)).status_code == 200
    assert "Oakfield" not in str(GoldenExample.objects.get().example)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"about": ""}, "Write what it shows"),
        ({"about": "x" * 301}, "too long"),
        ({"name": "No such name!"}, "small letters, digits and hyphens"),
        ({"shown": "0" * 64}, "not what you were shown"),
    ],
)
def test_a_form_that_cannot_be_used_is_said_in_words_and_kept(
    clinic: None, admin: Client, fields: dict[str, str], told: str
) -> None:
    refused = keep(admin, play("What time do you open on Mondays?"), **fields)
    assert (refused.status_code, GoldenExample.objects.count()) == (400, 0)
    assert told in refused.content.decode()


def test_a_run_is_kept_once_and_a_name_is_used_once(clinic: None, admin: Client) -> None:
    run = play("What time do you open on Mondays?")
    page = admin.get(f"/runs/{run.pk}/golden/").content.decode()
    assert keep(admin, run, name="hours").status_code == 200
    twice = admin.post(f"/runs/{run.pk}/golden/save/", {"name": "hours-2", "about": "Again.", "shown": shown_by(page)})
    assert "saved already, as hours" in twice.content.decode()
    other = keep(admin, play("What time do you open on Fridays?"), name="hours")
    assert "Choose another name" in other.content.decode()
    assert GoldenExample.objects.count() == 1


@pytest.mark.parametrize(
    ("run", "call", "told"),
    [
        ({"status": "running"}, None, "not over yet"),
        ({"status": "cancelled", "outcome": "cancelled"}, None, "stopped by people"),
        ({"status": "limit_reached", "outcome": "limit_active_time"}, None, "working time"),
        ({"status": "completed"}, {"status": "invalidated"}, "withdrawn by a rule"),
        ({"status": "completed"}, {"status": "superseded"}, "changed a request"),
        (
            {"status": "handed_off", "findings": [{"rule": "protected_value", "action": "stopped", "label": "x"}]},
            None,
            "another patient",
        ),
    ],
)
def test_a_run_that_would_not_come_out_again_is_not_kept_and_the_page_says_why(
    admin: Client, run: dict[str, Any], call: dict[str, Any] | None, told: str
) -> None:
    row = add_run(**run)
    if call:
        add_call(run=row, **call)
    answer = admin.get(f"/runs/{row.pk}/golden/")
    assert answer.status_code == 409
    assert told in answer.content.decode()
    assert "<form" not in answer.content.decode().split('id="main"')[1].split("</main>")[0]


def test_only_an_admin_is_offered_to_keep_a_run(admin: Client, ruth: User, sign_in: Callable[[User], Client]) -> None:
    run = add_run(status="completed", outcome="answered", finished_at=timezone.now())
    assert f"/runs/{run.pk}/golden/" in admin.get(f"/runs/{run.pk}/").content.decode()
    assert f"/runs/{run.pk}/golden/" not in sign_in(ruth).get(f"/runs/{run.pk}/").content.decode()


# --- the page of all examples


def add_round(*results: tuple[str, str, list[str]], live: bool = False, hours_ago: int = 0) -> GoldenRun:
    failed = sum(bool(differences) for _, _, differences in results)
    at = timezone.now() - timedelta(hours=hours_ago)
    facts = {"version": "v1.2", "passed": len(results) - failed, "failed": failed, "took_ms": 900}
    run = GoldenRun.objects.create(at=at, live=live, **facts)
    for name, task, differences in results:
        row = {"name": name, "task_type": task, "differences": differences}
        GoldenResult.objects.create(run=run, about=f"About {name}.", took_ms=10, **row)
    return run


def test_before_they_were_ever_played_the_page_says_how(ruth: User, sign_in: Callable[[User], Client]) -> None:
    page = sign_in(ruth).get("/golden/").content.decode()
    assert "Not played yet" in page
    assert "Ask your administrator to run" in page
    assert "manage.py golden" in page
    assert "answer-claims-that-all-is-done" in page


def test_what_did_not_hold_comes_first_in_its_type_of_task_with_its_differences(
    clinic: None, ruth: User, sign_in: Callable[[User], Client]
) -> None:
    add_round(("older", "booking", ["an old difference"]), hours_ago=2)
    add_round(
        ("all-good", "booking", []),
        ("not-good", "booking", ["book_appointment, tier: safe, expected was risky.", "<b>it</b> was not called."]),
        ("fine", "questions", []),
    )
    add_round(("asked-live", "booking", ["a live difference"]), live=True)
    page = sign_in(ruth).get("/golden/").content.decode()
    assert page.index("not-good") < page.index("all-good") < page.index("fine")
    assert "1 of 2 did not hold" in page
    assert "book_appointment, tier: safe, expected was risky." in page
    assert "&lt;b&gt;it&lt;/b&gt;" in page
    assert "v1.2" in page
    assert "an old difference" not in page
    assert "a model that was really asked" in page
