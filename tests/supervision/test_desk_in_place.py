"""The desk in the browser: an answer, a click and a step change what stands beside the list, and the list stays."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from agentops.models import ToolCall
from supervision.models import Preferences
from tests.supervision.browser import open_browser
from tests.supervision.rows import MOVE, add_call, add_run, add_step

pytestmark = pytest.mark.django_db(transaction=True)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread


def waits(name: str, minutes: int) -> ToolCall:
    words = {"title": f"Move {name}", "question": f"Move {name}?", "yes": f"Yes, move {name}", "no": "No"}
    return add_call(MOVE.model_copy(update=words), expires_at=timezone.now() + timedelta(minutes=minutes))


@pytest.fixture
def page(priya: User, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = open_browser(browser, live_server, priya)
    yield context.new_page()
    context.close()


def test_an_answer_greys_its_row_opens_the_next_and_moves_nothing(page: Page) -> None:
    first, second = waits("Ana", 5), waits("Dele", 6)
    page.goto(f"/requests/{first.pk}/")
    waits("Mei", 1)  # arrives meanwhile, and would stand above both
    below = page.locator(f"[data-key=call-{second.pk}]").bounding_box()
    page.wait_for_timeout(700)
    page.locator("form[data-yes] button").click()
    expect(page.locator("#rh")).to_have_text("Move Dele?")
    expect(page.locator("#rh")).to_be_focused()
    expect(page.locator(f"[data-key=call-{first.pk}].gone .left")).to_contain_text("answered")
    assert page.locator(f"[data-key=call-{second.pk}]").bounding_box() == below
    assert page.locator("[data-key]").count() == 2
    expect(page.locator("[data-new-words]")).to_have_text("1 new request")
    expect(page.locator("[data-status]")).to_contain_text("Said yes. 30 seconds to undo: Move Ana. Next: Move Dele?")
    assert ToolCall.objects.get(pk=first.pk).status == "approved"


def test_a_click_opens_a_row_in_place_and_back_goes_back(page: Page) -> None:
    first, second = waits("Ana", 5), waits("Dele", 6)
    page.goto(f"/requests/{first.pk}/")
    page.evaluate("window.same = true")
    page.get_by_text("Move Dele", exact=True).click()
    expect(page.locator("#rh")).to_have_text("Move Dele?")
    assert page.url.endswith(f"/requests/{second.pk}/")
    page.go_back()
    expect(page.locator("#rh")).to_have_text("Move Ana?")
    assert page.evaluate("window.same")


def test_keys_with_alt_work_only_with_alt(page: Page, priya: User) -> None:
    Preferences.objects.create(user=priya, keys="alt")
    page.goto(f"/requests/{waits('Ana', 5).pk}/")
    page.locator("#rh").focus()
    page.keyboard.press("r")
    assert page.locator("[data-no][open]").count() == 0
    page.keyboard.press("Alt+r")
    expect(page.locator("[data-no][open]")).to_be_visible()
    page.keyboard.press("Alt+2")
    expect(page.get_by_label("Wrong patient or clinician")).to_be_checked()


def test_a_runs_steps_and_failures_are_walked_by_keys(page: Page) -> None:
    run = add_run()
    for number, status in enumerate(["succeeded", "succeeded", "failed", "succeeded"]):
        card = MOVE.model_copy(update={"doing": f"Read day {number}", "done": f"Read day {number}"})
        add_call(card, run=run, step=add_step(run), tier="read", status=status, started_at=timezone.now())
    failed = run.calls.get(status="failed")
    page.goto(f"/runs/{run.pk}/")
    page.locator("[data-step]").first.focus()
    page.keyboard.press("j")
    expect(page.locator("[data-step]").nth(1)).to_be_focused()
    page.keyboard.press("f")
    expect(page.locator(f"#c{failed.pk}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#sel")).to_contain_text("Did not work: Read day 2")
    expect(page.locator(f"#c{failed.pk}")).to_be_focused()
    page.keyboard.press("g")
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "true")
