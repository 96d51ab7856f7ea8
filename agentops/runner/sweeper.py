"""What the machine does by the clock: two sweepers at once are harmless."""

import structlog

from agentops.ledger import expire_calls, mark_sweep, overdue_runs, ring_again

log = structlog.get_logger(__name__)


def sweep_once() -> int:
    """Expire unanswered calls and ring for overdue runs; returns how many were rung for."""
    overdue = overdue_runs()
    if overdue:
        ring_again(run_ids=overdue)
    expired = expire_calls()
    if expired or overdue:
        log.info("swept", count=len(overdue) + expired)
    mark_sweep()
    return len(overdue)
