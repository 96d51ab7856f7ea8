"""What it costs to count days in advance: all of them at once, as the sweeper would over days."""

import time

from django.db.models import Sum
from django.db.models.functions import Length

from agentops.ledger.rollups import roll_up_days
from agentops.models import Rollup, RunFact


def count_all_days() -> str:
    """Count every day that is past and was not counted yet; returns a sentence."""
    began, used, days = time.perf_counter(), time.process_time(), 0
    while counted := roll_up_days(limit=10):
        days += counted
    wall, cpu, runs = time.perf_counter() - began, time.process_time() - used, RunFact.objects.count() or 1
    size = Rollup.objects.aggregate(size=Sum(Length("groups")))["size"] or 0
    return (
        f"keeping the rollups: {1e6 * wall / runs:,.0f} µs a run by the clock, {1e6 * cpu / runs:,.0f} µs of CPU, each "
        f"time its day is counted; {days} days in {wall:.0f} s, {size / runs:.1f} bytes a run"
    )
