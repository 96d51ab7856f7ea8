"""Worker, sweeper and the clock of holds as threads of the web server's process: real Celery on an in-memory broker.

For the one-process server and for tests that need a live machine. What the process leaves undone is in the database,
and the next sweep rings for it again.
"""

import logging
import threading
from contextlib import suppress
from typing import Any

import structlog
from celery.exceptions import WorkerShutdown
from celery.worker import WorkController
from celery.worker.consumer import Consumer
from django.conf import settings
from django.db import close_old_connections

from agentops.celery import app
from agentops.runner.sweeper import end_holds
from agentops.tasks import sweep

START_SECONDS = 20.0
DRAIN_SECONDS = 0.2  # how long the worker listens before it looks whether it should stop

log = structlog.get_logger(__name__)


class _Consumer(Consumer):  # type: ignore[misc]
    """Celery's consumer with a loop that can be asked to stop; the stock one takes up to four seconds and a global."""

    def loop(self, _: Any, connection: Any, messages: Any, __: Any, ___: Any, qos: Any, *____: Any) -> None:
        messages.on_message = self.create_task_handler()
        messages.consume()
        self.on_ready()
        while not self.controller.stopping.is_set():
            if qos.prev != qos.value:
                qos.update()
            self.perform_pending_operations()
            with suppress(TimeoutError):
                connection.drain_events(timeout=DRAIN_SECONDS)
        raise WorkerShutdown(0)


class _Worker(WorkController):  # type: ignore[misc]
    """A worker without signal handlers: the process belongs to the web server."""

    def __init__(self, *, concurrency: int, stopping: threading.Event) -> None:
        self.stopping = stopping
        self.ready = threading.Event()
        super().__init__(
            app=app,
            hostname="embedded@localhost",
            pool_cls="threads",
            consumer_cls=_Consumer,
            concurrency=concurrency,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            loglevel=logging.WARNING,
        )

    def on_consumer_ready(self, consumer: Any) -> None:
        self.ready.set()


class EmbeddedMachine:
    """A worker with its threads, a sweeper, a clock of holds. Start once, stop once; may be used in a `with`."""

    def __init__(self, *, concurrency: int | None = None, sweep_seconds: float | None = None) -> None:
        self._stopping = threading.Event()
        self._sweep_seconds = settings.SWEEP_SECONDS if sweep_seconds is None else sweep_seconds
        # Celery's current app is a matter of the thread; without this the pool's threads see an empty one.
        app.set_default()
        self._worker = _Worker(concurrency=concurrency or settings.WORKER_THREADS, stopping=self._stopping)
        self._threads = [
            threading.Thread(target=self._worker.start, name="handrail-worker", daemon=True),
            threading.Thread(target=self._sweep_until_stopped, name="handrail-sweeper", daemon=True),
            threading.Thread(target=end_holds, args=[self._stopping], name="handrail-holds", daemon=True),
        ]

    def start(self) -> None:
        """Return when the worker listens; raises RuntimeError if it does not in time."""
        for thread in self._threads:
            thread.start()
        if not self._worker.ready.wait(START_SECONDS):
            raise RuntimeError("the embedded worker did not start")

    def request_stop(self) -> None:
        """Take no new work from now on; does not wait."""
        self._stopping.set()

    def stop(self, *, seconds: float) -> bool:
        """Wait for running slices to end; True when all did. What did not is taken up again when its lease is over."""
        self.request_stop()
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)

    def __enter__(self) -> "EmbeddedMachine":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(seconds=10)

    def _sweep_until_stopped(self) -> None:
        """Sweep at once, for what the last process left, and then again and again; one failure ends nothing."""
        while not self._stopping.is_set():
            try:
                sweep()
            except Exception as error:  # the sweeper outlives every fault
                log.exception("sweep_failed", error=type(error).__name__)
            finally:
                close_old_connections()
            self._stopping.wait(self._sweep_seconds)
