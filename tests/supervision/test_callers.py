"""A caller on the line is heard once, where nobody has the request; a notification names nobody."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from supervision.models import Claim, Preferences
from tests.supervision.browser import open_browser
from tests.supervision.rows import add_call, add_run

pytestmark = pytest.mark.django_db(transaction=True)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread

SPY = """
window.heard = []; window.noticed = [];
AudioContext.prototype.createOscillator = new Proxy(AudioContext.prototype.createOscillator,
  { apply(make, self) { window.heard.push(1); return Reflect.apply(make, self, []); } });
window.Notification = class { static permission = "granted"; constructor(words) { window.noticed.push(words); } };
Object.defineProperty(document, "hidden", { get: () => window.away ?? false });
"""


@pytest.fixture
def page(priya: User, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = open_browser(browser, live_server, priya)
    page = context.new_page()
    page.clock.install()
    page.add_init_script(SPY)
    yield page
    context.close()


def caller_arrives(page: Page, *, on_the_line: bool = True) -> None:
    """A request that comes in while the desk is open, noticed by the page's own asking; five seconds go by."""
    add_call(run=add_run(on_the_line=on_the_line))
    page.clock.run_for(5_000)
    expect(page.locator(".newbar.has")).to_be_visible(timeout=15_000)
    with page.expect_response(lambda answer: answer.request.headers.get("x-desk-part") == "list"):
        page.clock.run_for(5_000)
    page.wait_for_timeout(500)


def open_desk(page: Page) -> None:
    add_call()
    page.goto("/")
    page.locator(".qhead").click()


def test_a_caller_whom_nobody_has_is_heard_once(page: Page) -> None:
    open_desk(page)
    caller_arrives(page)
    page.wait_for_function("window.heard.length")
    assert page.evaluate("window.heard.length") == 1
    assert page.evaluate("window.noticed") == []


def test_what_nobody_waits_for_on_the_line_makes_no_sound(page: Page) -> None:
    open_desk(page)
    caller_arrives(page, on_the_line=False)
    assert page.evaluate("window.heard.length") == 0


def test_a_notification_names_nobody_and_the_sound_can_be_off(page: Page, priya: User) -> None:
    Preferences.objects.create(user=priya, sound=False, notices=True)
    open_desk(page)
    page.evaluate("window.away = true")
    caller_arrives(page)
    page.wait_for_function("window.noticed.length")
    assert page.evaluate("window.heard.length") == 0
    assert page.evaluate("window.noticed") == ["A caller is waiting for an answer."]


def ends_in(seconds: int) -> None:
    """A caller's request that Mo has in hand, of which so many seconds of ten minutes are left."""
    now = timezone.now()
    ends = now + timedelta(seconds=seconds)
    call = add_call(run=add_run(on_the_line=True), expires_at=ends, proposed_at=ends - timedelta(minutes=10))
    Claim.objects.create(call=call, who="Mo Ali", taken_at=now, seen_at=now)


def heard_after(page: Page, seconds: int) -> int:
    """How many sounds there were once so many seconds have gone by and what was asked has been answered."""
    page.clock.set_system_time(timezone.now())
    page.goto("/")
    page.locator(".qhead").click()
    page.clock.run_for(seconds * 1_000)
    page.wait_for_timeout(1_000)
    page.clock.run_for(100)
    return int(page.evaluate("window.heard.length"))


def test_at_half_its_time_the_lead_hears_a_caller_and_the_desk_does_not(
    page: Page, ruth: User, browser: Browser, live_server: LiveServer
) -> None:
    ends_in(240)
    assert heard_after(page, 4) == 0
    context = open_browser(browser, live_server, ruth)
    lead = context.new_page()
    lead.clock.install()
    lead.add_init_script(SPY)
    assert heard_after(lead, 4) == 1
    context.close()


def test_in_the_last_minute_everybody_hears_it_once_and_never_two_sounds_in_twenty_seconds(page: Page) -> None:
    ends_in(50)
    ends_in(51)
    assert heard_after(page, 15) == 1
