"""The desk under a keyboard: a key means the row that has the focus, and nothing is said to a request unread."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from agentops.models import ToolCall
from tests.supervision.browser import open_browser
from tests.supervision.rows import MOVE, add_call, add_run

pytestmark = pytest.mark.django_db(transaction=True)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread


def waits(name: str, minutes: int, *, tier: str = "risky") -> ToolCall:
    card = MOVE.model_copy(
        update={"title": f"Move {name}", "question": f"Move {name}?", "yes": f"Yes, move {name}", "no": "No"}
    )
    return add_call(card, tier=tier, expires_at=timezone.now() + timedelta(minutes=minutes))


@pytest.fixture
def page(priya: User, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = open_browser(browser, live_server, priya)
    yield context.new_page()
    context.close()


def test_yes_is_meant_for_the_row_under_the_focus(page: Page) -> None:
    first, second = waits("Ana", 5), waits("Dele", 6)
    page.goto(f"/requests/{first.pk}/")
    page.locator(f"[data-key=call-{first.pk}] a").focus()
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.className") == "row"
    expect(page.locator("#rh")).to_have_text("Move Dele?")
    expect(page).to_have_url(f"{page.url.split('/requests')[0]}/requests/{second.pk}/")
    page.keyboard.press("a")
    expect(page.locator("form[data-yes] button")).to_be_focused()
    assert "Dele" in page.locator(":focus").inner_text()


def test_a_reason_is_never_chosen_for_another_request_than_the_focused_one(page: Page) -> None:
    first, second = waits("Ana", 5), waits("Dele", 6)
    page.goto(f"/requests/{first.pk}/")
    page.keyboard.press("r")
    page.locator(f"[data-key=call-{second.pk}] a").focus()
    page.keyboard.press("1")
    expect(page.locator("#rh")).to_have_text("Move Dele?")
    assert page.locator("input[name=reason]:checked").count() == 0


def test_a_move_brings_the_request_along(page: Page) -> None:
    first = waits("Ana", 5)
    waits("Dele", 6)
    page.goto(f"/requests/{first.pk}/")
    page.locator(f"[data-key=call-{first.pk}] a").focus()
    page.keyboard.press("j")
    expect(page.locator("#rh")).to_have_text("Move Dele?")
    expect(page.locator("[aria-current=true].row")).to_contain_text("Move Dele")


def test_the_first_key_counts_and_only_the_sending_waits(page: Page) -> None:
    call = waits("Ana", 5)
    page.add_init_script("performance.now = () => window.clock ?? 0")
    page.goto(f"/requests/{call.pk}/")
    page.locator("#rh").focus()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    assert page.locator("form[data-yes] button").evaluate("one => one === document.activeElement")
    assert ToolCall.objects.get(pk=call.pk).status == "awaiting"
    page.evaluate("window.clock = 601")
    page.keyboard.press("Enter")
    expect(page.locator(".shelf")).to_be_visible()
    assert ToolCall.objects.get(pk=call.pk).status == "approved"


def test_a_session_that_ended_takes_the_patient_off_the_screen(page: Page) -> None:
    call = waits("Ana", 5)
    page.clock.install()
    page.goto(f"/requests/{call.pk}/")
    expect(page.locator(".pbar")).to_be_visible()
    Session.objects.all().delete()
    page.clock.run_for(5_000)
    expect(page.locator("h1")).to_have_text("You are logged out", timeout=20_000)
    assert page.locator(".pbar").count() == 0
    assert "Yes and No still work" not in page.locator("body").inner_text()
    assert page.get_by_role("link", name="Log in").get_attribute("href") == f"/login/?next=/requests/{call.pk}/"


@pytest.mark.parametrize("width", [320, 1024])
def test_nothing_runs_out_of_a_narrow_window(leo: User, browser: Browser, live_server: LiveServer, width: int) -> None:
    call = waits("Ana", 5, tier="destructive")
    long = add_run("W" * 400, status="handed_off", handoff_reason="Too long", finished_at=timezone.now())
    context = open_browser(browser, live_server, leo, width=width, height=768)
    page = context.new_page()
    for address in ["/", f"/requests/{call.pk}/", f"/handoffs/{long.pk}/", "/runs/", f"/runs/{long.pk}/", "/tools/"]:
        page.goto(address)
        page.locator("[data-live-words]").evaluate("one => (one.textContent = 'Not live')")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto(f"/requests/{call.pk}/")
    if width == 1024:
        assert page.locator(".bar").evaluate("bar => bar.offsetHeight") < 130
    context.close()
