"""Two periods side by side, and a total beside its parts: what changed, through what, and what a total hides. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from agentops.domain.tallies import Tally
from supervision.metrics.definitions import Metric
from supervision.metrics.figures import HITS, Figure, count_denominator
from supervision.metrics.statistics import Interval, Verdict, difference


@dataclass(frozen=True, slots=True)
class Change:
    """How far a figure moved from one period to the next; the interval is None where one of them has none."""

    by: float
    interval: Interval | None

    @property
    def certain(self) -> bool:
        """Whether the interval excludes that nothing moved."""
        return self.interval is not None and (self.interval.low > 0 or self.interval.high < 0)


@dataclass(frozen=True, slots=True)
class Split:
    """A change of the total in two parts: how each group did (`performance`), and how many of each there were (`mix`).

    They add up to the change.
    """

    performance: float
    mix: float

    @property
    def contrary(self) -> bool:
        """Whether the total moved one way and, like for like, the groups the other: Simpson's reversal."""
        return (self.performance + self.mix) * self.performance < 0


def measure_change(before: Figure, after: Figure) -> Change | None:
    """From one period to the next; None where one of them has nothing to divide by."""
    if before.value is None or after.value is None:
        return None
    if before.interval is None or after.interval is None:
        return Change(after.value - before.value, None)
    return Change(
        after.value - before.value, difference((before.value, before.interval), (after.value, after.interval))
    )


def split_change(metric: Metric, before: Mapping[str, Tally], after: Mapping[str, Tally]) -> Split | None:
    """Part the change of the total: Σ w₀(p₁ - p₀) is performance, Σ (w₁ - w₀)p₁ is mix. None without both periods.

    A group that one period does not have did there as it did in the other: its coming or going is mix.
    """
    old, new = (
        {name: (HITS[metric.slug](tally), count_denominator(metric, tally)) for name, tally in groups.items()}
        for groups in (before, after)
    )
    whole_old, whole_new = (sum(below for _, below in side.values()) for side in (old, new))
    if not whole_old or not whole_new:
        return None
    performance = mix = 0.0
    for name in sorted({*old, *new}):
        (hits_old, below_old), (hits_new, below_new) = old.get(name, (0, 0)), new.get(name, (0, 0))
        if not below_old and not below_new:
            continue
        now = hits_new / below_new if below_new else hits_old / below_old
        then = hits_old / below_old if below_old else now
        performance += below_old / whole_old * (now - then)
        mix += (below_new / whole_new - below_old / whole_old) * now
    return Split(performance, mix)


def find_hidden(total: Figure, groups: Mapping[str, Figure]) -> list[str]:
    """The groups that surely miss their target while the total surely meets its own: what an average would hide."""
    if total.verdict is not Verdict.ON:
        return []
    return [name for name, figure in groups.items() if figure.verdict is Verdict.OFF]
