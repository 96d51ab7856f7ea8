"""What the engine's tests share: task types and policies for the toy tools, and one way to run a whole run."""

from datetime import date
from typing import Any

from agentops.control import change_policy, settle_call, start_run
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.routing import DecisionType
from agentops.llm.models import use_model as use_model
from agentops.models import AgentRun, ModelRoute, TaskType, ToolCall, ToolPolicy
from agentops.runner.loop import advance
from tests.scripted import ScriptedModel

ALL_TIERS = ["read", "safe", "risky", "destructive"]


def make_task(slug: str = "toying", *, toolset: str = "toys", **changes: Any) -> TaskType:
    """A task type for the toy tools, and a route for every decision."""
    facts = {"name": slug, "description": slug, "toolset": toolset, "prompt": "Play.", "permitted_tiers": ALL_TIERS}
    task, _ = TaskType.objects.update_or_create(slug=slug, defaults={**facts, **changes})
    for decision in DecisionType:
        ModelRoute.objects.get_or_create(
            task_type=None,
            decision=decision,
            provider="offline",
            valid_from=date(2026, 1, 1),
            defaults={"model": "scripted-1", "max_tokens": 512},
        )
    return task


def set_tier(tool: str, tier: str, *, enabled: bool = True, hold: int | None = 0) -> None:
    """Classify a toy tool. A yes takes effect at once unless `hold` (seconds; None: as the tier says) is given."""
    facts = {"tier": tier, "floor": "read", "described": True, "enabled": enabled, "hold_seconds": hold}
    ToolPolicy.objects.update_or_create(tool=tool, defaults=facts)


def change_tool(
    tool: str, *, version: int | None = None, by: str = "Leo Marsh", account: int = 1, **changes: Any
) -> Any:
    """An admin's change of a tool's setting, on top of what stands; what it came to."""
    policy = ToolPolicy.objects.get(tool=tool)
    return change_policy(
        kind="tool",
        subject=tool,
        after=ToolSetting.model_validate(policy.setting.model_dump() | changes),
        version=policy.version if version is None else version,
        reason="It is safer.",
        by=by,
        account=account,
    )


def begin(request: str = "Please act.", *, task: str = "toying", **more: Any) -> int:
    """Start a run of toys; returns its id."""
    return start_run(request=request, task_type=task, **more).run_id


def work(run_id: int, model: ScriptedModel) -> AgentRun:
    """One slice of work with that model; returns the run as its row then stands."""
    with use_model(model):
        advance(run_id)
    return AgentRun.objects.get(pk=run_id)


def waiting_calls(run_id: int) -> list[ToolCall]:
    """The calls of a run that wait for a person."""
    return list(ToolCall.objects.filter(run_id=run_id, status="awaiting").order_by("pk"))


def answer(call: ToolCall, *, yes: bool = True, by: str = "Priya Nair", **more: Any) -> Any:
    """A person's answer to what they see now."""
    return settle_call(call_id=call.pk, approve=yes, version=call.version, digest=call.digest, by=by, **more)
