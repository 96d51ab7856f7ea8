"""One thread per process that keeps the leases of the runs at work alive."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from agentops.ledger import BEAT_SECONDS, Lease, renew_leases

log = structlog.get_logger(__name__)
_held: dict[Lease, float] = {}
_lock = threading.Lock()
_thread: threading.Thread | None = None


@contextmanager
def keep_alive(lease: Lease, *, longest_s: float) -> Iterator[None]:
    """Renew a lease while the block runs, for `longest_s` seconds at most: work that hangs loses its lease."""
    with _lock:
        _held[lease] = time.monotonic() + longest_s
        _start_thread()
    try:
        yield
    finally:
        with _lock:
            _held.pop(lease, None)


def _start_thread() -> None:
    global _thread
    if _thread is None or not _thread.is_alive():
        _thread = threading.Thread(target=_beat, name="lease-heartbeat", daemon=True)
        _thread.start()


def _beat() -> None:
    while True:
        time.sleep(BEAT_SECONDS)
        with _lock:
            leases = [lease for lease, until in _held.items() if time.monotonic() < until]
        if not leases:
            continue
        try:
            renew_leases(leases)
        except Exception:  # a database that is away for a moment must not end the thread
            log.exception("heartbeat_failed", count=len(leases))
