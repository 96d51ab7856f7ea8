"""What is behind a figure: exactly its rows, whatever the history.

100 histories here; FIGURES_HISTORIES=1000 makes it a thousand.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from supervision.metrics.asking import Asked
from supervision.metrics.behind import find_rows, tabs_of
from supervision.metrics.cohorts import DIMENSIONS
from supervision.metrics.definitions import METRICS
from supervision.metrics.listing import read_list
from supervision.metrics.page import read_metrics
from tests.supervision.metrics import independent
from tests.supervision.metrics.facts import add_fact, add_weeks, ask
from tests.supervision.metrics.histories import draw_shape, undone, write_history
from tests.supervision.metrics.test_recomputed import NOW, patient, thorough

SignIn = Callable[[User], Client]


@patient
@thorough
@given(seed=st.integers(0, 2**32), runs=st.integers(0, 12), by=st.sampled_from(sorted(DIMENSIONS)))
def test_the_lists_behind_a_cell_are_exactly_its_numerator_and_its_denominator(
    db: None, seed: int, runs: int, by: str
) -> None:
    dice = random.Random(seed)
    asked = Asked(NOW.date() - timedelta(days=4), NOW.date(), NOW - timedelta(minutes=dice.randrange(2_000)), by=by)
    with undone():
        write_history([draw_shape(dice, now=NOW, days=6) for _ in range(runs)], now=NOW)
        cohort = asked.cohort
        seen = independent.look(since=cohort.since, until=cohort.until, as_of=cohort.as_of)
        cells = [(None, seen), *independent.part(seen, by).items()]
        for value, group in cells:
            divided = independent.divide(group, tool=value if by == "tool" else None)
            for metric in METRICS:
                target = metric.inside(metric.target)
                lists = {
                    tab: sorted(find_rows(replace(asked, value=value), metric, tab=tab, target=target)
                                .values_list("pk", flat=True))
                    for tab in tabs_of(metric)
                }  # fmt: skip
                above, below, numerator, _denominator = divided[metric.slug]
                assert lists["below"] == below, (metric.slug, value)
                assert sorted(lists["above"] + lists["rest"]) == below, (metric.slug, value)
                if metric.rate:
                    assert lists["above"] == above, (metric.slug, value)
                    assert len(above) == numerator


def test_the_cells_of_the_page_lead_to_lists_of_just_their_size(db: None, ruth: User, sign_in: SignIn) -> None:
    """Every link of the table is followed, and its tabs count what the cell says."""
    add_weeks(now=timezone.now(), weeks=1, share=0.5)
    client, followed = sign_in(ruth), 0
    for by in ("task_type", "tool", "model"):
        table = read_metrics(ask(by=by)).table
        for line in [*table.lines, *table.few, table.total]:
            for cell in line.cells:
                answer = client.get(f"/metrics/behind/{cell.query}")
                tabs = {tab.slug: tab.count for tab in answer.context["page"].behind.tabs}
                assert tabs["below"] == cell.figure.denominator == tabs["above"] + tabs["rest"]
                assert not cell.metric.rate or tabs["above"] == cell.figure.numerator
                assert answer.context["page"].cell.value == cell.value
                followed += 1
    assert followed > 60


def test_a_long_list_is_paged_without_a_row_lost_or_doubled_while_runs_arrive(db: None) -> None:
    for _ in range(120):
        add_fact(at=timezone.now() - timedelta(minutes=1))
    asked, before, found = ask(metric="cost", tab="below"), "", []
    while True:
        page = read_list(asked, before=before, now=timezone.now())
        found += [row.run_id for row in page.rows]
        add_fact()
        before = page.behind.older
        if not before:
            break
    assert len(found) == len(set(found)) == 120


def test_the_rows_of_a_mean_say_how_they_add_up(db: None) -> None:
    for cost in (10_000_000, 30_000_000):
        add_fact(cost_nano=cost)
    page = read_list(ask(metric="cost"), before="", now=timezone.now())
    assert page.adds_up == "All 2 runs add up to $0.040: that makes $0.020 for each."
    assert [row.value for row in page.rows] == ["$0.030", "$0.010"]


def test_the_reasons_are_counted_and_the_most_common_one_is_said(db: None) -> None:
    for outcome in ("asked_for_a_person", "asked_for_a_person", "unavailable"):
        add_fact(outcome=outcome, completed=False, escalated=True)
    behind = read_list(ask(metric="escalation", tab="above"), before="", now=timezone.now()).behind
    assert behind.sentence == "Most common of 3 runs: The assistant asked for a person (2)"
    assert [reason.count for reason in behind.reasons] == [2, 1]
