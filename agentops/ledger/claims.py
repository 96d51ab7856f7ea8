"""The beginning of a slice of work: the lease, what stands in the rows, and the first act, in one commit."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from agentops.domain.lifecycle import RunStatus
from agentops.domain.next_move import Finish
from agentops.domain.routing import DecisionType
from agentops.ledger.advance import reserve_next
from agentops.ledger.leases import PROCESS, take_lease
from agentops.ledger.progress import Claim, Lease, Preparation, Progress, RunBrief, Totals
from agentops.ledger.reading import read_transcript
from agentops.models import AgentRun, ModelRoute, TaskType

MAX_LEASE_LOSSES = 3


@transaction.atomic
def claim_run(*, run_id: int, prepare: Callable[[RunBrief], Preparation], owner: str = PROCESS) -> Claim | None:
    """Take a run, if it is free, and say what comes first. The briefing is kept with the run on its first slice.

    A run that has cost three workers their life is given to a person instead of a fourth.
    """
    run = take_lease(run_id=run_id, owner=owner)
    if run is None:
        return None
    brief = _read_brief(run)
    prepared = prepare(brief)
    lease = Lease(run_id=run_id, owner=owner, epoch=run.lease_epoch)
    transcript = read_transcript(run)
    if run.lease_losses >= MAX_LEASE_LOSSES:
        return Claim(lease, brief, Progress(transcript, Finish(RunStatus.HANDED_OFF, "workers_lost")))
    progress = reserve_next(
        lease=lease,
        transcript=transcript,
        quote=prepared.quote,
        totals=Totals(run.tokens, run.cost_nano, run.unpriced_calls),
        briefing=run.briefing or prepared.briefing,
    )
    return Claim(lease, brief, progress)


def _read_brief(run: AgentRun) -> RunBrief:
    task, talk = run.task_type, run.conversation
    said: tuple[str, ...] = (run.request,)
    if run.ordinal:
        said = tuple(
            AgentRun.objects.filter(conversation_id=talk.pk, ordinal__lte=run.ordinal)
            .order_by("ordinal")
            .values_list("request", flat=True)
        )
    return RunBrief(
        request_id=str(run.request_id),
        task_type=task.slug,
        toolset=task.toolset,
        prompt=task.prompt,
        tiers=task.tiers,
        channel=talk.channel,
        on_the_line=talk.on_the_line,
        briefing=run.briefing,
        asked_at=run.created_at,
        said=said,
        sorting_types=_sorting_types(task),
        routes=_read_routes(task),
    )


def _sorting_types(task: TaskType) -> tuple[tuple[str, str], ...]:
    if not task.sorts:
        return ()
    types = TaskType.objects.filter(toolset=task.toolset, sorts=False, enabled=True).order_by("pk")
    return tuple(types.values_list("slug", "description"))


def _read_routes(task: TaskType) -> dict[DecisionType, tuple[str, int]]:
    """The newest route of each decision that is in force; one for this task type beats a general one."""
    rows = ModelRoute.objects.filter(
        Q(task_type=task) | Q(task_type=None), provider=settings.MODEL_PROVIDER, valid_from__lte=timezone.localdate()
    ).order_by(F("task_type").asc(nulls_first=True), "valid_from")
    return {DecisionType(row.decision): (row.model, row.max_tokens) for row in rows}
