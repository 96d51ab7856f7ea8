"""What may be done: the tier of each tool, the limits of each task type, models and their prices."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from agentops.domain.holds import LONGEST_SECONDS
from agentops.domain.lifetimes import Lifetime, Lifetimes
from agentops.domain.limits import Limits
from agentops.domain.policy.rules import Confirmation, Subject
from agentops.domain.policy.settings import Answerers, Expiry, ToolSetting, read_setting
from agentops.domain.policy.task_settings import RouteSetting, RoutingSetting, TaskSetting
from agentops.domain.routing import DecisionType
from agentops.domain.tiers import ActionTier, effective_tier, permitted_tiers

TIERS = [(tier.value, tier.words) for tier in ActionTier]


class ToolPolicy(models.Model):
    """What an admin decided about one tool. A tool without a row, or with an empty tier, is destructive.

    The columns that `setting` gathers are the admin's (domain/policy/settings says what each means); they change by
    `control.change_tool` only, each change a row of `PolicyChange`. The others are copied from the code by
    `manage.py sync_tools`, so that the desk can show a tool without being able to run it: `subjects` is what a rule
    may look at, `described` whether a person could read what they would say yes to.
    """

    tool = models.CharField(max_length=80, unique=True)
    tier = models.CharField(max_length=12, choices=TIERS, blank=True, default="")
    enabled = models.BooleanField(default=True)
    confirmation = models.CharField(
        max_length=12, choices=[(c.value, c.words) for c in Confirmation], default=Confirmation.NOBODY.value
    )
    answerers = models.CharField(
        max_length=12, choices=[(a.value, a.words) for a in Answerers], default=Answerers.ANYBODY.value
    )
    teams = models.JSONField(default=list, blank=True)
    ask_requester = models.BooleanField(default=False)
    one_on_duty = models.BooleanField(default=False)
    hold_seconds = models.PositiveSmallIntegerField(null=True, blank=True)
    expires_minutes = models.PositiveIntegerField(null=True, blank=True)
    on_expiry = models.CharField(
        max_length=12, choices=[(e.value, e.words) for e in Expiry], default=Expiry.CALL_BACK.value
    )
    per_run = models.PositiveIntegerField(null=True, blank=True)
    per_hour = models.PositiveIntegerField(null=True, blank=True)
    per_day = models.PositiveIntegerField(null=True, blank=True)
    per_patient_day = models.PositiveIntegerField(null=True, blank=True)
    rules = models.JSONField(default=list, blank=True)
    last_rule = models.PositiveIntegerField(default=0)

    floor = models.CharField(max_length=12, choices=TIERS, blank=True, default="")
    label = models.CharField(max_length=80, blank=True)
    description = models.TextField(blank=True)
    effect = models.CharField(max_length=16, blank=True)
    described = models.BooleanField(default=False)
    subjects = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # Read by the gate: a tier that is none of the four must not be storable.
            models.CheckConstraint(
                condition=Q(tier__in=["", *[t.value for t in ActionTier]]), name="tool_policy_tier_is_known"
            ),
            # A yes that takes effect an hour later is one that everybody has forgotten.
            models.CheckConstraint(
                condition=Q(hold_seconds=None) | Q(hold_seconds__lte=LONGEST_SECONDS), name="tool_policy_hold_is_short"
            ),
            # Read by the gate: who confirms must be one of the four, or the gate could take it for nobody.
            models.CheckConstraint(
                condition=Q(confirmation__in=[c.value for c in Confirmation]), name="tool_policy_confirmation_is_known"
            ),
            # Read by the sweeper: a word that it does not know would leave a caller without an answer and unasked for.
            models.CheckConstraint(
                condition=Q(on_expiry__in=[e.value for e in Expiry]), name="tool_policy_expiry_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tool}: {self.tier or 'unclassified'}"

    @property
    def effective(self) -> ActionTier:
        """The tier that counts: never milder than the floor, destructive where nobody decided."""
        return effective_tier(floor=self.lowest, configured=self.tier)

    @property
    def lowest(self) -> ActionTier | None:
        """The mildest tier the code allows; None where its author gave none."""
        return ActionTier(self.floor) if self.floor else None

    @property
    def setting(self) -> ToolSetting:
        """What an admin owns of it, as one value."""
        return read_setting({name: getattr(self, name) for name in ToolSetting.model_fields})

    @property
    def looked_at(self) -> list[Subject]:
        """What a rule may look at."""
        return [Subject.model_validate(one) for one in self.subjects]


class TaskType(models.Model):
    """One kind of request: its prompt, the tools and tiers it may use, its limits, how long a question may wait."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200)
    toolset = models.CharField(max_length=40)
    prompt = models.TextField()
    prompt_version = models.PositiveIntegerField(default=1)
    permitted_tiers = models.JSONField(default=list)
    sorts = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    max_iterations = models.PositiveIntegerField(default=10)
    max_tokens = models.PositiveIntegerField(default=50_000)
    max_active_ms = models.PositiveIntegerField(default=30_000)
    max_tool_calls = models.PositiveIntegerField(default=15)
    max_identical_calls = models.PositiveIntegerField(default=3)
    answer_minutes = models.PositiveIntegerField(default=30)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name

    @property
    def setting(self) -> TaskSetting:
        """What an admin owns of it, as one value."""
        return TaskSetting.model_validate({name: getattr(self, name) for name in TaskSetting.model_fields})

    @property
    def routes(self) -> list[dict[str, Any]]:
        """Its own routes, by what each is for."""
        own = ModelRoute.objects.filter(task_type=self.pk).order_by("provider", "decision", "valid_from")
        return list(own.values(*RouteSetting.model_fields))

    @property
    def limits(self) -> Limits:
        """The limits a run of this type starts with."""
        return Limits(
            iterations=self.max_iterations,
            tokens=self.max_tokens,
            active_ms=self.max_active_ms,
            tool_calls=self.max_tool_calls,
            identical_calls=self.max_identical_calls,
        )

    @property
    def tiers(self) -> frozenset[ActionTier]:
        """The tiers an agent may use in this type; an unreadable entry permits nothing."""
        return permitted_tiers(self.permitted_tiers)


class ModelRoute(models.Model):
    """Which model takes a decision from a day on, and how much it may write. No task type means every type."""

    task_type = models.ForeignKey(TaskType, null=True, blank=True, on_delete=models.CASCADE)
    decision = models.CharField(max_length=24, choices=[(d.value, d.value) for d in DecisionType])
    provider = models.CharField(max_length=24)
    model = models.CharField(max_length=80)
    max_tokens = models.PositiveIntegerField(default=1_024)
    valid_from = models.DateField()

    class Meta:
        constraints = [
            # Two routes for one decision on one day would make the choice a matter of chance.
            models.UniqueConstraint(
                fields=["task_type", "decision", "provider", "valid_from"],
                condition=Q(task_type__isnull=False),
                name="one_route_per_type_and_day",
            ),
            models.UniqueConstraint(
                fields=["decision", "provider", "valid_from"],
                condition=Q(task_type__isnull=True),
                name="one_general_route_per_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} by {self.model} from {self.valid_from}"

    @property
    def setting(self) -> RouteSetting:
        """What an admin owns of it, as one value."""
        return RouteSetting.model_validate({name: getattr(self, name) for name in RouteSetting.model_fields})


class RoutingPolicy(models.Model):
    """The version of the routes for all types: one row, locked by whoever changes them."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            # Two of them would be two versions of one thing.
            models.CheckConstraint(condition=Q(pk=1), name="one_routing_policy")
        ]

    def __str__(self) -> str:
        return f"models for all types, version {self.version}"

    @property
    def setting(self) -> RoutingSetting:
        """What an admin owns of it, as one value."""
        general = ModelRoute.objects.filter(task_type=None).order_by("provider", "decision", "valid_from")
        return RoutingSetting.model_validate({"routes": list(general.values(*RouteSetting.model_fields))})


def read_routing_policy() -> RoutingPolicy:
    """The row as it stands; before anything was ever changed, the first version."""
    return RoutingPolicy.objects.filter(pk=1).first() or RoutingPolicy(pk=1)


def read_general_caps(*, on: date) -> dict[tuple[str, str], int]:
    """How much a model may write for each provider and kind of decision, where a type of task says nothing else."""
    rows = ModelRoute.objects.filter(task_type=None, valid_from__lte=on).order_by("valid_from")
    return {(row.provider, row.decision): row.max_tokens for row in rows}


class Price(models.Model):
    """Price of a model from a day on, in nanodollars (1e-9 USD) per token. Rows are added, never changed."""

    model = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    above_prompt_tokens = models.PositiveIntegerField(default=0)
    input_nano = models.PositiveIntegerField()
    output_nano = models.PositiveIntegerField()
    cache_write_5m_nano = models.PositiveIntegerField()
    cache_write_1h_nano = models.PositiveIntegerField()
    cache_read_nano = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "valid_from", "above_prompt_tokens"], name="one_price_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.model} from {self.valid_from}"


class ModelRetirement(models.Model):
    """From which day on a model answers no more, and which one is meant to take its place. Entered like prices.

    Where it is not `settled`, the vendor says only that it will not be sooner.
    """

    model = models.CharField(max_length=80, unique=True)
    retires_on = models.DateField()
    successor = models.CharField(max_length=80)
    settled = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.model} until {self.retires_on}"


def read_lifetimes() -> Lifetimes:
    """The ends of models that are known."""
    rows = ModelRetirement.objects.values_list("model", "retires_on", "successor", "settled")
    return Lifetimes(Lifetime(*row) for row in rows)


def is_known_model(model: str, *, provider: str) -> bool:
    """Whether it has a price or a lifetime, or is the offline planner's, which asks no model."""
    if Price.objects.filter(model=model).exists() or read_lifetimes().find(model):
        return True
    return provider == "offline" and ModelRoute.objects.filter(task_type=None, provider=provider, model=model).exists()
