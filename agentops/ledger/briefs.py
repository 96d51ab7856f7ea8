"""What the loop has to know of a run besides its transcript: task type, prompt, routes, what the caller said."""

from django.conf import settings
from django.utils import timezone

from agentops.domain.routing import DecisionType
from agentops.ledger.progress import RunBrief
from agentops.models import AgentRun, TaskType
from agentops.models.rows import BRIEF, ROUTES, RunRow, WholeRun


def read_brief(whole: WholeRun) -> RunBrief:
    """Everything about a run that stays the same while it is worked on; it changes only when the run is sorted."""
    run = whole.run
    texts = BRIEF.rows(run_id=run.pk)[0]
    said: tuple[str, ...] = (whole.request,)
    if whole.ordinal:
        said = tuple(
            AgentRun.objects.filter(conversation_id=whole.conversation_id, ordinal__lte=whole.ordinal)
            .order_by("ordinal")
            .values_list("request", flat=True)
        )
    return RunBrief(
        request_id=str(texts.request_id),
        task_type=run.slug,
        toolset=run.toolset,
        prompt=texts.prompt,
        tiers=run.tiers,
        channel=run.channel,
        on_the_line=texts.on_the_line,
        briefing=texts.briefing,
        asked_at=run.created_at,
        said=said,
        sorting_types=_sorting_types(run),
        routes=_read_routes(run),
    )


def _sorting_types(run: RunRow) -> tuple[tuple[str, str], ...]:
    if not run.sorts:
        return ()
    types = TaskType.objects.filter(toolset=run.toolset, sorts=False, enabled=True).order_by("pk")
    return tuple(types.values_list("slug", "description"))


def _read_routes(run: RunRow) -> dict[DecisionType, tuple[str, int]]:
    """The newest route of each decision that is in force; one for this task type beats a general one."""
    rows = ROUTES.rows(task_type_id=run.task_type_id, provider=settings.MODEL_PROVIDER, today=timezone.localdate())
    return {DecisionType(row.decision): (row.model, row.max_tokens) for row in rows}
