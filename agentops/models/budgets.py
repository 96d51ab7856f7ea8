"""What may be spent, what is, and what is set aside for calls that are under way."""

from django.db import models

from agentops.domain.budgets import BudgetPeriod
from agentops.models.runs import AgentRun

PERIODS = [(period.value, period.value) for period in BudgetPeriod]


class Budget(models.Model):
    """How much may be spent, in nanodollars: by each run, in a day, in a month. `scope` is a task type's slug, or
    empty for everything together. A row exists for as long as the budget holds.
    """

    scope = models.CharField(max_length=40, blank=True)
    period = models.CharField(max_length=5, choices=PERIODS)
    limit_nano = models.PositiveBigIntegerField()
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "period"], name="one_budget_per_scope_and_period")]

    def __str__(self) -> str:
        return f"budget of {self.scope or 'everything'} by {self.period}"


class BudgetUse(models.Model):
    """What a day or a month came to while a budget held it. `refused_at` is when it first had nothing left."""

    scope = models.CharField(max_length=40, blank=True)
    period = models.CharField(max_length=5, choices=PERIODS)
    starts_on = models.DateField()
    spent_nano = models.PositiveBigIntegerField(default=0)
    reserved_nano = models.PositiveBigIntegerField(default=0)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "period", "starts_on"], name="one_use_per_scope_and_period")
        ]

    def __str__(self) -> str:
        return f"use of {self.scope or 'everything'} in the {self.period} of {self.starts_on}"


class CostReservation(models.Model):
    """What is set aside for a run's model call under way. `unknown_nano` was charged for calls of which nobody knows
    what they cost, on top of what the run's own row says.
    """

    run = models.OneToOneField(AgentRun, on_delete=models.CASCADE, primary_key=True)
    scope = models.CharField(max_length=40)
    on = models.DateField()
    nano = models.PositiveBigIntegerField(default=0)
    unknown_nano = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"reservation of run {self.run_id}"
