"""What may be done: the tier of each tool, the limits of each task type, models and their prices."""

from django.db import models
from django.db.models import Q

from agentops.domain.holds import LONGEST_SECONDS
from agentops.domain.limits import Limits
from agentops.domain.routing import DecisionType
from agentops.domain.tiers import ActionTier, effective_tier, permitted_tiers

TIERS = [(tier.value, tier.words) for tier in ActionTier]


class ToolPolicy(models.Model):
    """What an admin decided about one tool. A tool without a row, or with an empty tier, is destructive.

    `confirmers` is how many people have to say yes to a call of it, `one_on_duty` whether somebody who is alone at the
    desk may do it alone, saying why. `ask_requester` puts a call to the caller first, where somebody speaks or writes
    to us, and to staff after their yes. `hold_seconds` is how long a yes can be taken back before it takes effect; 0 is
    not at all, empty as the tier says. `floor`, `label`, `description`, `effect` and `described` are copied from the
    code by `manage.py sync_tools`, so that the desk can show a tool without being able to run it.
    """

    tool = models.CharField(max_length=80, unique=True)
    tier = models.CharField(max_length=12, choices=TIERS, blank=True, default="")
    enabled = models.BooleanField(default=True)
    hold_seconds = models.PositiveSmallIntegerField(null=True, blank=True)
    confirmers = models.PositiveSmallIntegerField(default=1)
    ask_requester = models.BooleanField(default=False)
    one_on_duty = models.BooleanField(default=False)
    floor = models.CharField(max_length=12, choices=TIERS, blank=True, default="")
    label = models.CharField(max_length=80, blank=True)
    description = models.TextField(blank=True)
    effect = models.CharField(max_length=16, blank=True)
    described = models.BooleanField(default=False)
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
            models.CheckConstraint(condition=Q(confirmers__in=[1, 2]), name="tool_policy_one_or_two_confirm"),
        ]

    def __str__(self) -> str:
        return f"{self.tool}: {self.tier or 'unclassified'}"

    @property
    def effective(self) -> ActionTier:
        """The tier that counts: never milder than the floor, destructive where nobody decided."""
        return effective_tier(floor=ActionTier(self.floor) if self.floor else None, configured=self.tier)


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

    def __str__(self) -> str:
        return self.name

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
    """From which day on a model answers no more, and which one is meant to take its place. Entered like prices."""

    model = models.CharField(max_length=80, unique=True)
    retires_on = models.DateField()
    successor = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.model} until {self.retires_on}"
