"""Who may write a run: one lease, one writer, expiry by the database's clock."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from agentops.domain.lifecycle import RunStatus
from agentops.ledger.progress import Lease, LeaseLost
from agentops.models import AgentRun
from agentops.models.prepared import Constant
from agentops.models.rows import LOCKED_RUN, RunRow

PROCESS = secrets.token_hex(8)
"""Random per process start, so that a restarted worker is never taken for the one before."""

BEAT_SECONDS = settings.LEASE_SECONDS / 3
"""How often a live worker renews."""

LEASE_END = Constant(Now() + timedelta(seconds=settings.LEASE_SECONDS))
"""When a lease taken now runs out, by the database's clock."""


def lock_run(lease: Lease) -> RunRow:
    """Lock the run's row for this transaction and make sure it is still ours; raises LeaseLost otherwise.

    Whoever settles a call takes the same lock, so between this look and the commit nothing can slip in.
    """
    run = LOCKED_RUN.row(run_id=lease.run_id)
    if run is None or run.lease_epoch != lease.epoch or run.status != RunStatus.RUNNING:
        raise LeaseLost(f"run {lease.run_id} is no longer ours at epoch {lease.epoch}")
    return run


def renew_leases(leases: Iterable[Lease]) -> int:
    """Push back the end of every lease that is still ours; returns how many were.

    The heartbeat's thread calls this every few seconds and must not sit on a connection meanwhile.
    """
    held = Q(pk__in=[])
    for lease in leases:
        held |= Q(pk=lease.run_id, lease_epoch=lease.epoch)
    try:
        return AgentRun.objects.filter(held, status=RunStatus.RUNNING).update(lease_expires_at=LEASE_END.expression)
    finally:
        connection.close()


def give_back_connection() -> None:
    """Return this thread's connection to the pool before something slow: connections follow commits, not runs."""
    pooled = "pool" in connection.settings_dict.get("OPTIONS", {})
    if pooled and not connection.in_atomic_block:
        connection.close()
