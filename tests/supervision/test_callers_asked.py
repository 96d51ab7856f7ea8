"""The assistant asks the caller first: the front desk reads the question out and writes the answer down."""

import pytest
from django.test import Client

from agentops.models import AuditEntry, ToolCall
from tests.supervision.clinic import Clinic, open_clinic
from tests.supervision.rows import answer


@pytest.fixture
def clinic(db: None) -> Clinic:
    return open_clinic()


@pytest.fixture
def asking(clinic: Clinic) -> ToolCall:
    call = clinic.ask("book_appointment", patient_id=clinic.ana.pk, slot_id=clinic.slots[0].pk)
    ToolCall.objects.filter(pk=call.pk).update(status="asking", ask_requester=True)
    call.refresh_from_db()
    return call


def hear(client: Client, call: ToolCall, words: str) -> ToolCall:
    data = {"words": words, "version": call.version, "digest": call.digest}
    sent = client.post(f"/requests/{call.pk}/caller/", data)
    assert sent.status_code == 302 and sent["Location"] == f"/runs/{call.run_id}/"
    call.refresh_from_db()
    return call


def test_the_question_stands_on_the_runs_page_and_not_in_the_queue(desk: Client, asking: ToolCall) -> None:
    page = desk.get(f"/runs/{asking.run_id}/").content.decode()
    assert "The assistant asks the caller" in page and "Shall I book " in page and "with Dr Patel, for Ana?" in page
    assert "Asking the caller" in page and "only after the caller’s yes" in page
    assert f"/requests/{asking.pk}/" not in desk.get("/", headers={"X-Desk-Part": "list"}).content.decode()
    request = desk.get(f"/requests/{asking.pk}/").content.decode()
    assert "The caller is asked first." in request and 'value="yes"' not in request


def test_after_a_yes_staff_read_what_the_caller_heard_and_said(desk: Client, asking: ToolCall) -> None:
    assert answer(desk, asking).status_code == 409, "staff cannot pass over the caller"
    asking.refresh_from_db()
    hear(desk, asking, "Yes, please")
    page = desk.get(f"/requests/{asking.pk}/").content.decode()
    assert "Ana said yes to this at " in page and "Yes, please" in page and 'value="yes"' in page
    assert "Ana said yes to this at " in desk.get(f"/runs/{asking.run_id}/").content.decode()
    assert AuditEntry.objects.filter(what="call.caller_answered").count() == 1
    assert answer(desk, asking).status_code == 302


def test_a_no_is_told_as_the_callers_own(desk: Client, asking: ToolCall) -> None:
    hear(desk, asking, "No, thanks")
    page = desk.get(f"/requests/{asking.pk}/").content.decode()
    assert asking.status == "invalidated" and "Ana said no to this at " in page


def test_an_empty_or_late_answer_is_refused_and_kept(desk: Client, asking: ToolCall) -> None:
    data = {"words": "", "version": asking.version, "digest": asking.digest}
    empty = desk.post(f"/requests/{asking.pk}/caller/", data)
    assert empty.status_code == 409 and "Write what the caller answered." in empty.content.decode()
    late = desk.post(f"/requests/{asking.pk}/caller/", {**data, "words": "Yes", "version": 7})
    assert late.status_code == 409 and ">Yes</textarea>" in late.content.decode()


def test_what_the_caller_said_is_only_text(desk: Client, asking: ToolCall) -> None:
    hear(desk, asking, "<b>no</b>")
    assert "&lt;b&gt;no&lt;/b&gt;" in desk.get(f"/requests/{asking.pk}/").content.decode()
