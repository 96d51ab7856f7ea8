"""The stage: the whole product on a database of its own, a morning's requests, and people with browsers."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from agentops.after_commit import announce
from agentops.domain.cards import Card
from agentops.domain.events import Event
from agentops.management.demo_requests import REQUESTS, add_demo_task_types, play_request
from agentops.models import ToolCall
from tests.conftest import CHROMIUM_QUIET, find_chromium
from tests.live import running_desk
from tests.supervision.rows import MOVE, add_call, add_run, person

SIZES = {"desk": (1440, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")


@dataclass
class Stage:
    """A running desk, and one browser whose windows belong to different people."""

    browser: Browser
    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def window(
        self, who: str | None = "priya", *, size: tuple[int, int] = SIZES["desk"], **more: Any
    ) -> BrowserContext:
        """A browser of this person's own, signed in; of nobody where there is no name."""
        width, height = size
        context = self.browser.new_context(base_url=self.address, viewport={"width": width, "height": height}, **more)
        if who is None:
            return context
        session = {"name": settings.SESSION_COOKIE_NAME, "value": self.session_of(who), "url": self.address}
        context.add_cookies([session])  # type: ignore[list-item]
        return context

    @contextmanager
    def page(self, path: str, who: str | None = "priya", **more: Any) -> Iterator[Page]:
        """A page of this person's, closed afterwards with its window."""
        context = self.window(who, **more)
        try:
            page = context.new_page()
            page.goto(path)
            yield page
        finally:
            context.close()

    def session_of(self, who: str) -> str:
        """The key of a session of this person."""
        if who not in self.cookies:
            client = Client()
            client.force_login(User.objects.get(username=who), backend="django.contrib.auth.backends.ModelBackend")
            self.cookies[who] = client.cookies[settings.SESSION_COOKIE_NAME].value
        return self.cookies[who]


@contextmanager
def open_stage() -> Iterator[Stage]:
    """Everything up, on the database as it stands."""
    with running_desk() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_QUIET)
        yield Stage(browser, address)
        browser.close()


def furnish() -> None:
    """The clinic and its people; nothing is asked yet."""
    call_command("migrate", verbosity=0)
    call_command("seed", demo_passwords=True, stdout=io.StringIO())
    add_demo_task_types()
    person("mo", "Mo", "Ali", "front desk")


def play_morning() -> None:
    """The demo's requests, worked on by the machine; not while the stage's own machine would work on them as well."""
    for request in REQUESTS:
        play_request(request)


def arrive(*, on_the_line: bool = False, card: Card = MOVE) -> ToolCall:
    """A new request, told to every open desk as the machine tells it."""
    call = add_call(card, run=add_run(on_the_line=on_the_line))
    announce(Event(kind="call.waiting", run_id=call.run_id, call_id=call.pk, version=call.version))
    return call


def settle(call: ToolCall) -> None:
    """A colleague's no, told to every open desk."""
    ToolCall.objects.filter(pk=call.pk).update(status="rejected", decided_by="Mo Ali", decided_at=timezone.now())
    announce(Event(kind="call.settled", run_id=call.run_id, call_id=call.pk, version=call.version + 1))
