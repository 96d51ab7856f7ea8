"""What is counted over a group of runs: whole numbers only, so that parts add up to the same, in any order. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any, Protocol

ASKED_BACK = "asked_back"
"""The outcome of a run that ended with a question to the caller: neither a success nor a failure."""

Counts = Mapping[int, int]
"""How many runs had each value."""

Pairs = Mapping[tuple[int, int], int]
"""How many runs had so many tool calls and so many errors."""

Bins = Mapping[int, tuple[int, int]]
"""How many runs, and what they add up to, for each bin of a value (see `bin_of`)."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Everything that the seven figures of a group need. Two of them merge by `+`; so do days into weeks.

    The histograms carry the intervals and the percentiles, the sums the figures themselves.
    """

    runs: int = 0
    completed: int = 0
    asked_back: int = 0
    limits: int = 0
    escalated: int = 0
    executed: int = 0
    errors: int = 0
    asked: int = 0
    iterations: int = 0
    active_ms: int = 0
    waited_ms: int = 0
    cost_nano: int = 0
    unpriced: int = 0
    steps: Counts = field(default_factory=dict)
    calls: Pairs = field(default_factory=dict)
    active: Bins = field(default_factory=dict)
    cost: Bins = field(default_factory=dict)

    def __add__(self, other: "Tally") -> "Tally":
        return merge([self, other])


class CountedFact(Protocol):
    """As much of the figures of one run as is counted."""

    outcome: str
    completed: bool
    limit_reached: bool
    escalated: bool
    asked_people: int
    iterations: int
    active_ms: int
    waited_ms: int
    cost_nano: int
    unpriced_calls: int


SUMS = tuple(one.name for one in fields(Tally) if one.type is int or one.type == "int")
"""The names of the plain sums."""

_sums_of = attrgetter(*SUMS)


def merge(tallies: Iterable[Tally]) -> Tally:
    """The tally of all their runs together."""
    parts = list(tallies)
    return Tally(
        **_add_up(parts),
        steps=_merge_counts([one.steps for one in parts]),
        calls=_merge_pairs([one.calls for one in parts]),
        active=_merge_bins([one.active for one in parts]),
        cost=_merge_bins([one.cost for one in parts]),
    )


def tally_facts(rows: Iterable[tuple[CountedFact, int, int]]) -> Tally:
    """The tally of single facts, each with the calls and errors that count."""
    parts: dict[str, int] = defaultdict(int)
    steps: dict[int, int] = defaultdict(int)
    calls: dict[tuple[int, int], int] = defaultdict(int)
    bins: dict[str, dict[int, list[int]]] = {"active": {}, "cost": {}}
    for fact, executed, errors in rows:
        asked_back = fact.outcome == ASKED_BACK
        found = {
            "runs": 1, "completed": fact.completed and not asked_back, "asked_back": asked_back,
            "limits": fact.limit_reached, "escalated": fact.escalated, "executed": executed, "errors": errors,
            "asked": fact.asked_people, "iterations": fact.iterations, "active_ms": fact.active_ms,
            "waited_ms": fact.waited_ms, "cost_nano": fact.cost_nano, "unpriced": fact.unpriced_calls,
        }  # fmt: skip
        for name, value in found.items():
            parts[name] += int(value)
        steps[fact.iterations] += 1
        calls[executed, errors] += 1
        for name, value in (("active", fact.active_ms), ("cost", fact.cost_nano)):
            one = bins[name].setdefault(bin_of(value), [0, 0])
            one[0] += 1
            one[1] += value
    active, cost = ({low: (n, total) for low, (n, total) in bins[name].items()} for name in ("active", "cost"))
    sums = Tally(**parts)  # type: ignore[arg-type]
    return replace(sums, steps=dict(steps), calls=dict(calls), active=active, cost=cost)


def add_sums(tallies: Iterable[Tally]) -> Tally:
    """Their plain sums, without the histograms."""
    return Tally(**_add_up(tallies))


def _add_up(tallies: Iterable[Tally]) -> dict[str, Any]:
    """Each plain sum by its name; none of them where there is nothing to add."""
    columns = zip(*map(_sums_of, tallies), strict=True)
    return dict(zip(SUMS, map(sum, columns), strict=False))


def bin_of(value: int) -> int:
    """The bin of a value: its two leading digits, the rest zero. Its width is a tenth of it at most."""
    step = 1
    while value // step >= 100:
        step *= 10
    return value - value % step


def bin_width(low: int) -> int:
    """How many whole values fall into the bin that begins here."""
    step = 1
    while low // step >= 100:
        step *= 10
    return step


def find_percentile(bins: Bins, share: float) -> float | None:
    """The value that this share of the runs does not exceed, to within its bin; None without runs."""
    runs = sum(n for n, _ in bins.values())
    passed = 0
    for low in sorted(bins):
        n, total = bins[low]
        passed += n
        if passed >= share * runs:
            return total / n
    return None


def _merge_counts(parts: list[Counts]) -> Counts:
    found: dict[int, int] = {}
    for part in parts:
        for value, n in part.items():
            found[value] = found.get(value, 0) + n
    return found


def _merge_pairs(parts: list[Pairs]) -> Pairs:
    found: dict[tuple[int, int], int] = {}
    for part in parts:
        for value, n in part.items():
            found[value] = found.get(value, 0) + n
    return found


def _merge_bins(parts: list[Bins]) -> Bins:
    found: dict[int, tuple[int, int]] = {}
    for part in parts:
        for low, (n, total) in part.items():
            runs, sums = found.get(low, (0, 0))
            found[low] = (runs + n, sums + total)
    return found
