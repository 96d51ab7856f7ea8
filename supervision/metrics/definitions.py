"""What each of the seven figures means, as data: what is counted, of how many, on which clock, and its target."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Words

NANO_PER_DOLLAR = 1_000_000_000


class Unit(StrEnum):
    """How a figure is said, and in what its target is entered."""

    PERCENT = "%"
    STEPS = "steps"
    SECONDS = "s"
    DOLLARS = "$"

    @property
    def scale(self) -> Decimal:
        """One of this unit in the units of the rows: a share, a step, milliseconds, nanodollars."""
        return {"%": Decimal("0.01"), "s": Decimal(1000), "$": Decimal(NANO_PER_DOLLAR)}.get(self.value, Decimal(1))


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: `numerator` over `denominator`, of the runs that began in a period (`clock`).

    A rate is a share of runs or calls; what is no rate is a mean per run. `target` stands in the metric's unit.
    """

    slug: str
    name: "Words"
    short: "Words"
    unit: Unit
    target: Decimal
    higher_is_better: bool
    rate: bool
    numerator: "Words"
    denominator: "Words"
    note: "Words | str" = ""
    counts: str = "run"

    def words(self, target: Decimal) -> str:
        """ "over 90%", "under $0.05"."""
        number = f"{target.normalize():f}"
        said = {"$": f"${number}", "%": f"{number}%", "s": f"{number} s"}.get(self.unit.value, number)
        over = self.higher_is_better
        return (gettext("over %(figure)s") if over else gettext("under %(figure)s")) % {"figure": said}

    def inside(self, target: Decimal) -> float:
        """The target in the units of the rows."""
        return float(target * self.unit.scale)


CLOCK = _(
    "Runs that began in the period, on the clinic’s clock, and had ended at the time named at the top. "
    "Runs that have not ended are counted beside the figures, never inside."
)

METRICS = (
    Metric("completion", _("Finished on its own"), _("Finished"), Unit.PERCENT, Decimal(90), True, True,
           _("Runs that ended with an answer."),
           _("Runs that ended, without those that asked the caller back."),
           _("A run that asked the caller back is a conversation under way: it counts neither for nor against the "
             "figure and is named beside it.")),
    Metric("iterations", _("Steps per run"), _("Steps"), Unit.STEPS, Decimal(5), False, False,
           _("Model turns, failed ones too."), _("Runs that ended."), _("A mean.")),
    Metric("latency", _("Working time per run"), _("Working time"), Unit.SECONDS, Decimal(10), False, False,
           _("Time in which the assistant itself worked."), _("Runs that ended."),
           _("A mean. Waiting for a person is not in it and has its own column.")),
    Metric("cost", _("Cost per run"), _("Cost"), Unit.DOLLARS, Decimal("0.05"), False, False,
           _("Price of all model calls, at the price of the day of each call."), _("Runs that ended."),
           _("A mean. Where a call had no known price it is a lower bound, “≥”: it can prove a miss, never a "
             "success.")),
    Metric("tool_errors", _("Tool errors"), _("Tool errors"), Unit.PERCENT, Decimal(5), False, True,
           _("Tool calls that were run and failed."), _("Tool calls that were run."),
           _("What was not allowed or turned down is in neither. Errors of one run hang together; the interval allows "
             "for it."), counts="call"),
    Metric("limits", _("Hit a limit"), _("Hit a limit"), Unit.PERCENT, Decimal(2), False, True,
           _("Runs that a limit stopped."), _("Runs that ended.")),
    Metric("escalation", _("Passed to a person"), _("Passed on"), Unit.PERCENT, Decimal(10), False, True,
           _("Runs that were handed to a person."), _("Runs that ended."),
           _("A request for a yes that a rule asks for is not counted: stricter rules do not turn this red. Requests "
             "have their own column.")),
)  # fmt: skip

BY_SLUG = {metric.slug: metric for metric in METRICS}
