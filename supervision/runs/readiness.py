"""Whether the machine does its work, read from what it leaves in the rows."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

from agentops.domain.lifecycle import RunStatus
from agentops.models import AgentRun, SweepMark, read_stops


@dataclass(frozen=True, slots=True)
class Readiness:
    """Ages in whole seconds by the database's clock; no sweep yet is None. `stopped` names the scopes of each stop."""

    swept_seconds_ago: int | None
    oldest_unstarted_seconds: int
    stopped: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Somebody sweeps, and no run waits longer for a worker than a lost doorbell explains."""
        swept = self.swept_seconds_ago is not None and self.swept_seconds_ago < settings.READY_SWEEP_SECONDS
        return swept and self.oldest_unstarted_seconds < settings.READY_RUN_SECONDS


def read_readiness() -> Readiness:
    """Read the state of the machine; raises DatabaseError where the database is away.

    A run that a stop keeps where it is does not count as waiting.
    """
    now = ExpressionWrapper(Now(), output_field=DateTimeField())
    stops = read_stops()
    mark = SweepMark.objects.annotate(now=now).values_list("at", "now").first()
    waiting = AgentRun.objects.filter(status=RunStatus.QUEUED).exclude(stops.frozen).order_by("queued_at")
    oldest = waiting.annotate(now=now).values_list("queued_at", "now").first()
    return Readiness(
        swept_seconds_ago=_seconds(*mark) if mark else None,
        oldest_unstarted_seconds=_seconds(*oldest) if oldest else 0,
        stopped=tuple(sorted({str(row.scope) for row in stops.rows})),
    )


def _seconds(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds()))
