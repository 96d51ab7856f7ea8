"""Forms and a server that fails: the page stays, the words stay, and it is said what was recorded."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from agentops import control
from agentops.models import AgentRun, ToolCall
from supervision.views import access
from tests.supervision.browser import open_browser
from tests.supervision.rows import MOVE, TWO_PM, add_call, answer

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread

WORDS = "It is Leo Brandt, could I come on Thursday?"
real_browser = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(priya: User, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = open_browser(browser, live_server, priya)
    yield context.new_page()
    context.close()


def turn_down(page: Page, note: str) -> None:
    page.get_by_text("No, do not move").click()
    page.get_by_label("Wrong day or time").check()
    page.get_by_label("What should it do instead? (optional)").fill(note)
    page.get_by_role("button", name="Send answer").click()


@real_browser
def test_without_a_server_the_page_and_the_words_stay(page: Page, ana_waits: ToolCall) -> None:
    page.goto(f"/requests/{ana_waits.pk}/")
    page.route("**/answer/", lambda route: route.abort())
    turn_down(page, "Offer Friday")
    expect(page.get_by_role("alert")).to_contain_text("Not recorded. Try again.")
    assert page.get_by_label("What should it do instead? (optional)").input_value() == "Offer Friday"
    page.unroute("**/answer/")
    page.get_by_role("button", name="Send answer").click()
    expect(page.locator(".shelf")).to_contain_text("said no")
    assert ToolCall.objects.get(pk=ana_waits.pk).decision_note == "Offer Friday"


@real_browser
def test_a_server_that_is_busy_is_said_on_the_page_itself(page: Page, ana_waits: ToolCall) -> None:
    page.goto(f"/requests/{ana_waits.pk}/")
    page.route("**/answer/", lambda route: route.fulfill(status=503, body="busy"))
    turn_down(page, "Offer Friday")
    expect(page.get_by_role("alert")).to_contain_text("Not recorded. Try again.")
    expect(page.locator("#rh")).to_contain_text("Move Ana Gomez")


@real_browser
def test_a_refused_form_comes_back_filled_in_at_the_same_address(page: Page) -> None:
    call = add_call(MOVE.model_copy(update={"mismatches": [TWO_PM]}))
    page.goto(f"/requests/{call.pk}/")
    page.clock.install(time=timezone.now())
    page.clock.fast_forward(2000)
    page.get_by_role("button", name="Yes, move and text Ana").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    expect(page).to_have_url(f"{page.url.split('/requests')[0]}/requests/{call.pk}/")
    page.get_by_label("2pm is fine with Ana").check()
    page.clock.fast_forward(2000)
    page.get_by_role("button", name="Yes, move and text Ana").click()
    expect(page.locator(".shelf")).to_be_visible()
    assert ToolCall.objects.get(pk=call.pk).status == "approved"


@real_browser
def test_a_form_sent_after_the_session_ended_leads_to_the_log_in_page_and_back_with_the_words(page: Page) -> None:
    page.goto("/runs/new/")
    page.get_by_label("What did they say?").fill(WORDS)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Send to the assistant").click()
    expect(page.get_by_role("alert")).to_contain_text("Your request was not sent.")
    page.get_by_label("Name").fill("priya")
    page.get_by_label("Password").fill("harbour-lane-desk")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_label("What did they say?")).to_have_value(WORDS)
    expect(page.get_by_text("Not sent yet.")).to_be_visible()
    assert not AgentRun.objects.exists()


def test_kept_words_come_back_once_and_not_after_a_quarter_of_an_hour(
    priya: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minutes, back in [(15, True), (0, False)]:
        monkeypatch.setattr(access, "KEPT_MINUTES", minutes)
        client = Client()
        client.post("/runs/new/", {"request": WORDS, "channel": "text"})
        client.post("/login/", {"username": "priya", "password": "harbour-lane-desk"})
        page = client.get("/runs/new/").content.decode()
        assert (WORDS in page) is back
        assert ('value="text" checked' in page) is back
        assert WORDS not in client.get("/runs/new/").content.decode()


def test_a_database_that_does_not_answer_is_503_with_when_to_try_again(
    priya: User, ana_waits: ToolCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(**_: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(control, "settle_call", locked)
    client = Client(raise_request_exception=False)
    client.force_login(priya, backend="django.contrib.auth.backends.ModelBackend")
    refused = answer(client, ana_waits)
    assert refused.status_code == 503
    assert refused["Retry-After"] == "5"
    assert "Not recorded. Try again." in refused.content.decode()
    assert ToolCall.objects.get(pk=ana_waits.pk).status == "awaiting"


def test_another_fault_stays_a_fault(priya: User, ana_waits: ToolCall, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ValueError("a fault of ours")

    monkeypatch.setattr(control, "settle_call", broken)
    client = Client(raise_request_exception=False)
    client.force_login(priya, backend="django.contrib.auth.backends.ModelBackend")
    assert answer(client, ana_waits).status_code == 500


@pytest.mark.parametrize("path", ["/requests/{}/answer/", "/runs/new/"])
def test_a_script_is_told_where_to_go_and_follows_nothing(
    ana_waits: ToolCall, sign_in: Callable[[User], Client], path: str
) -> None:
    sent = Client().post(path.format(ana_waits.pk), {"answer": "yes"}, headers={"X-Desk-Form": "sent"})
    assert sent.status_code == 204
    assert sent["X-Desk-Go"].startswith("/login/?unsent=")


def test_a_form_sent_by_script_sets_the_same_cookies(desk: Client) -> None:
    sent = desk.post("/me/language/", {"language": "es"}, headers={"X-Desk-Form": "sent"})
    assert (sent.status_code, sent.cookies["django_language"].value) == (204, "es")
