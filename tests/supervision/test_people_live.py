"""The story of a new person in a real browser on a telephone: invited, logged in, led to a second factor, shut out."""

import base64
import os
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from supervision.models import RoleRule
from tests.supervision.browser import open_browser
from tests.supervision.rows import code_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_passwords")]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread

TELEPHONE = {"width": 390, "height": 844}
GOOD = "corner-table-lamp"


def look(page: Page) -> None:
    """The page is clean and fits."""
    assert [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]] == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def read_key(page: Page) -> str:
    """The key that stands under the picture, as the app would take it."""
    return base64.b32decode(page.locator(".secret").inner_text().replace(" ", "")).hex()


def test_a_new_person_from_the_invitation_to_the_day_they_leave(
    leo: User, browser: Browser, live_server: LiveServer
) -> None:
    RoleRule.objects.create(role="manager", second_factor=True)
    admins = open_browser(browser, live_server, leo, **TELEPHONE)
    admin = admins.new_page()
    admin.goto("/people/add/")
    admin.get_by_label("First name").fill("Zoe")
    admin.get_by_label("Last name").fill("Hart")
    admin.get_by_label("Manager").check()
    admin.get_by_label("Name to log in with").fill("zoe")
    admin.get_by_role("button", name="Add", exact=True).click()
    link = admin.locator(".once").inner_text()
    look(admin)

    hers = browser.new_context(base_url=live_server.url, viewport=TELEPHONE)  # type: ignore[arg-type]
    zoe = hers.new_page()
    zoe.goto(link)
    look(zoe)
    zoe.get_by_label("Password").fill(GOOD)
    zoe.get_by_label("The same once more").fill(GOOD)
    zoe.get_by_role("button", name="Set this password").click()
    zoe.get_by_label("Name").fill("zoe")
    zoe.get_by_label("Password").fill(GOOD)
    zoe.get_by_role("button", name="Log in").click()
    expect(zoe.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    assert zoe.locator(".qr img").evaluate("image => image.naturalWidth") > 100, "the picture is there despite the CSP"
    look(zoe)
    key = read_key(zoe)
    zoe.get_by_label("Code").fill("000000")
    zoe.get_by_role("button", name="Set up").click()
    look(zoe)
    assert read_key(zoe) == key
    zoe.get_by_label("Code").fill(code_of(key))
    zoe.get_by_role("button", name="Set up").click()
    expect(zoe.locator(".codes li")).to_have_count(10)
    code = zoe.locator(".codes li").first.inner_text()
    look(zoe)
    zoe.get_by_role("link", name="I have kept them").click()

    again = browser.new_context(base_url=live_server.url, viewport=TELEPHONE).new_page()  # type: ignore[arg-type]
    again.goto("/runs/")
    again.get_by_label("Name").fill("zoe")
    again.get_by_label("Password").fill(GOOD)
    again.get_by_role("button", name="Log in").click()
    look(again)
    again.get_by_label("Code").fill("aaaaaaaa")
    again.get_by_role("button", name="Log in").click()
    expect(again.get_by_role("alert")).to_contain_text("This code is wrong")
    look(again)
    again.wait_for_timeout(1_100)  # a wrong code makes the next one wait a second
    again.get_by_label("Code").fill(code)
    again.get_by_role("button", name="Log in").click()
    expect(again).to_have_url(re.compile("/runs/$"))

    admin.get_by_role("button", name="Shut out").press("Enter")
    expect(admin.get_by_role("status").first).to_contain_text("Zoe Hart is shut out.")
    look(admin)
    again.reload()
    expect(again.get_by_role("heading", name="Log in")).to_be_visible()
    for context in (admins, hers, again.context):
        context.close()
