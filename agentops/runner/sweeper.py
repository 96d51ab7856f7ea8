"""What the machine does by the clock: two sweepers at once are harmless."""

import threading

import structlog

from agentops.ledger import (
    expire_calls,
    mark_sweep,
    open_edits,
    overdue_runs,
    release_holds,
    ring_again,
    ring_for_rounds,
    roll_up_days,
    tend_holds,
)
from agentops.runner.edits import answer_wish

LONGEST_LOOK_SECONDS = 1.0
"""A hold that nobody knew of a moment ago is noticed within this; the shortest one is longer."""

SHORTEST_LOOK_SECONDS = 0.02

log = structlog.get_logger(__name__)


def sweep_once() -> int:
    """Expire unanswered calls, answer what the desk asked in vain, ring for overdue runs and for holds that are over;
    last, count a day that is past. Returns how many were overdue.
    """
    released = release_holds()
    overdue = overdue_runs()
    if overdue:
        ring_again(run_ids=overdue)
    expired = expire_calls()
    for edit_id in open_edits():
        answer_wish(edit_id)
    ring_for_rounds()
    if expired or overdue or released:
        log.info("swept", count=len(overdue) + expired + released)
    mark_sweep()
    roll_up_days()
    return len(overdue)


def end_holds(stopping: threading.Event) -> None:
    """Ring at the end of every hold until told to stop. One thread a process, whatever is held; if all of them are
    gone, the sweep does it seconds later.
    """
    wait = 0.0
    while not stopping.wait(wait):
        wait = LONGEST_LOOK_SECONDS
        try:
            left = tend_holds()
        except Exception as error:  # a database that is away for a moment must not end the thread
            log.exception("holds_not_tended", error=type(error).__name__)
        else:
            wait = LONGEST_LOOK_SECONDS if left is None else min(max(left, SHORTEST_LOOK_SECONDS), wait)
