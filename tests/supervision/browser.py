"""A signed-in browser for the tests that press keys."""

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer


def open_browser(
    browser: Browser, server: LiveServer, user: User, *, width: int = 1440, height: int = 900
) -> BrowserContext:
    """A browser of this size that holds a session of this person."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=server.url, viewport={"width": width, "height": height})
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    return context
