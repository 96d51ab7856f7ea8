"""One server, one browser and one page for all attacks."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.attacks.desk import Desk, open_desk


@pytest.fixture(scope="module")
def desk(django_db_setup: None, django_db_blocker: Any, browser: Browser) -> Iterator[Desk]:
    """The desk that all cases share; what they leave on it is removed at the end.

    Its server is not the fixture of that name, which would empty the database after every case.
    """
    server = LiveServer("127.0.0.1")
    try:
        with django_db_blocker.unblock():
            with open_desk(browser, server) as opened:
                yield opened
            call_command("flush", verbosity=0, interactive=False)
    finally:
        server.stop()
