"""Which type of task a run is: what the model named when it was asked only that."""

from django.db.models import QuerySet

from agentops.domain.messages import ModelReply
from agentops.models import AgentRun, TaskType
from agentops.models.rows import RunRow

OTHER, ASKED_BACK = "other", "asked_back"


def sort_run(run: RunRow, reply: ModelReply) -> None:
    """Give the run the task type the model named; a name that does not exist means "other", or no change at all.

    An answer to the assistant's own question that by itself is of no type goes on with the type it was asked in.
    Steps that sorting took are not taken away again by a type with a lower limit.
    """
    named = reply.text.strip().strip(".\"'` ").lower()
    types = TaskType.objects.filter(toolset=run.toolset, sorts=False, enabled=True)
    task = types.filter(slug=named).exclude(slug=OTHER).first() or _asked_in(run, types)
    task = task or types.filter(slug=OTHER).first()
    if task is None:
        return
    AgentRun.objects.filter(pk=run.pk).update(
        task_type=task,
        max_iterations=max(task.max_iterations, run.iterations),
        max_tokens=task.max_tokens,
        max_active_ms=task.max_active_ms,
        max_tool_calls=task.max_tool_calls,
        max_identical_calls=task.max_identical_calls,
    )


def _asked_in(run: RunRow, types: QuerySet[TaskType]) -> TaskType | None:
    """The type of the run that asked the caller back, where this one brings the answer."""
    before = AgentRun.objects.filter(conversation__runs=run.pk, pk__lt=run.pk).order_by("-ordinal")
    last = before.values("outcome", "task_type_id").first()
    return types.filter(pk=last["task_type_id"]).first() if last and last["outcome"] == ASKED_BACK else None
