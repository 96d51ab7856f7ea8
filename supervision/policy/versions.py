"""Every version of a tool's setting, and the changes that wait for a second admin."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from agentops.domain.policy.changes import Difference, compare_routing, compare_tasks, compare_tools
from agentops.domain.policy.settings import ToolSetting, read_setting
from agentops.domain.policy.task_settings import RoutingSetting, TaskSetting
from agentops.models import PolicyChange, RoutingPolicy, TaskType, ToolPolicy, read_general_caps
from supervision.phrases import named
from supervision.policy.would_have import WouldHave, read_would_have
from supervision.second_admin import why_not_second
from supervision.wording import say_when

Owned = ToolPolicy | TaskType | RoutingPolicy


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
    """A change that waits for a second admin. `own` marks what this very person proposed.

    `why_not` says why they may not be the second; `would` what would have happened, where it was asked for.
    """

    change_id: int
    label: str
    tool_id: int | None
    who: str
    reason: str
    at: str
    differences: list[Difference]
    own: bool
    why_not: str = ""
    would: WouldHave | None = None


def list_versions(owned: Owned, *, now: datetime, limit: int = 50) -> list[Version]:
    """The changes of a setting that were made, newest first."""
    changes, policy = _made(owned).order_by("-version"), owned if isinstance(owned, ToolPolicy) else None
    return [
        Version(
            number=change.version or 0,
            told=_say_who(change),
            reason=change.reason,
            at=say_when(change.settled_at or change.at, now=now),
            differences=_compare(change, policy),
            current=change.version == owned.version,
        )
        for change in changes[:limit]
    ]


def first_version(owned: Owned) -> int | None:
    """The number of the setting before the first change; None where nothing was ever changed."""
    return _made(owned).order_by("version").values_list("base_version", flat=True).first()


def setting_at(policy: ToolPolicy, version: int) -> ToolSetting | None:
    """A tool's setting as it was in a version; None where there never was one."""
    found = _document_at(policy, version)
    return read_setting(found) if found else None


def task_setting_at(task: TaskType, version: int) -> TaskSetting | None:
    """A task type's setting as it was in a version; None where there never was one."""
    found = _document_at(task, version)
    return TaskSetting.model_validate(found) if found else None


def routing_at(policy: RoutingPolicy, version: int) -> RoutingSetting | None:
    """The models for all types as they were in a version; None where there never was one."""
    found = _document_at(policy, version)
    return RoutingSetting.model_validate(found) if found else None


def _document_at(owned: Owned, version: int) -> Any:
    found: Any = _made(owned).filter(version=version).values_list("after", flat=True).first()
    return found or _made(owned).filter(base_version=version).values_list("before", flat=True).first()


def _made(owned: Owned) -> QuerySet[PolicyChange]:
    kind, subject = "routing", "all"
    if isinstance(owned, ToolPolicy):
        kind, subject = "tool", owned.tool
    if isinstance(owned, TaskType):
        kind, subject = "task_type", owned.slug
    return PolicyChange.objects.filter(kind=kind, subject=subject, state="in_force")


def list_waiting(
    *, user: User, now: datetime, kind: str | None = None, subject: str | None = None, would: bool = False
) -> list[Waiting]:
    """What waits for a second admin, oldest first; only of one thing where its kind and name are given.

    `would` adds to what others proposed how the last thirty days would have gone.
    """
    changes = PolicyChange.objects.filter(state="waiting").order_by("at")
    if kind is not None:
        changes = changes.filter(kind=kind, subject=subject)
    tools = {policy.tool: policy for policy in ToolPolicy.objects.filter(tool__in=[one.subject for one in changes])}
    names = {slug: named(name) for slug, name in TaskType.objects.values_list("slug", "name")}
    waiting = []
    for change in changes:
        policy = tools.get(change.subject) if change.kind == "tool" else None
        label = named(policy.label or policy.tool) if policy else names.get(change.subject, change.subject)
        label = _("Models for all types") if change.kind == "routing" else label
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
                why_not=why_not_second(user=user, change=change) if change.account != user.pk else "",
                would=_would(change, now=now) if would and change.account != user.pk else None,
            )
        )
    return waiting


def _would(change: PolicyChange, *, now: datetime) -> WouldHave | None:
    if change.kind == "routing":
        return None  # another model would have said other things: nobody can know what
    model: type[ToolSetting] | type[TaskSetting] = ToolSetting if change.kind == "tool" else TaskSetting
    after = model.model_validate(change.after)
    return read_would_have(kind=change.kind, subject=change.subject, after=after, now=now)


def _compare(change: PolicyChange, policy: ToolPolicy | None) -> list[Difference]:
    if change.kind == "task_type":
        before, after = (TaskSetting.model_validate(one) for one in (change.before, change.after))
        return compare_tasks(before, after, caps=read_general_caps(on=timezone.localdate(change.at)))
    if change.kind == "routing":
        return compare_routing(*(RoutingSetting.model_validate(one) for one in (change.before, change.after)))
    floor = policy.lowest if policy else None
    return compare_tools(read_setting(change.before), read_setting(change.after), floor=floor)


def _say_who(change: PolicyChange) -> str:
    if not change.second:
        return change.who
    return _("%(who)s, confirmed by %(second)s") % {"who": change.who, "second": change.second}
