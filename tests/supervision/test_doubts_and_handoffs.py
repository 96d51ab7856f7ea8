"""What only a person can clear up: calls of unknown outcome, and runs that were handed over."""

import os
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from agentops import control
from agentops.domain.transcript import call_key
from agentops.models import AgentRun, AuditEntry, ToolCall
from supervision.models import Decision, HandoffClosing
from tests.supervision.browser import open_browser
from tests.supervision.rows import MOVE, add_call, add_run

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread

FOUND = {"patient_id": 2, "name": "Leo Brandt", "born": "1979-10-02"}


def in_doubt() -> ToolCall:
    return add_call(status="in_doubt", decided_by="Mo Ali", started_at=timezone.now())


def handed_over() -> AgentRun:
    return add_run(
        status="handed_off",
        finished_at=timezone.now(),
        handoff_reason="The caller asked for a person",
        handoff_summary="Found 2 visits.\nNothing was changed.",
    )


def test_a_doubt_stands_on_the_desk_with_two_answers(desk: Client) -> None:
    page = desk.get(f"/requests/{in_doubt().pk}/").content.decode()
    assert "Needs attention" in page
    assert "It happened" in page
    assert "It did not happen" in page


def test_clearing_a_doubt_needs_a_note(desk: Client) -> None:
    call = in_doubt()
    refused = desk.post(f"/requests/{call.pk}/resolve/", {"happened": "yes", "version": 1, "note": "  "})
    assert refused.status_code == 400
    assert "Write how you found out." in refused.content.decode()
    assert ToolCall.objects.get(pk=call.pk).status == "in_doubt"


def test_the_one_who_cleared_it_is_named(desk: Client) -> None:
    for happened, status, words in [("yes", "happened", "it happened"), ("no", "not_happened", "it did not happen")]:
        call = in_doubt()
        desk.post(f"/requests/{call.pk}/resolve/", {"happened": happened, "version": 1, "note": "Rang Ana"})
        assert ToolCall.objects.get(pk=call.pk).status == status
        assert Decision.objects.get(call=call).verdict == status
        page = desk.get(f"/requests/{call.pk}/").content.decode()
        assert f"Priya Nair said {words}, at " in page
        assert "“Rang Ana” The assistant was told exactly that." in page
        told = ToolCall.objects.get(pk=call.pk).result["message"]
        assert f"Priya Nair looked: {'it did happen' if happened == 'yes' else 'it did not happen'}. Rang Ana" in told


def test_a_doubt_says_what_was_tried_since_when_and_by_which_reference(desk: Client, priya: User) -> None:
    call = add_call(
        status="in_doubt", decided_by="Mo Ali", decided_at=timezone.now(), started_at=timezone.now(), attempts=2
    )
    page = desk.get(f"/requests/{call.pk}/").content.decode()
    assert "What was attempted" in page
    assert "If it happened" in page
    assert MOVE.doing in page
    assert call_key(call_id=call.pk, digest=call.digest) in page
    assert "2 attempts" in page
    assert "Mo Ali at " in page
    assert "Open Ana Gomez in the system that this changes." in page
    assert "Needs attention" in desk.get(f"/runs/{call.run_id}/").content.decode()


def test_a_doubt_about_a_tool_without_words_shows_the_values_that_were_sent(desk: Client) -> None:
    call = add_call(None, status="in_doubt", decided_by="Mo Ali", started_at=timezone.now())
    page = desk.get(f"/requests/{call.pk}/").content.decode()
    assert "Appointment id</bdi></dt><dd><bdi>3</bdi>" in page


@pytest.mark.django_db(transaction=True)
def test_a_doubt_is_cleared_in_the_browser_and_stays_there_without_a_note(
    priya: User, browser: Browser, live_server: LiveServer
) -> None:
    call = in_doubt()
    context = open_browser(browser, live_server, priya, width=390, height=844)
    page = context.new_page()
    page.goto(f"/requests/{call.pk}/")
    page.get_by_role("button", name="It happened").click()
    assert page.get_by_label("How did you find out?").evaluate("field => field.validity.valueMissing")
    page.get_by_label("How did you find out?").fill("It is in the calendar")
    page.get_by_role("button", name="It happened").click()
    expect(page.locator(".queue")).to_contain_text("Nothing needs you right now")
    page.goto(f"/requests/{call.pk}/")
    expect(page.locator(".became")).to_contain_text("Priya Nair said it happened, at ")
    assert ToolCall.objects.get(pk=call.pk).status == "happened"
    context.close()


def test_a_doubt_is_cleared_once(desk: Client) -> None:
    call = in_doubt()
    form = {"happened": "yes", "version": 1, "note": "Rang Ana"}
    assert desk.post(f"/requests/{call.pk}/resolve/", form).status_code == 302
    assert desk.post(f"/requests/{call.pk}/resolve/", {**form, "happened": "no"}).status_code == 409
    assert desk.post(f"/requests/{call.pk}/resolve/", {**form, "happened": "perhaps"}).status_code == 400
    assert Decision.objects.count() == 1


def test_a_handed_over_run_shows_why_and_what_was_found(desk: Client) -> None:
    run = handed_over()
    page = desk.get(f"/handoffs/{run.pk}/").content.decode()
    assert "Needs a person" in page
    assert "The caller asked for a person" in page
    assert "Found 2 visits." in page
    assert f'href="/handoffs/{run.pk}/"' in desk.get(f"/runs/{run.pk}/").content.decode()


def test_closing_needs_a_note_and_takes_it_off_the_desk(desk: Client) -> None:
    run = handed_over()
    assert desk.post(f"/handoffs/{run.pk}/close/", {"note": ""}).status_code == 400
    assert desk.post(f"/handoffs/{run.pk}/close/", {"note": "Rang her back"}).status_code == 302
    closing = HandoffClosing.objects.get()
    assert (closing.who, closing.note) == ("Priya Nair", "Rang her back")
    assert AuditEntry.objects.get().what == "handoff.closed"
    assert "Nothing needs you right now" in desk.get("/").content.decode()
    assert "Priya Nair</bdi> closed this" in desk.get(f"/handoffs/{run.pk}/").content.decode()


def test_the_second_to_close_is_told_who_was_first(desk: Client, mo: User, sign_in: Callable[[User], Client]) -> None:
    run = handed_over()
    sign_in(mo).post(f"/handoffs/{run.pk}/close/", {"note": "Mine"})
    late = desk.post(f"/handoffs/{run.pk}/close/", {"note": "Also mine"})
    assert late.status_code == 409
    page = late.content.decode()
    assert "Mo Ali closed this before you." in page
    assert "Your note, to copy" in page
    assert "Also mine" in page
    assert HandoffClosing.objects.get().note == "Mine"


def test_a_request_that_nobody_answered_is_a_call_to_make(desk: Client) -> None:
    run = handed_over()
    add_call(run=run, status="expired")
    assert "Call Ana Gomez back" in desk.get(f"/handoffs/{run.pk}/").content.decode()


def test_a_doubt_that_a_check_cleared_names_nobody(desk: Client) -> None:
    call = add_call(status="happened", decided_by="Mo Ali")
    assert "A check found that it happened." in desk.get(f"/requests/{call.pk}/").content.decode()


def test_what_was_not_handed_over_cannot_be_closed(desk: Client) -> None:
    run = add_run(status="completed", finished_at=timezone.now())
    assert desk.get(f"/handoffs/{run.pk}/").status_code == 404
    assert desk.post(f"/handoffs/{run.pk}/close/", {"note": "x"}).status_code == 404


def test_closing_is_hinted_to_the_other_desks(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    hinted: list[int] = []
    monkeypatch.setattr(control, "note_handoff_closed", lambda *, run_id: hinted.append(run_id))
    run = handed_over()
    desk.post(f"/handoffs/{run.pk}/close/", {"note": "Rang her back"})
    desk.post(f"/handoffs/{run.pk}/close/", {"note": "Twice"})
    assert hinted == [run.pk]


def test_what_is_urgent_says_who_asked_how_when_and_whether_they_are_there(desk: Client) -> None:
    run = add_run(
        status="handed_off", outcome="urgent_help", handoff_reason="urgent: danger", finished_at=timezone.now(),
        on_the_line=True, asked_by="Mo Ali",
    )  # fmt: skip
    add_call(run=run, tier="read", status="succeeded")
    page = desk.get(f"/handoffs/{run.pk}/").content.decode()
    assert "Take this call now: Ana Gomez" in page
    block = page[page.index("Somebody may be in danger.") :][:300]
    assert "Asked by phone at" in block
    assert "The caller is still on the line." in block
    assert "Mo Ali" in block


@pytest.mark.parametrize("data", [{"patients": [FOUND]}, FOUND])
def test_a_patient_who_was_only_looked_up_is_named(desk: Client, data: dict[str, object]) -> None:
    run = handed_over()
    plain = MOVE.model_copy(update={"subject": None})
    add_call(plain, run=run, tier="read", status="succeeded", result={"status": "success", "data": data})
    page = desk.get(f"/handoffs/{run.pk}/").content.decode()
    assert "BRANDT, Leo" in page
    assert "2 October 1979" in page
    assert "Patient no." not in page
    assert "This needs a person: Leo Brandt" in page


def test_of_two_patients_found_none_is_named(desk: Client) -> None:
    run = handed_over()
    result = {"status": "success", "data": {"patients": [FOUND, FOUND]}}
    add_call(None, run=run, tier="read", status="succeeded", result=result)
    assert "BRANDT" not in desk.get(f"/handoffs/{run.pk}/").content.decode()


def test_what_validation_stopped_is_said_in_words(desk: Client) -> None:
    run = handed_over()
    run.findings = [{"rule": "phone", "action": "stopped", "label": "a patient’s telephone number"}]
    run.save()
    page = desk.get(f"/handoffs/{run.pk}/").content.decode()
    assert "Stopped because of a patient’s telephone number" in page
