"""Counts days in advance, after the fact: nothing of it happens where runs end (docs/decisions/0020)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import structlog
from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from agentops.domain.tallies import Tally, merge, tally_facts
from agentops.models import RolledDay, Rollup, RunFact, StaleDay
from agentops.models.facts import Share, share_by_model, share_by_tool
from agentops.models.rollups import (
    MODELS,
    PLAIN,
    ROLLED,
    TOOLS,
    Groups,
    end_of,
    find_sound,
    mark_stale,
    seal_rollup,
    start_of,
    write_groups,
)

SETTLES = timedelta(hours=2)
"""How long after its end a day is first counted: by then most of its runs have ended too."""

LOOKS = timedelta(minutes=5)
"""How often days are looked at for facts that came late."""

REACH = timedelta(days=430)
"""How far back: a year's period, and the weeks before it."""

AT_ONCE = 2
"""Days that one sweep counts, so that what else it does is not late."""

log = structlog.get_logger(__name__)


def roll_up_days(*, limit: int = AT_ONCE) -> int:
    """Count the days in the queue, a few at a time, and look now and then which belong there; returns how many."""
    waiting = StaleDay.objects.values_list("day", flat=True).distinct().order_by("-day")
    days = list(waiting[:limit])
    if not days and _is_time_to_look():
        mark_stale(_find_due())
        days = list(waiting[:limit])
    counted = sum(roll_up_day(day=day) for day in days)
    if counted:
        log.info("rolled_up", count=counted)
    return counted


def roll_up_day(*, day: date) -> bool:
    """Count one day from its facts; False where somebody else did so meanwhile, whose counting stands."""
    # In this order: a mark that is set after this look stays, and the day is counted once more.
    marks = list(StaleDay.objects.filter(day=day).values_list("pk", flat=True))
    if end_of(day) > timezone.now():
        _take_marks(marks)
        return False
    begins, ends, now = start_of(day), end_of(day), timezone.now()
    row, _ = RolledDay.objects.get_or_create(day=day, defaults={"begins": begins, "ends": ends, "rolled_at": now})
    of_day = RunFact.objects.filter(started_at__gte=begins, started_at__lt=ends)
    facts = list(of_day.iterator())
    row.begins, row.ends, row.rolled_at = begins, ends, now
    row.runs, row.last_finish = len(facts), max((fact.finished_at for fact in facts), default=None)
    several = {TOOLS: share_by_tool(facts), MODELS: share_by_model(of_day, facts)}
    return _write(row, count_groups(facts, several=several), marks)


def count_groups(facts: Iterable[RunFact], *, several: Mapping[str, Mapping[str, list[Share]]]) -> dict[str, Groups]:
    """By each column the tallies of its groups. Runs that are alike in all columns are counted once, then merged.

    `several` holds by what runs stand in several groups, the share that each has in them.
    """
    alike: dict[tuple[object, ...], list[RunFact]] = defaultdict(list)
    for fact in facts:
        alike[tuple(getattr(fact, column) for column in PLAIN)].append(fact)
    parts: dict[str, dict[tuple[str, str], list[Tally]]] = {column: defaultdict(list) for column in PLAIN}
    for key, same in alike.items():
        tally = tally_facts((fact, fact.tools_executed, fact.tool_errors) for fact in same)
        for column, value in zip(PLAIN, key, strict=True):
            parts[column][same[0].task_type, str(value)].append(tally)
    found: dict[str, Groups] = {
        column: {key: merge(tallies) for key, tallies in of_column.items()} for column, of_column in parts.items()
    }
    return found | {column: _count_shares(groups) for column, groups in several.items()}


def _count_shares(groups: Mapping[str, list[Share]]) -> Groups:
    shares: dict[tuple[str, str], list[Share]] = defaultdict(list)
    for value, of_value in groups.items():
        for share in of_value:
            shares[share[0].task_type, value].append(share)
    return {key: tally_facts(rows) for key, rows in shares.items()}


@transaction.atomic
def _write(row: RolledDay, groups: dict[str, Groups], marks: list[int]) -> bool:
    before, row.edition = row.edition, row.edition + 1
    same = RolledDay.objects.filter(day=row.day, edition=before)
    if not same.update(
        begins=row.begins, ends=row.ends, edition=row.edition, runs=row.runs, last_finish=row.last_finish,
        rolled_at=row.rolled_at,
    ):  # fmt: skip
        return False
    Rollup.objects.filter(day=row).delete()
    texts = {column: write_groups(of_column) for column, of_column in groups.items()}
    Rollup.objects.bulk_create(
        Rollup(day=row, column=column, groups=text, seal=seal_rollup(row, column, text))
        for column, text in texts.items()
    )
    _take_marks(marks)
    return True


def _take_marks(marks: list[int]) -> None:
    StaleDay.objects.filter(pk__in=marks).delete()


def _is_time_to_look() -> bool:
    last = RolledDay.objects.aggregate(last=Max("rolled_at"))["last"]
    return last is None or last <= timezone.now() - LOOKS


def _find_due() -> list[date]:
    """Days that were never counted, whose facts are more or fewer now, or in another zone; and the one that was counted
    longest ago, so that even a damage that nothing shows does not stay.
    """
    first_fact = RunFact.objects.aggregate(first=Min("started_at"))["first"]
    if first_fact is None:
        return []
    last = timezone.localdate(timezone.now() - SETTLES) - timedelta(days=1)
    first = max(timezone.localdate(first_fact), last - REACH)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    whole = find_sound(first, last).annotate(columns=Count("rollups")).filter(columns=len(ROLLED))
    sound = {row.day for row in whole if (row.begins, row.ends) == (start_of(row.day), end_of(row.day))}
    oldest = RolledDay.objects.filter(day__in=sound).order_by("rolled_at").values_list("day", flat=True)[:1]
    return [*(day for day in days if day not in sound), *oldest]
