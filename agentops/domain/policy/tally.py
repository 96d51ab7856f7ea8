"""A running count of one tool's calls in the order in which they came: per run, hour, day, and per patient a day."""

import heapq
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agentops.domain.policy.counting import Used

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(slots=True)
class _Counted:
    """A call that was let in, and where it still counts."""

    run: int
    patient: str | None
    at: datetime
    in_hour: bool = True
    in_day: bool = True


@dataclass(slots=True)
class Tally:
    """Counts calls that were let in, as long as they count: one that came to nothing stops counting when it did."""

    ids: set[int] = field(default_factory=set)
    hour: deque[_Counted] = field(default_factory=deque)
    day: deque[_Counted] = field(default_factory=deque)
    ends: list[tuple[datetime, int, _Counted]] = field(default_factory=list)
    runs: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    patients: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    in_hour: int = 0
    in_day: int = 0

    def knows(self, call: int) -> bool:
        """Whether this call was let in."""
        return call in self.ids

    def add(self, call: int, *, run: int, patient: str | None, at: datetime, over_at: datetime | None) -> None:
        """One more call was let in."""
        one = _Counted(run, patient, at)
        self.ids.add(call)
        self.hour.append(one)
        self.day.append(one)
        self.runs[run] += 1
        self.in_hour += 1
        self.in_day += 1
        if patient is not None:
            self.patients[patient] += 1
        if over_at is not None:
            heapq.heappush(self.ends, (over_at, call, one))

    def used(self, *, run: int, patient: str | None, at: datetime) -> Used:
        """What was used up at that moment, which is never before an earlier one."""
        while self.ends and self.ends[0][0] <= at:
            self._drop(heapq.heappop(self.ends)[2])
        while self.hour and self.hour[0].at <= at - HOUR:
            self._leave_hour(self.hour.popleft())
        while self.day and self.day[0].at <= at - DAY:
            self._leave_day(self.day.popleft())
        about = self.patients.get(patient, 0) if patient is not None else 0
        return Used(run=self.runs.get(run, 0), hour=self.in_hour, day=self.in_day, patient_day=about)

    def _drop(self, one: _Counted) -> None:
        self.runs[one.run] -= 1
        self._leave_hour(one)
        self._leave_day(one)

    def _leave_hour(self, one: _Counted) -> None:
        self.in_hour -= one.in_hour
        one.in_hour = False

    def _leave_day(self, one: _Counted) -> None:
        if one.in_day and one.patient is not None:
            self.patients[one.patient] -= 1
        self.in_day -= one.in_day
        one.in_day = False
