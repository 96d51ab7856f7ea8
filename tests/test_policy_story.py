"""A policy from one admin's wish to everybody's rule: tightened in front of a receptionist, loosened only by two."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from agentops.audit import Flaw, verify_chain
from agentops.control import start_run
from agentops.models import AuditEntry, ToolCall, ToolPolicy
from agentops.toolsets.clinic.models import Message
from tests.live import PASSWORD, fill_clinic, running_desk
from tests.supervision.rows import person

pytestmark = pytest.mark.django_db(transaction=True)

REASON = "A text went to the wrong family."


@pytest.fixture
def desk() -> Iterator[str]:
    fill_clinic()
    nora: User = person("nora", "Nora", "Lind", "admin")
    nora.set_password(PASSWORD)
    nora.save()
    with running_desk() as address:
        yield address


def open_as(browser: Browser, address: str, who: str) -> Page:
    page = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}).new_page()
    page.goto("/login/")
    page.get_by_label("Name", exact=False).first.fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{address}/")
    return page


def choose_level(page: Page, policy: ToolPolicy, level: str, *, reason: str, button: str) -> None:
    """From the form over the page that checks it to what was saved."""
    page.goto(f"/tools/{policy.pk}/")
    page.get_by_role("radio", name=re.compile(f"^{level}")).check()
    page.get_by_role("button", name="Check the change").click()
    expect(page.get_by_role("heading", name="What would be different")).to_be_visible()
    page.get_by_label("Why?").fill(reason)
    page.get_by_role("button", name=button).click()
    expect(page.locator("#main [role=status]")).to_be_visible()


def wait_for_call(page: Page) -> ToolCall:
    for _ in range(100):
        call = ToolCall.objects.filter(tool="send_message", status="awaiting").last()
        if call:
            return call
        page.wait_for_timeout(100)
    raise AssertionError("no text waits for a person")


def test_a_tool_is_tightened_in_front_of_a_receptionist_and_loosened_only_by_two(desk: str, browser: Browser) -> None:
    policy = ToolPolicy.objects.get(tool="send_message")
    start_run(request="Text Leo Brandt, born 2 October 1979, that his results are ready", asked_by="Priya Nair")
    priya, leo, nora = (open_as(browser, desk, who) for who in ("priya", "leo", "nora"))
    call = wait_for_call(priya)
    priya.goto(f"/requests/{call.pk}/")
    expect(priya.get_by_role("heading", name="Send Leo Brandt this text?")).to_be_visible()

    choose_level(leo, policy, "Cannot be undone", reason=REASON, button="Save")
    expect(leo.get_by_text("1 waiting request withdrawn.")).to_be_visible()
    # What she looks at changes where it stands, without a reload, and says why.
    request = priya.locator("#request")
    expect(request.get_by_text("This request was withdrawn.")).to_be_visible(timeout=15_000)
    expect(request.get_by_text(REASON)).to_be_visible()
    assert not Message.objects.exists(), "nothing was sent"

    choose_level(leo, policy, "Hard to undo", reason="It was a misunderstanding.", button="Propose it")
    policy.refresh_from_db()
    assert policy.tier == "destructive", "one admin alone loosens nothing"
    leo.goto("/changes/")
    expect(leo.get_by_role("button", name="Confirm this change")).to_have_count(0)
    nora.goto("/changes/")
    nora.get_by_role("button", name="Confirm this change").click()
    expect(nora.get_by_text("It is in force from now on.")).to_be_visible()
    policy.refresh_from_db()
    assert policy.tier == "risky"

    assert verify_chain() is None
    tightened = AuditEntry.objects.filter(what="tool.changed").first()
    assert tightened and tightened.facts["reason"] == REASON
    AuditEntry.objects.filter(pk=tightened.pk).update(facts={**tightened.facts, "reason": "For fun."})
    assert verify_chain() == Flaw(tightened.seq, "altered")
