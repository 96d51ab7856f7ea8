"""The starting line: threads with connections of their own, held at a barrier and let go together."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connections

MOST_RUNNERS = 8
LONGEST_WAIT_SECONDS = 60.0
SWITCH_SECONDS = 0.0005

Runner = Callable[[], Any]
Line = Callable[[list[Runner]], list[Any]]


@contextmanager
def starting_line() -> Iterator[Line]:
    """Yields a function that lets runners go at one moment and gives what each brought: a value, or what it raised.

    The threads are changed over far more often than Python would by itself, so that they meet inside the verbs.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    pool = ThreadPoolExecutor(MOST_RUNNERS, thread_name_prefix="runner")
    try:
        yield lambda runners: _let_go(pool, runners)
        _let_go(pool, [connections.close_all] * MOST_RUNNERS)
    finally:
        pool.shutdown()
        sys.setswitchinterval(before)


def _let_go(pool: ThreadPoolExecutor, runners: list[Runner]) -> list[Any]:
    barrier = threading.Barrier(len(runners))

    def run(runner: Runner) -> Any:
        barrier.wait(LONGEST_WAIT_SECONDS)
        try:
            return runner()
        except Exception as error:  # judged with the rest: nobody may learn of a lost race by an exception
            return error

    return [future.result(LONGEST_WAIT_SECONDS) for future in [pool.submit(run, runner) for runner in runners]]
