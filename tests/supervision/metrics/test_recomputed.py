"""Every figure, recomputed from the raw rows by code that shares nothing with the product, is the same.

100 histories here; FIGURES_HISTORIES=1000 makes it a thousand.
"""

import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentops.domain.tallies import SUMS, Tally, merge
from supervision.metrics.cohorts import DIMENSIONS, Cohort
from supervision.metrics.definitions import METRICS
from supervision.metrics.figures import compute_figure
from supervision.metrics.reading import read_breakdown, read_days
from tests.supervision.metrics import independent
from tests.supervision.metrics.histories import draw_shape, undone, write_history

NOW = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
HISTORIES = int(os.environ.get("FIGURES_HISTORIES", "100"))
patient = pytest.mark.timeout(max(180, 3 * HISTORIES))
"""A thousand histories may take as long as they need."""

thorough = settings(
    max_examples=HISTORIES, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def agrees(tally: Tally, seen: list[independent.Seen], *, tool: str | None = None) -> None:
    """Each figure of the tally is the quotient of what a hand counts, and the histograms are the same."""
    divided = independent.divide(seen, tool=tool)
    for metric in METRICS:
        figure = compute_figure(metric, tally, target=metric.inside(metric.target))
        _, _, above, below = divided[metric.slug]
        assert (figure.numerator, figure.denominator) == (above, below), metric.slug
        assert figure.value == (above / below if below else None), metric.slug
    assert dict(tally.steps) == Counter(run["iterations"] for run in seen)
    assert dict(tally.active) == independent.bins(seen, "active_ms")
    assert dict(tally.cost) == independent.bins(seen, "cost_nano")
    for name in ("waited_ms", "unpriced", "asked"):
        assert getattr(tally, name) == sum(run[name] for run in seen)
    pairs = [[call[2] for call in run["ran"] if tool in (None, call[1])] for run in seen]
    assert dict(tally.calls) == Counter((len(calls), sum(calls)) for calls in pairs)


@patient
@thorough
@given(seed=st.integers(0, 2**32), runs=st.integers(0, 14), days=st.integers(1, 12), back=st.integers(0, 300))
def test_every_figure_is_what_an_independent_pass_over_the_rows_counts(
    db: None, seed: int, runs: int, days: int, back: int
) -> None:
    dice = random.Random(seed)
    cohort = Cohort(NOW - timedelta(days=days / 2), NOW - timedelta(hours=days), NOW - timedelta(minutes=back))
    with undone():
        write_history([draw_shape(dice, now=NOW, days=days) for _ in range(runs)], now=NOW)
        seen = independent.look(since=cohort.since, until=cohort.until, as_of=cohort.as_of)
        for by in DIMENSIONS:
            found = read_breakdown(cohort, by=by)
            agrees(found.total, seen)
            groups = independent.part(seen, by)
            assert set(found.groups) == set(groups), by
            for value, tally in found.groups.items():
                agrees(tally, groups[value], tool=value if by == "tool" else None)
        days_of = read_days(cohort, by="task_type")
        whole, parts = read_breakdown(cohort, by="task_type").total, merge(days_of.values())
        assert all(getattr(whole, name) == getattr(parts, name) for name in SUMS)
