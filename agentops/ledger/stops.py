"""Whether something is stopped: read by whoever is about to begin an act, in that transaction."""

from collections.abc import Iterable

from agentops.domain.outcomes import ToolResult, failure
from agentops.domain.phrases import say
from agentops.models import read_stops
from agentops.models.rows import PolicyRow


def stop_in_force(*, task_type: str, tools: Iterable[str] = ()) -> str:
    """Why no run of this type may go on, or none of these tools may be called, in one sentence; empty where nothing
    is stopped. One query on a table that is nearly always empty; call it after the run's row is locked.
    """
    return read_stops().forbid(task_type=task_type, tools=tools)


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
