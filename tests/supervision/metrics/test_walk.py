"""A manager in a browser: from a red cell to the step that failed."""

import os
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.supervision.browser import open_browser
from tests.supervision.metrics.facts import add_weeks
from tests.supervision.rows import person

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread


@pytest.mark.django_db(transaction=True)
def test_a_manager_walks_from_a_red_cell_to_the_step_that_failed(browser: Browser, live_server: LiveServer) -> None:
    ruth = person("ruth", "Ruth", "Kerr", "manager")
    add_weeks(now=timezone.now(), weeks=2, share=0.6)
    context = open_browser(browser, live_server, ruth)
    page = context.new_page()
    page.goto("/metrics/")
    red = page.locator("tr", has_text="Cancelling").locator("a.cell.off", has_text="Tool errors")
    red.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tool errors: Cancelling")
    expect(page.locator(".lists a[aria-current]")).to_contain_text("Failed")
    page.locator("table.list a").first.click()
    expect(page).to_have_url(re.compile(r"/runs/\d+/\?at=c\d+$"))
    expect(page.locator("#side")).to_contain_text("The slot was changed by someone else.")
    expect(page.locator(".st[aria-current]")).to_be_visible()
    context.close()
