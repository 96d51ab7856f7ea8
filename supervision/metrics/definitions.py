"""What each of the seven figures means, as data: what is counted, of how many, on which clock, and its target."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

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
    name: str
    short: str
    unit: Unit
    target: Decimal
    higher_is_better: bool
    rate: bool
    numerator: str
    denominator: str
    note: str
    counts: str = "run"

    def words(self, target: Decimal) -> str:
        """ "over 90%", "under $0.05"."""
        number = f"{target.normalize():f}"
        said = {"$": f"${number}", "%": f"{number}%", "s": f"{number} s"}.get(self.unit.value, number)
        return f"{'over' if self.higher_is_better else 'under'} {said}"

    def inside(self, target: Decimal) -> float:
        """The target in the units of the rows."""
        return float(target * self.unit.scale)


CLOCK = (
    "Runs that began in the period, on the clinic’s clock, and had ended at the time named at the top. "
    "Runs that have not ended are counted beside the figures, never inside."
)

METRICS = (
    Metric("completion", "Finished on its own", "Finished", Unit.PERCENT, Decimal(90), True, True,
           "Runs that ended with an answer.",
           "Runs that ended, without those that asked the caller back.",
           "A run that asked the caller back is a conversation under way: it counts neither for nor against the figure "
           "and is named beside it."),
    Metric("iterations", "Steps per run", "Steps", Unit.STEPS, Decimal(5), False, False,
           "Model turns, failed ones too.", "Runs that ended.", "A mean."),
    Metric("latency", "Working time per run", "Working time", Unit.SECONDS, Decimal(10), False, False,
           "Time in which the assistant itself worked.", "Runs that ended.",
           "A mean. Waiting for a person is not in it and has its own column."),
    Metric("cost", "Cost per run", "Cost", Unit.DOLLARS, Decimal("0.05"), False, False,
           "Price of all model calls, at the price of the day of each call.", "Runs that ended.",
           "A mean. Where a call had no known price it is a lower bound, “≥”: it can prove a miss, never a success."),
    Metric("tool_errors", "Tool errors", "Tool errors", Unit.PERCENT, Decimal(5), False, True,
           "Tool calls that were run and failed.", "Tool calls that were run.",
           "What was not allowed or turned down is in neither. Errors of one run hang together; the interval allows "
           "for it.", counts="call"),
    Metric("limits", "Hit a limit", "Hit a limit", Unit.PERCENT, Decimal(2), False, True,
           "Runs that a limit stopped.", "Runs that ended.", ""),
    Metric("escalation", "Passed to a person", "Passed on", Unit.PERCENT, Decimal(10), False, True,
           "Runs that were handed to a person.", "Runs that ended.",
           "A request for a yes that a rule asks for is not counted: stricter rules do not turn this red. Requests "
           "have their own column."),
)  # fmt: skip

BY_SLUG = {metric.slug: metric for metric in METRICS}
