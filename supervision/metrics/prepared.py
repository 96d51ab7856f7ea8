"""Which days need not be read from their rows: those counted in advance of which everything is still as it was."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import structlog
from django.utils import timezone

from agentops.models import RolledDay, Rollup
from agentops.models.rollups import Groups, end_of, find_sound, read_groups, seal_rollup, start_of
from supervision.metrics.cohorts import Cohort

log = structlog.get_logger(__name__)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Days whose number of facts was right when this was read, and what was counted of them by some columns."""

    days: Mapping[date, RolledDay] = field(default_factory=dict)
    groups: Mapping[tuple[date, str], Groups] = field(default_factory=dict)

    def split(self, cohort: Cohort, columns: Collection[str]) -> tuple[list[date], list[Span]]:
        """The days of a cohort that may be taken from here, and the spans that have to be read from the rows."""
        taken: list[date] = []
        gaps: list[Span] = []
        for day, since, until in _walk(cohort):
            if self._has(day, since, until, cohort, columns):
                taken.append(day)
            elif gaps and gaps[-1][1] == since:
                gaps[-1] = (gaps[-1][0], until)
            else:
                gaps.append((since, until))
        return taken, gaps

    def read(self, day: date, column: str, *, cohort: Cohort) -> Groups:
        """What was counted of a day that `split` gave."""
        task = cohort.value_of("task_type")
        groups = self.groups[day, column]
        return groups if task is None else {key: tally for key, tally in groups.items() if key[0] == task}

    def _has(self, day: date, since: datetime, until: datetime, cohort: Cohort, columns: Collection[str]) -> bool:
        """Whether the whole of the day is asked for, all of its runs had ended, and it was counted by these columns."""
        row = self.days.get(day)
        return (
            row is not None
            and (row.begins, row.ends) == (since, until)
            and (row.last_finish is None or row.last_finish <= cohort.as_of)
            and all((day, column) in self.groups for column in columns)
        )


def read_prepared(cohorts: Iterable[Cohort], columns: Collection[str]) -> Prepared:
    """What may be taken for these cohorts: two queries, however long they are."""
    asked = [cohort for cohort in cohorts if _is_foreseen(cohort)]
    if not asked:
        return Prepared()
    first = timezone.localdate(min(cohort.since for cohort in asked))
    last = timezone.localdate(max(cohort.until for cohort in asked))
    days = {row.day: row for row in find_sound(first, last)}
    rollups = Rollup.objects.filter(day__in=days, column__in=columns)
    found: dict[tuple[date, str], Groups] = {}
    for rollup in rollups.order_by():
        # Between the two queries it may have been counted anew; or somebody turned a number.
        if rollup.seal == seal_rollup(days[rollup.day_id], rollup.column, rollup.groups):
            found[rollup.day_id, rollup.column] = read_groups(rollup.groups)
        else:
            log.warning("rollup_not_used", kind=rollup.column, where=rollup.day_id.isoformat())
    return Prepared(days, found)


def _is_foreseen(cohort: Cohort) -> bool:
    """Whether it is narrowed to one type of task at most: of anything else nothing was counted."""
    return len(cohort.only) <= 1 and all(dimension == "task_type" for dimension, _ in cohort.only)


def _walk(cohort: Cohort) -> Iterator[tuple[date, datetime, datetime]]:
    """Each day of a cohort with as much of it as is asked for."""
    day = timezone.localdate(cohort.since)
    while (begins := start_of(day)) < cohort.until:
        yield day, max(begins, cohort.since), min(end_of(day), cohort.until)
        day += timedelta(days=1)
