"""What the loop has to know of a run besides its transcript: task type, prompt, routes, what the caller said."""

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from agentops.domain.routing import DecisionType
from agentops.ledger.progress import RunBrief
from agentops.models import AgentRun, ModelRoute, TaskType


def read_brief(run: AgentRun) -> RunBrief:
    """Everything about a run that stays the same while it is worked on; it changes only when the run is sorted."""
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
