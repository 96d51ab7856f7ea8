"""A time axis for one run: work is drawn to scale, a person's thinking time as a short hatched piece."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

WAIT_SHARE = 0.14
"""How much of the working time one wait is drawn as: enough to see, not to scale."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that took time. `waiting` is a person's time, not the machine's."""

    start: datetime
    end: datetime
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a span is drawn, in per cent of the axis."""

    left: str
    width: str


class Axis:
    """Places spans between 0 and 100 per cent."""

    def __init__(self, spans: list[Span]) -> None:
        self.origin = min((span.start for span in spans), default=datetime.min.replace(tzinfo=UTC))
        self.waits = _merge([span for span in spans if span.waiting])
        self.work = max((self._worked(span.end) for span in spans), default=timedelta(0))
        self.work = max(self.work, timedelta(milliseconds=1))
        self.wait_width = self.work * WAIT_SHARE
        self.length = self.work + self.wait_width * len(self.waits)

    def place(self, span: Span) -> Bar:
        """The bar of one span."""
        left = self._at(span.start)
        if span.waiting:
            index = next(i for i, wait in enumerate(self.waits) if wait.start <= span.start and span.end <= wait.end)
            left = self._worked(self.waits[index].start) + self.wait_width * index
            return self._bar(left, self.wait_width)
        return self._bar(left, self._at(span.end) - left)

    def ticks(self) -> list[str]:
        """What stands over each quarter of the axis: the working time there; a wait in it stands still."""
        return [_say(self._worked_by(self.length * quarter / 4).total_seconds()) for quarter in range(4)]

    def _worked_by(self, place: timedelta) -> timedelta:
        """The working time at a place of the axis."""
        waited = timedelta(0)
        for index, wait in enumerate(self.waits):
            left = self._worked(wait.start) + self.wait_width * index
            waited += min(max(place - left, timedelta(0)), self.wait_width)
        return place - waited

    def _bar(self, left: timedelta, width: timedelta) -> Bar:
        return Bar(f"{100 * (left / self.length):.2f}%", f"{max(0.6, 100 * (width / self.length)):.2f}%")

    def _at(self, moment: datetime) -> timedelta:
        passed = sum(wait.end <= moment for wait in self.waits)
        return self._worked(moment) + self.wait_width * passed

    def _worked(self, moment: datetime) -> timedelta:
        waited = sum(
            (min(moment, wait.end) - wait.start for wait in self.waits if wait.start < moment), start=timedelta(0)
        )
        return max(timedelta(0), moment - self.origin - waited)


def _merge(waits: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for wait in sorted(waits, key=lambda span: span.start):
        if merged and wait.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, wait.end), waiting=True)
        else:
            merged.append(wait)
    return merged


def _say(seconds: float) -> str:
    if not seconds:
        return "0 s"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
