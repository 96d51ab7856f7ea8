"""The bar on top keeps its words and its place on a telephone, in both languages."""

import os

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from supervision.models import Preferences
from tests.supervision.browser import open_browser
from tests.supervision.rows import add_call

pytestmark = pytest.mark.django_db(transaction=True)
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in the test's thread


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize(("language", "stop"), [("en-gb", "Stop"), ("es", "Detener")])
def test_the_stop_control_says_its_word_and_nothing_is_pushed_out(
    ruth: User, browser: Browser, live_server: LiveServer, width: int, language: str, stop: str
) -> None:
    add_call()
    Preferences.objects.create(user=ruth, language=language)
    page = open_browser(browser, live_server, ruth, width=width, height=844).new_page()
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page.goto("/")
    expect(page.locator(".quiet-stop b").first).to_be_visible()
    expect(page.locator(".quiet-stop b").first).to_have_text(stop)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    tops = page.evaluate("[...document.querySelectorAll('.right > :not(.speaker)')].map((one) => one.offsetTop)")
    assert max(tops) - min(tops) < 20, "the button, the state, the plus and the person stand in one line"
    inside = "[...document.querySelectorAll('.top *')].every((one) => one.getBoundingClientRect().right <= innerWidth)"
    assert page.evaluate(inside)
