"""Answering together in a real browser: by keyboard, without JavaScript, on a telephone, and against a colleague."""

import os

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from supervision import actions
from tests.supervision.browser import open_browser
from tests.supervision.test_together import MEI, add_draft, draft_for, statuses

pytestmark = pytest.mark.django_db(transaction=True)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread


def test_by_keyboard_one_is_left_out_and_the_others_are_held_each_with_its_own_undo(
    priya: User, browser: Browser, live_server: LiveServer
) -> None:
    calls = [add_draft(), add_draft(draft_for(MEI)), add_draft()]
    page = open_browser(browser, live_server, priya).new_page()
    page.goto(f"/requests/{calls[0].pk}/")
    page.get_by_role("link", name="Read them on one page").press("Enter")
    page.wait_for_url("**/together/")
    page.locator(f"#seen-{calls[2].pk}").press("Space")
    page.wait_for_timeout(500)  # the answer arms itself 0.4 s after the page appears
    page.get_by_role("button", name="Yes to each that is ticked").press("Enter")
    expect(page.get_by_role("heading", name="What became of each")).to_be_visible()
    assert statuses(*calls) == ["approved", "approved", "awaiting"]
    assert page.get_by_role("button", name="Undo").count() == 2
    page.locator(f"#told-{calls[1].pk}").get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("Taken back by Priya Nair")).to_be_visible()
    assert statuses(*calls) == ["approved", "awaiting", "awaiting"]


def test_a_press_in_the_moment_in_which_the_page_appears_says_nothing(
    priya: User, browser: Browser, live_server: LiveServer
) -> None:
    calls = [add_draft(), add_draft()]
    page = open_browser(browser, live_server, priya).new_page()
    page.add_init_script("performance.now = () => window.sinceShown ?? 0")
    page.goto(f"/requests/{calls[0].pk}/together/")
    page.get_by_role("button", name="Yes to each that is ticked").click()
    assert statuses(*calls) == ["awaiting", "awaiting"]
    page.evaluate("window.sinceShown = 400")
    page.get_by_role("button", name="Yes to each that is ticked").click()
    expect(page.get_by_role("heading", name="What became of each")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_on_a_telephone_what_a_colleague_decided_meanwhile_is_told_beside_what_was_used(
    priya: User, mo: User, browser: Browser, live_server: LiveServer, script: bool
) -> None:
    first, second = add_draft(), add_draft(draft_for(MEI))
    cookies = open_browser(browser, live_server, priya).cookies()
    size = {"width": 390, "height": 844}
    context = browser.new_context(base_url=live_server.url, viewport=size, java_script_enabled=script)  # type: ignore[arg-type]
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"/requests/{first.pk}/")
    page.get_by_role("link", name="Read them on one page").click()
    actions.reject_call(
        user=mo, call_id=second.pk, version=second.version, digest=second.digest, reason="not_asked", note=""
    )
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Yes to each that is ticked").click()
    expect(page.get_by_text("1 of 2 answers were used.")).to_be_visible()
    expect(page.locator(f"#told-{second.pk}")).to_contain_text("Mo Ali said no at")
    expect(page.locator(f"#told-{first.pk}")).to_contain_text("You said yes.")
    assert statuses(first, second) == ["approved", "rejected"]
