"""The recorded calls of a time as narrow rows, for whoever judges them again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast
from pydantic_core import from_json

from agentops.domain.lifecycle import CallStatus
from agentops.domain.policy.counting import COUNTED
from agentops.domain.policy.replaying import Fate, Policies, Recorded
from agentops.domain.policy.settings import ToolSetting
from agentops.domain.tiers import ActionTier
from agentops.models import TaskType, ToolCall, ToolPolicy

SPAN = timedelta(days=30)
LEAD = timedelta(days=1)
"""The longest time over which a bound counts calls: what was let in before the span may have used one up."""

REFUSED_BY_POLICY = frozenset(
    {"tool_disabled", "tier_not_permitted", "tool_limit_run", "tool_limit_hour", "tool_limit_day", "tool_limit_patient"}
)
CHUNK = 5_000
_FACTS = Cast("facts", TextField())
"""As they are stored: to read them here takes a third of the time that the field takes."""
_AT = Cast("proposed_at", TextField())
_NEVER = Value(None, output_field=TextField(null=True))
_OVER_AT = Case(When(status__in=[one.value for one in COUNTED], then=_NEVER), default=Cast("finished_at", TextField()))


@dataclass(frozen=True, slots=True)
class Scope:
    """Which calls a change is about: those of a tool ("tool"), or of a type of task ("task_type"), up to a moment."""

    kind: str
    subject: str
    until: datetime

    @property
    def since(self) -> datetime:
        """From when on calls are looked at."""
        return self.until - SPAN

    def calls(self) -> QuerySet[ToolCall]:
        """Every call of the scope, newest and oldest in no order."""
        about = {"tool": "tool", "task_type": "run__task_type__slug"}[self.kind]
        return ToolCall.objects.filter(**{about: self.subject}, proposed_at__gt=self.since, proposed_at__lte=self.until)


def read_policies() -> Policies:
    """Every tool's setting and every type's tiers, as they stand."""
    tools: dict[str, tuple[ToolSetting, ActionTier | None]] = {
        row.tool: (row.setting, row.lowest) for row in ToolPolicy.objects.all()
    }
    return Policies(tools, {row.slug: row.tiers for row in TaskType.objects.only("slug", "permitted_tiers")})


def read_recorded(scope: Scope, *, policies: Policies) -> Iterator[Recorded]:
    """The calls of a scope, in the order in which they came where that counts.

    Arguments are read only where a rule looks at one, and the times only where calls are counted.
    """
    tools = policies.tools if scope.kind == "task_type" else {scope.subject: policies.of(scope.subject)}
    settings = [setting for setting, _ in tools.values()]
    bounded = any(setting.bounded for setting in settings)
    looks = any(one.subject.source == "argument" for s in settings for rule in s.rules for one in rule.conditions)
    calls = scope.calls()
    refused = calls.filter(status=CallStatus.REFUSED.value)
    codes = dict(refused.values_list("pk", "result__code"))
    if bounded:
        calls = _with_lead(scope)
    slugs = dict(TaskType.objects.values_list("pk", "slug"))
    times = (_AT, _OVER_AT) if bounded else (_NEVER, _NEVER)
    columns = calls.order_by(*(["proposed_at", "pk"] if bounded else [])).values_list(
        "pk", "run_id", "tool", "run__task_type_id", F("arguments") if looks else Value(""), _FACTS, "status",
        "confirmers", _is_there("expires_at"), _is_there("decided_at"), *times, "supersedes_id",
    )  # fmt: skip
    for row in columns.iterator(chunk_size=CHUNK):
        yield _read(row, slugs=slugs, codes=codes, scope=scope)


def _with_lead(scope: Scope) -> QuerySet[ToolCall]:
    """The calls of the scope and those before it that its bounds may count; bounds count a tool's calls of any type."""
    calls = ToolCall.objects.filter(proposed_at__gt=scope.since - LEAD, proposed_at__lte=scope.until)
    return calls.filter(tool=scope.subject) if scope.kind == "tool" else calls


def _is_there(name: str) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(Q(**{f"{name}__isnull": False}), output_field=BooleanField())


def _read(row: tuple[Any, ...], *, slugs: dict[int, str], codes: dict[int, Any], scope: Scope) -> Recorded:
    pk, run, tool, task, arguments, facts, status, confirmers, asked, decided, at, over_at, follows = row
    if status == "refused":
        fate = Fate.REFUSED if codes.get(pk) in REFUSED_BY_POLICY else Fate.OTHER
    elif asked:
        fate = Fate.TWO if confirmers > 1 else Fate.ASKED
    else:
        fate = Fate.RAN
    answer = _read_answer(status, decided=decided) if asked else ""
    moment = _read_time(at) or scope.until
    over = _read_time(over_at)
    early = moment <= scope.since
    return Recorded(pk, run, tool, slugs[task], arguments, from_json(facts), fate, moment, answer, over, follows, early)


def _read_time(stored: str | None) -> datetime | None:
    """A time as either database writes it out; SQLite keeps UTC without saying so."""
    if stored is None:
        return None
    moment = datetime.fromisoformat(stored)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_answer(status: str, *, decided: bool) -> str:
    """What people said to a call that they were asked about."""
    if status in {"rejected", "expired"}:
        return {"rejected": "no", "expired": "expired"}[status]
    if status == "superseded":
        return "changed"
    return "yes" if decided else "open"
