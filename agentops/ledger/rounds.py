"""How far a round of the golden examples is that somebody asked for; the round itself is played apart (0016)."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agentops.after_commit import ring_for_round
from agentops.models import AskedRound


@transaction.atomic
def take_round(*, asked_id: int, total: int) -> bool:
    """Take it up; False where another worker did, or it is over. Any number of bells does the work of one."""
    now = timezone.now()
    free = AskedRound.objects.filter(pk=asked_id, open=True, taken_at=None)
    return free.update(taken_at=now, heard_at=now, total=total) == 1


@transaction.atomic
def report_round(*, asked_id: int, played: int) -> bool:
    """Say how many were played; False where it was given up meanwhile, and need not be played to its end."""
    under_way = AskedRound.objects.filter(pk=asked_id, open=True)
    return under_way.update(played=played, heard_at=timezone.now()) == 1


@transaction.atomic
def close_round(*, asked_id: int, run_id: int | None = None, problem: str = "") -> None:
    """It is over: its result, or what kept it from having one."""
    under_way = AskedRound.objects.filter(pk=asked_id, open=True)
    under_way.update(open=False, run=run_id, problem=problem, heard_at=timezone.now())


@transaction.atomic
def ring_for_rounds() -> None:
    """Ring again for a round that no worker has heard of."""
    late = timezone.now() - timedelta(seconds=settings.SWEEP_SECONDS)
    for asked_id in AskedRound.objects.filter(open=True, taken_at=None, asked_at__lt=late).values_list("pk", flat=True):
        ring_for_round(asked_id)
