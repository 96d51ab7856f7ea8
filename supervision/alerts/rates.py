"""Shares that breach a bound: two windows, enough evidence, and many looks at once. Pure."""

import math
from collections.abc import Sequence
from typing import NamedTuple

FALSE_SHARE = 0.10
"""Of what is told as a breach among many types of task, so much may be chance (Benjamini and Hochberg)."""

_NEGLIGIBLE = 1e-15


class Window(NamedTuple):
    """What happened in a stretch of time: `hits` of `n`."""

    hits: int
    n: int

    @property
    def share(self) -> float:
        """Hits of all; 0 of nothing is 0."""
        return self.hits / self.n if self.n else 0.0


class RateBounds(NamedTuple):
    """When a share is a breach. `raw_count` hits in the short window are one, whatever the share."""

    share: float
    min_runs: int
    min_count: int
    raw_count: int | None = None


def breaches(short: Window, long: Window, *, bounds: RateBounds) -> bool:
    """Whether both windows lie at or over the share, on enough evidence; or the bare number is too high."""
    if is_flood(short, bounds):
        return True
    enough = long.n >= bounds.min_runs and long.hits >= bounds.min_count
    return enough and short.hits > 0 and short.share >= bounds.share and long.share >= bounds.share


def is_flood(short: Window, bounds: RateBounds) -> bool:
    """Whether the bare number in the short window says enough."""
    return bounds.raw_count is not None and short.hits >= bounds.raw_count


def chance_of(hits: int, n: int, share: float) -> float:
    """How likely so many hits or more are where each of `n` is one with this probability."""
    if hits <= 0 or share >= 1:
        return 1.0
    if share <= 0 or hits > n:
        return 0.0
    if hits <= n * share:  # below what is to be expected: far from any bound that is asked for
        return 1.0 - sum(_terms(n - hits + 1, n, 1 - share))
    return min(1.0, sum(_terms(hits, n, share)))


def _terms(hits: int, n: int, share: float) -> list[float]:
    """The probabilities of `hits` and more, until they no longer matter."""
    term = math.exp(
        math.lgamma(n + 1) - math.lgamma(hits + 1) - math.lgamma(n - hits + 1)
        + hits * math.log(share) + (n - hits) * math.log1p(-share)
    )  # fmt: skip
    terms = [term]
    for k in range(hits, n):
        term *= (n - k) / (k + 1) * share / (1 - share)
        terms.append(term)
        if term < _NEGLIGIBLE:
            break
    return terms


def pick_discoveries(chances: Sequence[float], *, false_share: float = FALSE_SHARE) -> list[bool]:
    """Which of many looks are no chance, by Benjamini and Hochberg's step-up rule."""
    ranked = sorted(range(len(chances)), key=lambda place: chances[place])
    last = 0
    for rank, place in enumerate(ranked, start=1):
        if chances[place] <= rank / len(chances) * false_share:
            last = rank
    picked = set(ranked[:last])
    return [place in picked for place in range(len(chances))]
