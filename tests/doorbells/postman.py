"""A postman between the broker and the workers: delivers each bell up to three times, out of order, and loses some."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import connections

from agentops.runner.loop import advance
from agentops.runner.sweeper import sweep_once

PAUSE_SECONDS = 0.002
SWEEP_EVERY_SECONDS = 0.3


@dataclass
class Postman:
    """Bells that were rung and not yet delivered. `chance` None delivers every bell once, in order."""

    chance: random.Random | None
    bells: list[int] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    delivered: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ring(self, run_id: int) -> None:
        """Called after a commit, in place of the broker."""
        copies = 1
        if self.chance:
            copies = 0 if self.chance.random() < 0.2 else self.chance.randint(1, 3)
        with self.lock:
            self.lost += copies == 0
            self.doubled += copies > 1
            self.bells += [run_id] * copies

    def take(self) -> int | None:
        """The next bell, any of them where chance decides."""
        with self.lock:
            if not self.bells:
                return None
            self.delivered += 1
            return self.bells.pop(self.chance.randrange(len(self.bells)) if self.chance else 0)

    def work(self) -> None:
        """A worker: answers bells until all is over."""
        while not self.over.is_set():
            run_id = self.take()
            if run_id is None:
                time.sleep(PAUSE_SECONDS)
            else:
                advance(run_id)
        connections.close_all()

    def sweep(self) -> None:
        """The sweeper, by the clock."""
        while not self.over.wait(SWEEP_EVERY_SECONDS):
            sweep_once()
        connections.close_all()

    def run(self, *, workers: int, until: Callable[[], bool], seconds: float) -> None:
        """Deliver until there is nothing left to do."""
        threads = [threading.Thread(target=self.work) for _ in range(workers)]
        threads.append(threading.Thread(target=self.sweep))
        deadline = time.monotonic() + seconds
        for thread in threads:
            thread.start()
        try:
            while not until():
                assert time.monotonic() < deadline, "not everything came to its end in time"
                time.sleep(PAUSE_SECONDS * 10)
        finally:
            self.over.set()
            for thread in threads:
                with suppress(RuntimeError):
                    thread.join(30)
