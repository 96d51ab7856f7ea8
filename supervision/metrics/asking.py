"""What an address asks of the metrics: the period, the group, the figure, and the moment up to which runs count."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from agentops.models.rollups import start_of
from supervision.metrics.cohorts import Cohort

WEEK = timedelta(days=7)
WEEKS = 8
"""How many weeks the lines show."""

LONGEST = 366
"""Days of the longest period."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, whole: two people with the same address see the same runs, whenever they look.

    `by` is the dimension of the table; `task` narrows everything to one type of task. `value` None means all groups.
    """

    start: date
    end: date
    as_of: datetime
    by: str = "task_type"
    task: str = ""
    value: str | None = None
    metric: str = ""
    tab: str = ""

    @property
    def cohort(self) -> Cohort:
        """The runs it is about."""
        return self._narrowed(Cohort(start_of(self.start), start_of(self.end + timedelta(days=1)), self.as_of))

    @property
    def group(self) -> Cohort:
        """The runs behind the cell that was chosen."""
        return self.cohort if self.value is None else self.cohort.within(self.by, self.value)

    @property
    def before(self) -> Cohort:
        """The period before: as long, the same weekdays, and for an unfinished one only up to the same hour."""
        back = timedelta(days=-7 * -(-self.days // 7))
        since, until = start_of(self.start), min(start_of(self.end + timedelta(days=1)), self.as_of)
        return self._narrowed(Cohort(shift(since, back), shift(until, back), self.as_of))

    @property
    def weeks(self) -> list[date]:
        """The first days of eight weeks of which the last one ends with the period."""
        return [self.end - timedelta(days=6) - (WEEKS - 1 - n) * WEEK for n in range(WEEKS)]

    @property
    def long(self) -> Cohort:
        """The runs of these eight weeks."""
        since, until = start_of(self.weeks[0]), start_of(self.end + timedelta(days=1))
        return self._narrowed(Cohort(since, until, self.as_of))

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days + 1

    @property
    def partial(self) -> bool:
        """Whether the period is still under way at `as_of`."""
        return start_of(self.end + timedelta(days=1)) > self.as_of

    def query(self, **changes: Any) -> str:
        """The address of this question, or of one that differs from it a little."""
        asked = replace(self, **changes)
        return asked._write([("asof", asked.as_of.isoformat())])

    def shifted(self, weeks: int) -> str:
        """The address of the same question so many weeks later, up to now; empty where that has not begun."""
        there = replace(self, start=self.start + weeks * WEEK, end=self.end + weeks * WEEK)
        return there._write([]) if there.start <= timezone.localdate() else ""

    def _write(self, more: list[tuple[str, str]]) -> str:
        pairs = [("from", self.start.isoformat()), ("to", self.end.isoformat()), *more]
        pairs += [("by", self.by)] + [("task", self.task)] * bool(self.task)
        pairs += [] if self.value is None else [("value", self.value)]
        pairs += [(name, chosen) for name, chosen in (("metric", self.metric), ("tab", self.tab)) if chosen]
        return f"?{urlencode(pairs)}"

    def _narrowed(self, cohort: Cohort) -> Cohort:
        return cohort.within("task_type", self.task) if self.task else cohort


def shift(moment: datetime, by: timedelta) -> datetime:
    """The same time on the clinic's clock, whole days away, across a change of the clocks too."""
    there = timezone.localtime(moment)
    return timezone.make_aware(there.replace(tzinfo=None) + by)
