"""Every version of a tool's setting, and the changes that wait for a second admin."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from agentops.domain.policy.changes import Difference, compare_tasks, compare_tools
from agentops.domain.policy.settings import ToolSetting, read_setting
from agentops.domain.policy.task_settings import TaskSetting
from agentops.models import PolicyChange, TaskType, ToolPolicy
from supervision.wording import say_when


@dataclass(frozen=True, slots=True)
class Version:
    """One change that was made, as the page tells it."""

    number: int
    told: str
    reason: str
    at: str
    differences: list[Difference]
    current: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that waits for a second admin. `own` marks what this very person proposed."""

    change_id: int
    label: str
    tool_id: int | None
    who: str
    reason: str
    at: str
    differences: list[Difference]
    own: bool


def list_versions(policy: ToolPolicy, *, now: datetime, limit: int = 50) -> list[Version]:
    """The changes of a tool's setting that were made, newest first."""
    changes = PolicyChange.objects.filter(kind="tool", subject=policy.tool, state="in_force").order_by("-version")
    return [
        Version(
            number=change.version or 0,
            told=_say_who(change),
            reason=change.reason,
            at=say_when(change.settled_at or change.at, now=now),
            differences=_compare(change, policy),
            current=change.version == policy.version,
        )
        for change in changes[:limit]
    ]


def first_version(policy: ToolPolicy) -> int | None:
    """The number of the setting before the first change; None where nothing was ever changed."""
    changes = PolicyChange.objects.filter(kind="tool", subject=policy.tool, state="in_force")
    return changes.order_by("version").values_list("base_version", flat=True).first()


def setting_at(policy: ToolPolicy, version: int) -> ToolSetting | None:
    """A tool's setting as it was in a version; None where there never was one."""
    changes = PolicyChange.objects.filter(kind="tool", subject=policy.tool, state="in_force")
    found: Any = changes.filter(version=version).values_list("after", flat=True).first()
    found = found or changes.filter(base_version=version).values_list("before", flat=True).first()
    return read_setting(found) if found else None


def list_waiting(*, user: User, now: datetime, tool: str | None = None) -> list[Waiting]:
    """What waits for a second admin, oldest first; of one tool only where it is given."""
    changes = PolicyChange.objects.filter(state="waiting").order_by("at")
    if tool is not None:
        changes = changes.filter(kind="tool", subject=tool)
    tools = {policy.tool: policy for policy in ToolPolicy.objects.filter(tool__in=[one.subject for one in changes])}
    names = dict(TaskType.objects.values_list("slug", "name"))
    waiting = []
    for change in changes:
        policy = tools.get(change.subject) if change.kind == "tool" else None
        label = policy.label or policy.tool if policy else names.get(change.subject, change.subject)
        waiting.append(
            Waiting(
                change_id=change.pk,
                label=label,
                tool_id=policy.pk if policy else None,
                who=change.who,
                reason=change.reason,
                at=say_when(change.at, now=now),
                differences=_compare(change, policy),
                own=change.account == user.pk,
            )
        )
    return waiting


def _compare(change: PolicyChange, policy: ToolPolicy | None) -> list[Difference]:
    if change.kind == "task_type":
        return compare_tasks(TaskSetting.model_validate(change.before), TaskSetting.model_validate(change.after))
    floor = policy.lowest if policy else None
    return compare_tools(read_setting(change.before), read_setting(change.after), floor=floor)


def _say_who(change: PolicyChange) -> str:
    if not change.second:
        return change.who
    return f"{change.who}, confirmed by {change.second}"
