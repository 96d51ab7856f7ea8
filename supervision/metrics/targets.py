"""What each figure should be: the house's own numbers, and what a manager put in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from supervision.metrics.definitions import METRICS, Metric
from supervision.models import MetricTarget

EVERY = ""
"""In place of a type of task: the target of all of them that have none of their own."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets in force, each in its metric's unit."""

    kept: Mapping[tuple[str, str], Decimal]

    def of(self, metric: Metric, task_type: str = EVERY) -> Decimal:
        """The target of a type of task, or of all."""
        return self.kept.get((metric.slug, task_type), self.kept.get((metric.slug, EVERY), metric.target))

    def own(self, metric: Metric, task_type: str) -> Decimal | None:
        """The target that was set for just this type, or for all; None: nobody did."""
        return self.kept.get((metric.slug, task_type))

    def differs(self, metric: Metric, task_type: str) -> bool:
        """Whether a type of task has another target than the rest."""
        return self.of(metric, task_type) != self.of(metric)

    def budget(self, task_type: str) -> Decimal | None:
        """What a type of task may cost a week, in dollars; None: nobody said."""
        return self.kept.get((WEEKLY_BUDGET, task_type))


WEEKLY_BUDGET = "weekly_budget"
KEPT = (*(metric.slug for metric in METRICS), WEEKLY_BUDGET)
"""What can be set."""


def read_targets() -> Targets:
    """Every target that was set."""
    rows = MetricTarget.objects.values_list("metric", "task_type", "value")
    return Targets({(metric, task): value for metric, task, value in rows})
