"""The emergency switch: who may, with which reason, and what everybody then reads on every page."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from agentops.models import AgentRun, AuditEntry, StopSwitch, ToolCall, ToolPolicy
from tests.supervision.rows import add_call, task_type


@pytest.fixture
def leader(ruth: User, sign_in: Callable[[User], Client]) -> Client:
    """Ruth's browser: a manager's."""
    return sign_in(ruth)


def stop(client: Client, what: str = "all:", reason: str = "Wrong texts went out") -> int:
    return client.post("/stop/now/", {"what": what, "reason": reason}).status_code


def test_a_stop_stands_on_every_page_with_who_and_why(leader: Client, desk: Client) -> None:
    assert stop(leader) == 302
    for address in ["/", "/runs/", "/runs/new/", "/me/"]:
        page = desk.get(address).content.decode()
        assert "Everything is stopped since" in page
        assert "by Ruth Kerr: Wrong texts went out." in page
        assert "Lift</a>" not in page
    assert "Lift</a>" in leader.get("/").content.decode()
    assert AuditEntry.objects.filter(what="work.stopped", who="Ruth Kerr").exists()


def test_one_press_on_any_page_stops_everything_and_can_be_taken_back_with_a_reason(
    leader: Client, desk: Client
) -> None:
    approved = add_call(status="approved", decided_by="Mo Ali")
    for address in ["/", "/runs/", "/runs/new/", "/me/", "/metrics/", "/record/"]:
        assert '<button class="btn small new quiet-stop" name="press"' in leader.get(address).content.decode()
    page = leader.post("/stop/now/", {"what": "all:", "press": "one"}, follow=True).content.decode()
    assert "Stopped. 1 approved request withdrawn." in page
    assert 'name="press"' not in page, "what is stopped is not stopped again"
    assert ToolCall.objects.get(pk=approved.pk).status == "invalidated"
    told = "by Ruth Kerr: stopped with one press, no reason given yet."
    assert told in desk.get("/").content.decode()
    assert "Why may it go on?" in page
    leader.post("/stop/lift/", {"what": "all:", "reason": "Mended"})
    assert 'name="press"' in leader.get("/").content.decode()


def test_the_front_desk_has_no_switch(desk: Client) -> None:
    assert "Stop the assistant" not in desk.get("/").content.decode()
    assert "Stop all" not in desk.get("/").content.decode()
    assert stop(desk) == 403
    assert not StopSwitch.objects.exists()


def test_a_stop_needs_a_reason_and_keeps_what_was_chosen(leader: Client) -> None:
    task_type("moving", "Moving")
    answer = leader.post("/stop/now/", {"what": "task_type:moving", "reason": "  "})
    assert answer.status_code == 400
    assert "Write why, so that everybody who runs into it knows." in answer.content.decode()
    assert 'value="task_type:moving" selected' in answer.content.decode()
    assert not StopSwitch.objects.exists()


@pytest.mark.parametrize("what", ["tool:no_such_tool", "everything", "", "all:x"])
def test_what_does_not_exist_cannot_be_stopped(leader: Client, what: str) -> None:
    assert stop(leader, what) == 400
    assert not StopSwitch.objects.exists()


def test_what_was_approved_is_withdrawn_and_what_waits_goes_on_waiting(leader: Client) -> None:
    waits, approved = add_call(), add_call(status="approved", decided_by="Mo Ali")
    page = leader.post("/stop/now/", {"what": "all:", "reason": "Wrong texts"}, follow=True).content.decode()
    assert "Stopped. 1 approved request withdrawn." in page
    assert ToolCall.objects.get(pk=approved.pk).status == "invalidated"
    assert ToolCall.objects.get(pk=waits.pk).status == "awaiting"


def test_one_tool_is_stopped_and_lifted_by_its_name(leader: Client, desk: Client) -> None:
    ToolPolicy.objects.create(tool="book_appointment", label="Book", tier="risky", floor="risky", described=True)
    assert stop(leader, "tool:book_appointment") == 302
    assert "Book is stopped since" in desk.get("/").content.decode()
    lifted = leader.post("/stop/lift/", {"what": "tool:book_appointment", "reason": "Mended"}, follow=True)
    assert "The work goes on." in lifted.content.decode()
    assert "is stopped since" not in desk.get("/").content.decode()
    assert AuditEntry.objects.filter(what="work.resumed").exists()


def test_lifting_needs_a_reason_and_twice_is_said(leader: Client) -> None:
    stop(leader)
    assert leader.post("/stop/lift/", {"what": "all:", "reason": ""}).status_code == 400
    assert StopSwitch.objects.exists()
    leader.post("/stop/lift/", {"what": "all:", "reason": "Mended"})
    again = leader.post("/stop/lift/", {"what": "all:", "reason": "Mended"}, follow=True)
    assert "This was not stopped any more." in again.content.decode()


def test_the_bar_alone_can_be_read_again(leader: Client, desk: Client) -> None:
    stop(leader)
    part = desk.get("/me/", headers={"X-Desk-Part": "stops"}).content.decode()
    assert "Everything is stopped" in part
    assert "<html" not in part


# --- one run alone


def test_one_run_is_stopped_on_its_page_and_goes_on_with_a_reason(leader: Client, desk: Client) -> None:
    waits, other = add_call(), add_call()
    page = leader.get(f"/runs/{waits.run_id}/").content.decode()
    assert "Stop for now" in page and "keeps this run where it is until somebody lifts the stop" in page
    stopped = leader.post("/stop/now/", {"what": f"run:{waits.run_id}", "press": "one"}, follow=True)
    assert stopped.redirect_chain == [(f"/runs/{waits.run_id}/", 302)]
    assert "This run is stopped" in stopped.content.decode() and "Stop for now" not in stopped.content.decode()
    said = f"Run {waits.run_id} is stopped since"
    card = desk.get(f"/requests/{waits.pk}/").content.decode()
    assert card.count(said) == 2, "in the bar of every page, and on its card"
    assert "A yes counts again when the stop is lifted." in card
    assert "data-run-stopped" not in desk.get(f"/requests/{other.pk}/").content.decode()
    assert ToolCall.objects.get(pk=waits.pk).status == "awaiting"
    at_run = desk.get(f"/runs/{waits.run_id}/").content.decode()
    assert "This run is stopped" in at_run and "Lift this stop" not in at_run, "the front desk reads it only"
    lifted = leader.post("/stop/lift/", {"what": f"run:{waits.run_id}", "reason": "It was right"}, follow=True)
    assert "The work goes on." in lifted.content.decode() and "Stop for now" in lifted.content.decode()
    assert "data-run-stopped" not in desk.get(f"/requests/{waits.pk}/").content.decode()
    told = AuditEntry.objects.filter(subject=f"run {waits.run_id}").values_list("what", "who")
    assert list(told) == [("work.stopped", "Ruth Kerr"), ("work.resumed", "Ruth Kerr")]


def test_a_stop_of_one_run_is_no_end_of_it(leader: Client) -> None:
    run = add_call().run
    stop(leader, f"run:{run.pk}")
    assert not AgentRun.objects.get(pk=run.pk).stop_requested
    leader.post(f"/runs/{run.pk}/end/")
    assert AgentRun.objects.get(pk=run.pk).stop_requested


def test_the_front_desk_stops_no_run_for_now(desk: Client) -> None:
    assert stop(desk, f"run:{add_call().run_id}") == 403
    assert not StopSwitch.objects.exists()


@pytest.mark.parametrize("number", ["999999", "", "x", "0012"])
def test_a_run_that_is_over_or_never_was_is_not_stopped(leader: Client, number: str) -> None:
    answer = leader.post("/stop/now/", {"what": f"run:{number}", "reason": "Wrong"})
    assert answer.status_code == 400 and "This run is over" in answer.content.decode()
    assert not StopSwitch.objects.exists()


def test_why_a_stop_may_be_lifted_is_kept_where_it_is_too_long(leader: Client) -> None:
    waits, why = add_call(), "a" * 301
    stop(leader, f"run:{waits.run_id}")
    page = leader.post("/stop/lift/", {"what": f"run:{waits.run_id}", "reason": why})
    assert page.status_code == 400 and f'value="{why}"' in page.content.decode()
    assert "301 of 300 characters" in page.content.decode()
