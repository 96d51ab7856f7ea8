"""The whole product alive in the test's own process: web server, sockets, worker and sweeper on the test database."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import uvicorn
from django.utils import timezone

from agentops.asgi import application
from agentops.embedded import EmbeddedMachine
from agentops.management.catalogue import load_catalogue, sync_tools
from agentops.management.people import ensure_people
from agentops.models import ToolPolicy
from agentops.toolsets.clinic.generator import ensure_clinic

PASSWORD = "only-for-this-test"

# Playwright's synchronous interface keeps an event loop in the test's thread, which Django would take for a mistake.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def wish() -> str:
    """What Leo Brandt says: any working day ten days from now, in the morning."""
    day = timezone.localdate() + timedelta(days=10)
    while day.weekday() > 4:
        day += timedelta(days=1)
    when = f"{day:%A} {day.day} {day:%B}"
    return f"Good morning, Leo Brandt, born 2 October 1979. Could I see a doctor on {when} before noon?"


def fill_clinic(*, hold: int | None = 0) -> None:
    """The catalogue, a small clinic and the three people. A yes takes effect at once where no `hold` (seconds; None: as
    the tier says) is given.
    """
    load_catalogue()
    sync_tools(accept_floors=True)
    ToolPolicy.objects.update(hold_seconds=hold)
    ensure_clinic(seed=1, patients=20, days=14, today=timezone.localdate())
    ensure_people(password=PASSWORD)


@contextmanager
def running_desk() -> Iterator[str]:
    """Serve on a free port of this machine; yields the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="desk")
    with EmbeddedMachine(concurrency=4, sweep_seconds=1):
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
