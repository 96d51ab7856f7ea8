"""Who may write a run: one lease, one writer, expiry by the database's clock."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Now

from agentops.domain.lifecycle import RunStatus
from agentops.ledger.progress import Lease, LeaseLost
from agentops.models import AgentRun, move_run

PROCESS = secrets.token_hex(8)
"""Random per process start, so that a restarted worker is never taken for the one before."""


BEAT_SECONDS = settings.LEASE_SECONDS / 3
"""How often a live worker renews."""


def lease_end() -> object:
    """When a lease taken now runs out, by the database's clock."""
    return Now() + timedelta(seconds=settings.LEASE_SECONDS)


def take_lease(*, run_id: int, owner: str = PROCESS) -> AgentRun | None:
    """Take a queued run, or one whose owner let its lease run out. None: somebody else has it, or it is over.

    Call it in a transaction. What a dead owner had reserved of tokens is charged in full: nobody can know whether the
    call was sent.
    """
    taken = move_run(
        run_id=run_id,
        old=[RunStatus.QUEUED, RunStatus.RUNNING],
        new=RunStatus.RUNNING,
        when=Q(status="queued") | Q(lease_expires_at__lt=Now()),
        lease_owner=owner,
        lease_epoch=F("lease_epoch") + 1,
        lease_expires_at=lease_end(),
        lease_losses=F("lease_losses") + Case(When(status="running", then=Value(1)), default=Value(0)),
        started_at=Coalesce(F("started_at"), Now()),
        tokens=F("tokens") + F("tokens_reserved"),
        tokens_reserved=0,
    )
    return AgentRun.objects.select_related("task_type", "conversation").get(pk=run_id) if taken else None


def lock_run(lease: Lease) -> AgentRun:
    """Lock the run's row for this transaction and make sure it is still ours; raises LeaseLost otherwise.

    Whoever settles a call takes the same lock, so between this look and the commit nothing can slip in.
    """
    run = AgentRun.objects.select_for_update(of=("self",)).select_related("task_type").get(pk=lease.run_id)
    if run.lease_epoch != lease.epoch or run.status != RunStatus.RUNNING:
        raise LeaseLost(f"run {lease.run_id} is at epoch {run.lease_epoch}, ours is {lease.epoch}")
    return run


def renew_leases(leases: Iterable[Lease]) -> int:
    """Push back the end of every lease that is still ours; returns how many were.

    The heartbeat's thread calls this every few seconds and must not sit on a connection meanwhile.
    """
    held = Q(pk__in=[])
    for lease in leases:
        held |= Q(pk=lease.run_id, lease_epoch=lease.epoch)
    try:
        return AgentRun.objects.filter(held, status=RunStatus.RUNNING).update(lease_expires_at=lease_end())
    finally:
        connection.close()


def give_back_connection() -> None:
    """Return this thread's connection to the pool before something slow: connections follow commits, not runs."""
    pooled = "pool" in connection.settings_dict.get("OPTIONS", {})
    if pooled and not connection.in_atomic_block:
        connection.close()
