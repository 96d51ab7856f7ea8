"""Whether something is stopped: read by whoever is about to begin an act, in that transaction."""

from collections.abc import Iterable

from agentops.domain.outcomes import ToolResult, failure
from agentops.domain.phrases import say
from agentops.models import StopScope, StopSwitch, read_stops
from agentops.models.rows import PolicyRow


def stop_in_force(*, task_type: str, run: int | None = None, tools: Iterable[str] = ()) -> str:
    """Why this run or no run of this type may go on, or none of these tools may be called, in one sentence; empty where
    nothing is stopped. One query on a table that is nearly always empty; call it after the run's row is locked.
    """
    return read_stops().forbid(task_type=task_type, run=run, tools=tools)


def forget_stop(run_id: int) -> None:
    """A run that ended needs no stop of its own any more: what had begun when it was made has ended it."""
    StopSwitch.objects.filter(scope=StopScope.RUN, name=str(run_id)).delete()


def tool_stop(tool: str, *, policy: PolicyRow | None) -> ToolResult | None:
    """What a call of this tool comes to while somebody has stopped it. A tool without a policy can be stopped too."""
    if policy and not policy.stopped:
        return None
    why = stop_in_force(task_type="", tools=[tool])
    if not why:
        return None
    return failure(
        "stopped",
        say("%(tool)s was not run. %(why)s", tool=tool, why=why),
        "Go on without it, and say what was not done.",
    )
