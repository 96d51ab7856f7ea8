"""The test box: a made-up call, and what the policy as it stands says to it with the number of its rule."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agentops.domain.policy.judging import UNTRUSTED_READ
from agentops.domain.policy.rules import Condition, Kind, Operator, Rule, Subject
from agentops.models import TaskType, ToolCall, ToolPolicy
from tests.supervision.rows import add_call, task_type

NOTICE = Subject(source="fact", name="notice_hours", kind=Kind.NUMBER, words="hours of notice")
BODY = Subject(source="argument", name="body", kind=Kind.TEXT, words="body")


@pytest.fixture
def admin(leo: User, sign_in: Callable[[User], Client]) -> Client:
    rule = Rule(
        number=4, conditions=(Condition(subject=NOTICE, operator=Operator.UNDER, value=24.0),), confirmation="two"
    )
    ToolPolicy.objects.create(
        tool="reschedule_appointment", label="Reschedule", tier="safe", floor="safe", described=True,
        effect="transactional", rules=[rule.model_dump(mode="json")],
        subjects=[one.model_dump(mode="json") for one in (NOTICE, UNTRUSTED_READ, BODY)],
    )  # fmt: skip
    task = task_type()
    TaskType.objects.filter(pk=task.pk).update(permitted_tiers=["read", "safe"])
    return sign_in(leo)


def ask(admin: Client, **fields: str) -> str:
    asked = {"tool": "reschedule_appointment", "task": "moving", "filled": "reschedule_appointment"}
    return admin.get("/what-if/", asked | fields).content.decode()


def test_a_move_with_little_notice_quotes_its_rule(admin: Client) -> None:
    page = ask(admin, **{"fact-notice_hours": "20", "fact-untrusted_text": "no"})
    assert "It waits for two people." in page
    assert "Rule 4: hours of notice under 24." in page and "Rule 4 applies." in page
    assert 'value="20"' in page


def test_with_enough_notice_it_runs_and_what_is_not_known_asks(admin: Client) -> None:
    assert "It runs without asking anybody." in ask(admin, **{"fact-notice_hours": "72"})
    assert "Rule 4 could not be checked" in ask(admin, **{"fact-notice_hours": ""})
    tainted = ask(admin, **{"fact-notice_hours": "72", "fact-untrusted_text": "yes"})
    assert "It waits for one person." in tainted and "No rule applies." in tainted


def test_a_number_that_is_none_is_said_at_its_field_and_kept(admin: Client) -> None:
    page = ask(admin, **{"fact-notice_hours": "soon", "argument-body": "Hello"})
    assert "Write a number, such as 48, or leave it empty." in page
    assert 'value="soon"' in page and 'value="Hello"' in page and "applies" not in page


def test_nothing_is_judged_before_it_was_asked_and_nothing_is_stored(admin: Client) -> None:
    page = admin.get("/what-if/").content.decode()
    assert "See what would happen" in page and 'id="verdict"' not in page
    ask(admin)
    assert not ToolCall.objects.exists()


# --- real names to choose from


def found(data: dict[str, Any]) -> None:
    """A look-up that brought this."""
    add_call(None, tier="read", status="succeeded", tool="search", result={"status": "success", "data": data})


def add_arguments(*names: str, kind: Kind = Kind.NUMBER) -> None:
    made = [Subject(source="argument", name=name, kind=kind, words=name.replace("_", " ")) for name in names]
    policy = ToolPolicy.objects.get()
    policy.subjects = [*policy.subjects, *(one.model_dump(mode="json") for one in made)]
    policy.save()


def test_a_number_that_names_a_row_is_chosen_by_the_name_that_look_ups_brought(admin: Client) -> None:
    add_arguments("patient_id", "provider_id", "slot_id", "version")
    found({"patients": [{"patient_id": 7, "name": "Ana Gomez", "born": "1987-05-14"}]})
    found({"slots": [{"slot_id": 3, "starts_at": "2026-03-12T14:00", "provider_id": 2, "provider": "Dr Patel"}]})
    page = ask(admin, **{"argument-patient_id": "7"})
    assert '<option value="7" selected>Ana Gomez, 14 May 1987</option>' in page
    assert '<option value="2">Dr Patel</option>' in page, "not by the time that stands beside it"
    assert "Dr Patel</option>" in page.split('id="argument-slot_id"')[1].split("</select>")[0]
    assert 'type="text" id="argument-version"' in page, "nothing is known to choose from"
    assert "Patient</label>" in page and "Patient id" not in page


def test_a_number_that_no_look_up_brought_stays_chosen_and_is_said_as_it_is(admin: Client) -> None:
    add_arguments("patient_id")
    found({"patients": [{"patient_id": 7, "name": "Ana Gomez"}]})
    page = ask(admin, **{"argument-patient_id": "99"})
    assert '<option value="99" selected>99</option>' in page and "Ana Gomez" in page


def test_a_text_that_look_ups_know_is_offered_beside_what_is_typed(admin: Client) -> None:
    add_arguments("provider", kind=Kind.TEXT)
    found({"slots": [{"slot_id": 3, "provider": "Dr <b>Patel</b>"}, {"slot_id": 4, "provider": "Dr Chen"}]})
    page = ask(admin)
    assert 'list="argument-provider-met"' in page and '<option value="Dr Chen">Dr Chen</option>' in page
    assert "<b>Patel" not in page


def test_a_record_of_two_things_names_neither(admin: Client) -> None:
    add_arguments("patient_id")
    found({"visits": [{"appointment_id": 5, "patient_id": 7, "kind": "Check-up"}]})
    page = ask(admin)
    assert "Check-up" not in page and 'type="text" id="argument-patient_id"' in page
