"""The figures under a keyboard: arrows in the table, Enter to the runs, Backspace back, [ and ] by a week."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from supervision.metrics.asking import Asked
from supervision.metrics.page import MetricsPage, read_metrics
from supervision.models import Preferences
from tests.supervision.browser import open_browser
from tests.supervision.metrics.facts import add_weeks

pytestmark = pytest.mark.django_db(transaction=True)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread


@pytest.fixture
def page(ruth: User, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    add_weeks(now=timezone.now(), weeks=3)
    context = open_browser(browser, live_server, ruth)
    page = context.new_page()
    page.goto("/metrics/")
    yield page
    context.close()


def focused(page: Page) -> list[int]:
    """Row and column of the focused figure."""
    where: list[int] = page.evaluate(
        "(cell => [cell.parentElement.rowIndex, cell.cellIndex])(document.activeElement.closest('td'))"
    )
    return where


def test_arrows_move_among_the_figures_and_stop_at_the_edges(page: Page) -> None:
    page.locator("table.hm tbody td a").first.focus()
    assert focused(page) == [1, 1]
    for key, place in [("ArrowRight", [1, 2]), ("ArrowDown", [2, 2]), ("ArrowLeft", [2, 1]), ("ArrowLeft", [2, 1]),
                       ("ArrowUp", [1, 1]), ("ArrowUp", [1, 1])]:  # fmt: skip
        page.keyboard.press(key)
        assert focused(page) == place, key
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('tfoot') !== null")


def test_enter_opens_the_runs_and_backspace_leads_back(page: Page) -> None:
    page.locator("table.hm tbody td a").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/metrics/behind/**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Steps per run")
    page.keyboard.press("Backspace")
    page.wait_for_url("**/metrics/?**")
    expect(page.get_by_role("heading", name="How the assistant did")).to_be_visible()


def test_brackets_go_by_a_week_and_not_into_the_future(page: Page) -> None:
    page.keyboard.press("]")
    assert page.url.endswith("/metrics/")
    page.keyboard.press("[")
    first = timezone.localdate() - timedelta(days=13)
    page.wait_for_url(f"**/metrics/?from={first.isoformat()}&**")
    expect(page.get_by_label("From", exact=True)).to_have_value(first.isoformat())
    page.keyboard.press("]")
    page.wait_for_url(f"**from={(first + timedelta(days=7)).isoformat()}**")
    assert "asof" not in page.url


def test_no_key_works_while_somebody_types_or_with_shortcuts_off(page: Page, ruth: User) -> None:
    page.get_by_label("From", exact=True).focus()
    for key in ("[", "?", "Backspace"):
        page.keyboard.press(key)
    assert page.url.endswith("/metrics/")
    assert not page.locator("dialog[open]").count()
    Preferences.objects.create(user=ruth, keys="off")
    page.goto("/metrics/")
    for key in ("[", "?"):
        page.keyboard.press(key)
    page.locator("table.hm tbody td a").first.focus()
    page.keyboard.press("ArrowRight")
    assert focused(page) == [1, 2]
    assert page.url.endswith("/metrics/")
    assert not page.locator("dialog[open]").count()
    Preferences.objects.update(keys="alt")
    page.goto("/metrics/")
    page.keyboard.press("[")
    assert page.url.endswith("/metrics/")
    page.keyboard.press("Alt+[")
    page.wait_for_url("**/metrics/?from=**")


def test_the_list_of_keys_names_each(page: Page) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    for words in ("Move in the table", "Enter", "Backspace", "[", "A week earlier, a week later"):
        expect(dialog).to_contain_text(words)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_figures_that_are_read_again_leave_the_focus_where_it_was(page: Page) -> None:
    page.locator("table.hm tbody td a").first.focus()
    page.keyboard.press("ArrowDown")
    add_weeks(now=timezone.now(), weeks=1, share=0.3, seed=5)
    before = page.locator("h1 + p").inner_text()
    page.wait_for_function("words => document.querySelector('h1 + p').innerText !== words", arg=before, timeout=70_000)
    assert focused(page) == [2, 1]


def test_figures_that_are_slow_to_come_are_said_to_be_updated(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_slowly(asked: Asked) -> MetricsPage:
        time.sleep(3)
        return read_metrics(asked)

    monkeypatch.setattr("supervision.views.metrics.read_metrics", read_slowly)
    expect(page.get_by_text("Updating")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Updating")).to_be_hidden(timeout=30_000)
