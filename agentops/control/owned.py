"""What has a policy: a tool, a type of task, the models for all types; locked, compared, checked and saved alike."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django.utils import timezone

from agentops.control.outcomes import BadRequest
from agentops.control.withdrawals import withdraw_by_task, withdraw_by_tool
from agentops.domain.lifetimes import LifeStage
from agentops.domain.phrases import say
from agentops.domain.policy.changes import Difference, compare_routing, compare_tasks, compare_tools
from agentops.domain.policy.rules import Rule
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.policy.task_settings import RouteSetting, RoutingSetting, TaskSetting
from agentops.domain.tiers import ActionTier, permitted_tiers
from agentops.models import (
    ModelRoute,
    RoutingPolicy,
    TaskType,
    ToolPolicy,
    is_known_model,
    read_general_caps,
    read_lifetimes,
)

ROUTING = "all"
"""What the models for all types are called among the things that have a policy."""

Setting = ToolSetting | TaskSetting | RoutingSetting


class Owned(ABC):
    """One thing that has a policy, its row locked."""

    kind: ClassVar[str]
    subject: str
    version: int
    setting: Any

    @abstractmethod
    def read(self, document: Any) -> Any:
        """A stored setting of this kind."""

    @abstractmethod
    def compare(self, before: Any, after: Any) -> list[Difference]:
        """What differs between two settings."""

    @abstractmethod
    def check(self, after: Any, differences: list[Difference]) -> Any:
        """The setting as it may be saved; raises BadRequest where it may not."""

    @abstractmethod
    def save(self, after: Any) -> bool:
        """Write it as the next version; False where somebody was first."""

    @abstractmethod
    def withdraw(self, after: Any, *, reason: str) -> int:
        """Withdraw what waits and would now need more; returns how many calls."""


class OwnedTool(Owned):
    """A tool's policy."""

    kind = "tool"

    def __init__(self, tool: str) -> None:
        row = ToolPolicy.objects.select_for_update().filter(tool=tool).first()
        if row is None:
            raise BadRequest("unknown_tool", say("There is no tool named %(tool)s.", tool=tool))
        self._row, self.subject, self.version, self.setting = row, row.tool, row.version, row.setting

    def read(self, document: Any) -> ToolSetting:
        """A stored setting of this kind."""
        return ToolSetting.model_validate(document)

    def compare(self, before: ToolSetting, after: ToolSetting) -> list[Difference]:
        """What differs between two settings."""
        return compare_tools(before, after, floor=self._row.lowest)

    def check(self, after: ToolSetting, differences: list[Difference]) -> ToolSetting:
        """A tier that exists and is not below the floor, a tool that can be read before it is approved, known rules."""
        floor, names = self._row.lowest, {one.name for one in differences}
        if after.tier and after.tier not in {known.value for known in ActionTier}:
            raise BadRequest("unknown_tier", say("Choose one of the four levels."), "tier")
        if after.tier and floor and ActionTier(after.tier).rank < floor.rank:
            raise BadRequest(
                "below_floor", say("This tool can never be milder than “%(words)s”.", words=floor.words), "tier"
            )
        asks = after.confirmation_for(floor).rank > 0 or bool(after.rules)
        if after.tier and asks and not self._row.described and names & {"tier", "confirmation", "rules"}:
            raise BadRequest(
                "not_described", say("Add a plain description first: nobody could approve this tool."), "tier"
            )
        self._check_rules(after.rules)
        numbers = [rule.number for rule in after.rules]
        return after.model_copy(update={"last_rule": max([self.setting.last_rule, *numbers])})

    def _check_rules(self, rules: tuple[Rule, ...]) -> None:
        known, numbers = self._row.looked_at, [rule.number for rule in rules]
        if len(set(numbers)) < len(numbers):
            raise BadRequest("rule_twice", say("Two rules have one number."), "rules")
        if any(one.subject not in known for rule in rules for one in rule.conditions):
            raise BadRequest("unknown_subject", say("A rule looks at something this tool does not have."), "rules")

    def save(self, after: ToolSetting) -> bool:
        """Write it as the next version; False where somebody was first."""
        columns = after.model_dump(mode="json") | {"version": self.version + 1, "changed_at": timezone.now()}
        return ToolPolicy.objects.filter(pk=self._row.pk, version=self.version).update(**columns) == 1

    def withdraw(self, after: ToolSetting, *, reason: str) -> int:
        """Withdraw what waits and would now need more; returns how many calls."""
        return withdraw_by_tool(
            tool=self.subject, floor=self._row.lowest, before=self.setting, after=after, reason=reason
        )


class OwnedTask(Owned):
    """A task type's policy."""

    kind = "task_type"

    def __init__(self, slug: str) -> None:
        row = TaskType.objects.select_for_update().filter(slug=slug).first()
        if row is None:
            raise BadRequest("unknown_task_type", say("There is no type of task named %(slug)s.", slug=slug))
        self._row, self.subject, self.version, self.setting = row, row.slug, row.version, row.setting

    def read(self, document: Any) -> TaskSetting:
        """A stored setting of this kind."""
        return TaskSetting.model_validate(document)

    def compare(self, before: TaskSetting, after: TaskSetting) -> list[Difference]:
        """What differs between two settings."""
        return compare_tasks(before, after, caps=read_general_caps(on=timezone.localdate()))

    def check(self, after: TaskSetting, differences: list[Difference]) -> TaskSetting:
        """Tiers that exist, without a gap, instructions that say something, models that can be asked."""
        if len(permitted_tiers(after.permitted_tiers)) != len(set(after.permitted_tiers)):
            raise BadRequest("tiers_with_gap", say("Permit a level only with all milder ones."), "permitted_tiers")
        if not after.prompt.strip():
            raise BadRequest("prompt_missing", say("Write what the assistant is to do."), "prompt")
        _check_routes(after.routes, saved=self.setting.routes)
        return after

    def save(self, after: TaskSetting) -> bool:
        """Write it as the next version; a changed prompt is its next version too. False where somebody was first."""
        columns = after.model_dump(mode="json", exclude={"routes"}) | {"version": self.version + 1}
        if after.prompt != self.setting.prompt:
            columns["prompt_version"] = self._row.prompt_version + 1
        if TaskType.objects.filter(pk=self._row.pk, version=self.version).update(**columns) != 1:
            return False
        _save_routes(after.routes, task_type=self._row)
        return True

    def withdraw(self, after: TaskSetting, *, reason: str) -> int:
        """Withdraw what waits and would now need more; returns how many calls."""
        return withdraw_by_task(slug=self.subject, permitted=after.permitted_tiers, reason=reason)


class OwnedRouting(Owned):
    """The models for all types."""

    kind = "routing"

    def __init__(self, subject: str) -> None:
        if subject != ROUTING:
            raise BadRequest("unknown_routing", say("There is one set of models for all types."))
        # Nothing was ever changed before the first row: whoever comes first makes it, and everybody waits for it.
        row, _ = RoutingPolicy.objects.select_for_update().get_or_create(pk=1)
        self.subject, self.version, self.setting = subject, row.version, row.setting

    def read(self, document: Any) -> RoutingSetting:
        """A stored setting of this kind."""
        return RoutingSetting.model_validate(document)

    def compare(self, before: RoutingSetting, after: RoutingSetting) -> list[Difference]:
        """What differs between two settings."""
        return compare_routing(before, after)

    def check(self, after: RoutingSetting, differences: list[Difference]) -> RoutingSetting:
        """Models that can be asked, and none missing where one is named today: every run would fail there."""
        _check_routes(after.routes, saved=self.setting.routes)
        today = timezone.localdate()
        for provider, decision in {(one.provider, one.decision) for one in self.setting.routes}:
            named, names = (one.find(provider, decision, on=today) for one in (self.setting, after))
            if named and not names:
                told = say("No model is left to %(task)s. Name another one.", task=say(decision.words))
                raise BadRequest("route_missing", told, "routes")
        return after

    def save(self, after: RoutingSetting) -> bool:
        """Write it as the next version; False where somebody was first."""
        rows = RoutingPolicy.objects.filter(pk=1, version=self.version)
        if rows.update(version=self.version + 1) != 1:
            return False
        _save_routes(after.routes, task_type=None)
        return True

    def withdraw(self, after: RoutingSetting, *, reason: str) -> int:
        """No call waits for a model."""
        return 0


def _check_routes(routes: tuple[RouteSetting, ...], *, saved: tuple[RouteSetting, ...]) -> None:
    """One route for a decision and day; of what is new, models that are known and can be asked by then."""
    if len({route.place for route in routes}) < len(routes):
        raise BadRequest("route_twice", say("Two models are named for one decision and day."), "routes")
    lifetimes = read_lifetimes()
    for route in set(routes) - set(saved):
        if lifetimes.stage_of(route.model, on=max(route.valid_from, timezone.localdate())) is LifeStage.RETIRED:
            told = say("%(model)s cannot be asked any more. Choose another model.", model=route.model)
            raise BadRequest("retired_model", told, "routes")
        if not is_known_model(route.model, provider=route.provider):
            raise BadRequest("unknown_model", say("No such model is known: %(model)s.", model=route.model), "routes")


def _save_routes(routes: tuple[RouteSetting, ...], *, task_type: TaskType | None) -> None:
    """Write the routes of a type of task, or those for all types, and take away what is not among them."""
    known, wanted = ModelRoute.objects.filter(task_type=task_type), {route.place: route for route in routes}
    for row in known:
        if (row.provider, row.decision, row.valid_from) not in wanted:
            row.delete()
    for (provider, decision, valid_from), route in wanted.items():
        what = {"model": route.model, "max_tokens": route.max_tokens}
        known.update_or_create(
            task_type=task_type, provider=provider, decision=decision, valid_from=valid_from, defaults=what
        )


_KINDS: dict[str, type[OwnedTool] | type[OwnedTask] | type[OwnedRouting]] = {
    "tool": OwnedTool,
    "task_type": OwnedTask,
    "routing": OwnedRouting,
}


def find_owned(kind: str, subject: str) -> Owned:
    """The thing of that kind and name with its row locked; raises BadRequest where there is none."""
    if kind not in _KINDS:
        raise BadRequest("unknown_kind", say("There is nothing of this kind to change."))
    return _KINDS[kind](subject)
