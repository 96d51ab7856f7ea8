"""From what was counted to a figure, how sure it is and what may be said of it. Pure arithmetic, no words."""

from collections.abc import Callable
from dataclasses import dataclass

from agentops.domain.tallies import Bins, Tally, bin_width
from supervision.metrics.definitions import Metric
from supervision.metrics.statistics import (
    MIN_TO_JUDGE,
    Interval,
    Part,
    Verdict,
    clustered_rate,
    count_needed,
    judge,
    mean_interval,
    wilson,
)

HITS: dict[str, Callable[[Tally], int]] = {
    "completion": lambda tally: tally.completed,
    "iterations": lambda tally: tally.iterations,
    "latency": lambda tally: tally.active_ms,
    "cost": lambda tally: tally.cost_nano,
    "tool_errors": lambda tally: tally.errors,
    "limits": lambda tally: tally.limits,
    "escalation": lambda tally: tally.escalated,
}
"""What stands above the line of each figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one group: `numerator / denominator`, exactly, and what may be said of it.

    `needed` is how many runs more would settle the verdict, None where it is settled or no sensible number would.
    `floor` says that the true value may be higher: some calls have no price.
    """

    metric: Metric
    numerator: int
    denominator: int
    runs: int
    interval: Interval | None
    verdict: Verdict
    needed: int | None
    target: float
    floor: bool = False

    @property
    def value(self) -> float | None:
        """The figure in the units of the rows; None where there is nothing to divide by."""
        return self.numerator / self.denominator if self.denominator else None


def compute_figure(metric: Metric, tally: Tally, *, target: float) -> Figure:
    """The figure of these runs against its target."""
    runs, below = count_runs(metric, tally), count_denominator(metric, tally)
    if not below:
        return Figure(metric, HITS[metric.slug](tally), 0, runs, None, Verdict.UNSURE, None, target)
    floor = metric.slug == "cost" and tally.unpriced > 0

    def verdict_with(size: int) -> Verdict:
        if metric.rate and size < MIN_TO_JUDGE:
            return Verdict.UNSURE
        found = judge(find_interval(metric, tally, times=size / runs), target, higher_is_better=metric.higher_is_better)
        # A lower bound can prove a miss, never a success.
        return Verdict.UNSURE if floor and found is Verdict.ON else found

    verdict = verdict_with(runs)
    needed = count_needed(runs, verdict_with) if verdict is Verdict.UNSURE and not floor else None
    interval = find_interval(metric, tally) if runs >= MIN_TO_JUDGE or not metric.rate else None
    return Figure(metric, HITS[metric.slug](tally), below, runs, interval, verdict, needed, target, floor)


def count_runs(metric: Metric, tally: Tally) -> int:
    """The runs a figure rests on."""
    if metric.slug == "completion":
        return tally.runs - tally.asked_back
    if metric.slug == "tool_errors":
        return sum(n for (calls, _), n in tally.calls.items() if calls)
    return tally.runs


def count_denominator(metric: Metric, tally: Tally) -> int:
    """What stands below the line: runs, or calls where the figure counts calls."""
    return tally.executed if metric.slug == "tool_errors" else count_runs(metric, tally)


def find_interval(metric: Metric, tally: Tally, *, times: float = 1.0) -> Interval | None:
    """The 95 % interval of a figure; `times` asks what it were with so many times the runs, that went alike."""
    if metric.slug == "tool_errors":
        return clustered_rate(tally.calls.items(), times=times)
    if metric.rate:
        return wilson(HITS[metric.slug](tally) * times, count_denominator(metric, tally) * times)
    if metric.slug == "iterations":
        return mean_interval([Part(value, runs) for value, runs in tally.steps.items()], times=times)
    return mean_interval(_parts(tally.active if metric.slug == "latency" else tally.cost), times=times)


def _parts(bins: Bins) -> list[Part]:
    """A bin as a part: its own mean exactly, and as much spread as values across its width would have."""
    return [Part(total / n, n, (bin_width(low) ** 2 - 1) / 12 if n > 1 else 0.0) for low, (n, total) in bins.items()]
