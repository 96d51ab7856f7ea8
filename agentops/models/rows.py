"""The rows of the hot path, as narrow as they are needed, and the prepared queries that read them."""

from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db.models import BooleanField, CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import Cast, Now
from django.db.models.query import QuerySet

from agentops.domain.limits import Limits, Spent
from agentops.domain.policy.settings import ToolSetting, read_setting
from agentops.domain.pricing import PriceRow
from agentops.domain.tiers import ActionTier, permitted_tiers
from agentops.models.budgets import Budget, CostReservation
from agentops.models.catalogue import ModelRoute, Price, TaskType, ToolPolicy
from agentops.models.policy import policy_at
from agentops.models.prepared import Param, Select
from agentops.models.runs import AgentRun, Step, ToolCall
from agentops.models.stops import StopScope, StopSwitch


def param(name: str, model: Any, field: str) -> Param:
    """The place of a value in a query, of the kind that this field of this model has."""
    return Param(name, model._meta.get_field(field))


class RunRow(NamedTuple):
    """A run as every verb needs it under its lock, with what the gate must know of its task type."""

    pk: int
    status: str
    lease_epoch: int
    stop_requested: bool
    iterations: int
    tokens: int
    tokens_reserved: int
    active_ms: int
    waited_ms: int
    tool_calls: int
    cost_nano: int
    unpriced_calls: int
    max_iterations: int
    max_tokens: int
    max_active_ms: int
    max_tool_calls: int
    max_identical_calls: int
    created_at: datetime
    suspended_at: datetime | None
    task_type_id: int
    slug: str
    toolset: str
    sorts: bool
    permitted: list[str]
    answer_minutes: int
    prompt_version: int
    channel: str
    on_the_line: bool
    stopped: bool
    """Whether a stop of everything, of this type of task or of this run is in force."""

    budgeted: bool
    """Whether a budget holds it, or money is set aside for it."""

    now: datetime
    """The database's clock: what is compared with it must come from it, whatever a worker's own clock says."""

    @property
    def limits(self) -> Limits:
        """The bounds this run has."""
        return Limits(
            iterations=self.max_iterations,
            tokens=self.max_tokens,
            active_ms=self.max_active_ms,
            tool_calls=self.max_tool_calls,
            identical_calls=self.max_identical_calls,
        )

    @property
    def spent(self) -> Spent:
        """What is used or reserved of them."""
        return Spent(
            iterations=self.iterations,
            tokens=self.tokens + self.tokens_reserved,
            active_ms=self.active_ms,
            tool_calls=self.tool_calls,
        )

    @property
    def tiers(self) -> frozenset[ActionTier]:
        """The tiers an agent may use in this type of task."""
        return permitted_tiers(self.permitted)


class WholeRun(NamedTuple):
    """A run as whoever takes it up needs it: the row, and what stays the same or matters only at the beginning."""

    run: RunRow
    request: str
    conversation_id: int
    ordinal: int
    lease_losses: int
    lease_expires_at: datetime | None
    charged_at: datetime | None
    started_at: datetime | None

    @classmethod
    def read(cls, *columns: Any) -> "WholeRun":
        """The row of `_WHOLE_COLUMNS`."""
        own = len(cls._fields) - 1
        return cls(RunRow(*columns[:-own]), *columns[-own:])


class LookRow(NamedTuple):
    """What may have become of a run since it was locked last."""

    lease_epoch: int
    stop_requested: bool
    stopped: bool
    budgeted: bool


class TaskRow(NamedTuple):
    """A type of task as a new run takes it over, and whether a stop of it or of everything is in force."""

    pk: int
    slug: str
    name: str
    enabled: bool
    max_iterations: int
    max_tokens: int
    max_active_ms: int
    max_tool_calls: int
    max_identical_calls: int
    stopped: bool
    now: datetime


class BriefRow(NamedTuple):
    """The long texts of a run and of its task type, read once a slice."""

    request_id: Any
    prompt: str
    briefing: str
    on_the_line: bool


class CallRow(NamedTuple):
    """A call as the loop reads it."""

    pk: int
    run_id: int
    step_id: int
    tool_use_id: str
    tool: str
    arguments: str
    digest: str
    tier: str
    effect: str
    status: str
    version: int
    hands_off: bool
    attempts: int
    confirmers: int
    facts: dict[str, Any]
    untrusted: bool
    card: dict[str, Any] | None
    result: dict[str, Any] | None
    on_hold: bool | None
    """Whether the yes may still be taken back, by the database's clock."""

    approver_gone: bool | None
    """Whether an account that said yes is locked, without a role or gone."""


class CallEnd(NamedTuple):
    """What became of a call, for the run's figures and for what the run is found by."""

    pk: int
    tool: str
    tier: str
    status: str
    started_at: datetime | None
    expires_at: datetime | None
    card: dict[str, Any] | None = None


class EndRow(NamedTuple):
    """What an ended run is counted and found by, besides its row, its answer and its calls."""

    request: str
    asked_by: str
    policy_version: int


class StepRow(NamedTuple):
    """A model turn as the loop reads it."""

    pk: int
    seq: int
    content: list[Any]
    stop_reason: str
    failure: str
    retry_after: float | None
    decision: str


class PolicyRow(NamedTuple):
    """What an admin decided about a tool, and whether a stop of it is in force. The first columns are a setting's."""

    tier: str
    enabled: bool
    confirmation: str
    answerers: str
    teams: list[str]
    ask_requester: bool
    one_on_duty: bool
    hold_seconds: int | None
    expires_minutes: int | None
    on_expiry: str
    per_run: int | None
    per_hour: int | None
    per_day: int | None
    per_patient_day: int | None
    rules: list[Any]
    last_rule: int
    floor: str
    stopped: bool

    @property
    def setting(self) -> ToolSetting:
        """What an admin owns of it, as one value; one that cannot be read lets nothing run."""
        return read_setting(dict(zip(_SETTING, self, strict=False)))


_SETTING = tuple(ToolSetting.model_fields)


class RouteRow(NamedTuple):
    """Which model takes a decision, and how much it may write."""

    decision: str
    model: str
    max_tokens: int


def _stopped(slug: str, *, run: str = "") -> Exists:
    """A stop of everything or of the type of task; of the run as well, where the column of its number is named."""
    wide = Q(scope=StopScope.ALL) | Q(scope=StopScope.TASK_TYPE, name=OuterRef(slug))
    number = Q(scope=StopScope.RUN, name=Cast(OuterRef(run), CharField())) if run else Q(pk=None)
    return Exists(StopSwitch.objects.filter(wide | number))


def _budgeted(slug: str) -> Q:
    budget = Exists(Budget.objects.filter(Q(scope="") | Q(scope=OuterRef(slug))))
    return Q(budget | Exists(CostReservation.objects.filter(run=OuterRef("pk"), nano__gt=0)))


_RUN = param("run_id", AgentRun, "id")
_BUDGETED = ExpressionWrapper(_budgeted("task_type__slug"), output_field=BooleanField())
_RUN_COLUMNS: tuple[Any, ...] = (
    *RunRow._fields[: RunRow._fields.index("slug")],
    *(f"task_type__{name}" for name in ("slug", "toolset", "sorts", "permitted_tiers")),
    *(f"task_type__{name}" for name in ("answer_minutes", "prompt_version")),
    "conversation__channel",
    "conversation__on_the_line",
    _stopped("task_type__slug", run="pk"),
    _BUDGETED,
    Now(),
)
_WHOLE_COLUMNS: tuple[Any, ...] = (*_RUN_COLUMNS, *WholeRun._fields[1:])
_ON_HOLD = ExpressionWrapper(Q(status="approved", held_until__gt=Now()), output_field=BooleanField())


def _calls() -> "QuerySet[ToolCall, Any]":
    accounts = get_user_model()._default_manager.filter(is_active=True, groups__isnull=False)
    first = Q(seconder__isnull=False) & ~Exists(accounts.filter(pk=OuterRef("seconder")))
    last = Q(approver__isnull=False) & ~Exists(accounts.filter(pk=OuterRef("approver")))
    approver_gone = ExpressionWrapper(first | last, output_field=BooleanField())
    return ToolCall.objects.values_list(*CallRow._fields[:-2], _ON_HOLD, approver_gone)


RUN = Select(WholeRun.read, lambda: AgentRun.objects.filter(pk=_RUN).values_list(*_WHOLE_COLUMNS))
LOOK = Select(
    LookRow,
    lambda: AgentRun.objects.filter(pk=_RUN).values_list(
        "lease_epoch", "stop_requested", _stopped("task_type__slug", run="pk"), _BUDGETED
    ),
)
LOCKED_RUN = Select(RunRow, lambda: AgentRun.objects.filter(pk=_RUN).values_list(*_RUN_COLUMNS), lock=AgentRun)
FREE_RUN = Select(
    WholeRun.read,
    lambda: AgentRun.objects.filter(
        Q(status="queued") | Q(status="running", lease_expires_at__lt=Now()), pk=_RUN
    ).values_list(*_WHOLE_COLUMNS),
    lock=AgentRun,
)
"""A run that nobody works on: queued, or its owner let the lease run out by the database's clock."""

TASK = Select(
    TaskRow,
    lambda: TaskType.objects.filter(slug=param("slug", TaskType, "slug")).values_list(
        *TaskRow._fields[:-2], _stopped("slug"), Now()
    ),
)
BRIEF = Select(
    BriefRow,
    lambda: AgentRun.objects.filter(pk=_RUN).values_list(
        "request_id", "task_type__prompt", "briefing", "conversation__on_the_line"
    ),
)
CALLS = Select(
    CallRow, lambda: _calls().filter(run_id=_RUN).exclude(status="superseded").order_by("step_id", "position")
)
"""The calls that count: of those that staff changed, only the one that took the place."""

CALL = Select(CallRow, lambda: _calls().filter(pk=param("call_id", ToolCall, "id")).order_by())
SUCCESSOR = Select(CallRow, lambda: _calls().filter(supersedes_id=param("call_id", ToolCall, "id")).order_by())
CALL_ENDS = Select(
    CallEnd,
    lambda: ToolCall.objects.filter(run_id=_RUN).exclude(status="superseded").order_by().values_list(*CallEnd._fields),
)
END = Select(
    EndRow,
    lambda: AgentRun.objects.filter(pk=_RUN).values_list("request", "asked_by", policy_at(OuterRef("created_at"))),
)

STEPS = Select(
    StepRow,
    lambda: Step.objects.filter(run_id=_RUN).exclude(kind="note").order_by("seq").values_list(*StepRow._fields),
)
POLICY = Select(
    PolicyRow,
    lambda: ToolPolicy.objects.filter(tool=param("tool", ToolPolicy, "tool")).values_list(
        *PolicyRow._fields[:-1], Exists(StopSwitch.objects.filter(scope=StopScope.TOOL, name=OuterRef("tool")))
    ),
)
ROUTES = Select(
    RouteRow,
    lambda: (
        ModelRoute.objects.filter(
            Q(task_type_id=param("task_type_id", AgentRun, "id")) | Q(task_type=None),
            provider=param("provider", ModelRoute, "provider"),
            valid_from__lte=param("today", ModelRoute, "valid_from"),
        )
        .order_by(F("task_type").asc(nulls_first=True), "valid_from")
        .values_list(*RouteRow._fields)
    ),
)
"""The routes in force, the more particular and the newer ones last."""

PRICES = Select(
    PriceRow,
    lambda: Price.objects.filter(model=param("model", Price, "model")).values_list(*(f.name for f in fields(PriceRow))),
)
