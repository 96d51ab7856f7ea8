"""Existing bookings in tool results, and whether a sentence describes one of them."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*"
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})(?:s|nes|rs|ur)?(?:day)?s?\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"\b(\d{1,2})(?:[:.](\d\d))? ?([ap])\.?m\b|\b([01]?\d|2[0-3]):(\d\d)\b|\b(noon|midday)\b", re.IGNORECASE
)
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}\b|\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?\b", re.IGNORECASE
)
_NUMERIC = re.compile(r"\b(?:\d{4}-(\d\d)-(\d\d)|(\d{1,2})/(\d{1,2})/\d{2,4})")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?")
_OFFERED = re.compile(r"slot|free|available|offer|opening", re.IGNORECASE)


@dataclass(frozen=True)
class Moment:
    """What is said of a time: weekdays from 0 for Monday, (hour, minute) and (month, day)."""

    weekdays: frozenset[int]
    clocks: frozenset[tuple[int, int]]
    days: frozenset[tuple[int, int]]

    @property
    def empty(self) -> bool:
        """Whether nothing is said."""
        return not (self.weekdays or self.clocks or self.days)

    def covers(self, other: "Moment") -> bool:
        """Whether everything that `other` says is said here."""
        return other.weekdays <= self.weekdays and other.clocks <= self.clocks and other.days <= self.days


def read_moments(*, texts: Iterable[str], marks: frozenset[str]) -> tuple[Moment, ...]:
    """The times of existing bookings in tool results: what carries one of the marks and is no free slot."""
    if not marks:
        return ()
    return tuple(moment for text in texts for moment in _read_text(text, marks) if not moment.empty)


def describes_moments(sentence: str, known: tuple[Moment, ...]) -> bool:
    """Whether a sentence names a time, and each time that it names is that of a known booking."""
    said = read_moment(sentence)
    if said.empty:
        return False
    if any(moment.covers(said) for moment in known):
        return True
    several = max(len(said.weekdays), len(said.clocks), len(said.days)) > 1
    return several and _unite(known).covers(said)


def read_moment(text: str) -> Moment:
    """The weekdays, times of day and dates that a text names."""
    return Moment(
        frozenset(_WEEKDAYS.index(match[1].lower()) for match in _WEEKDAY.finditer(text)),
        frozenset(_read_clock(match) for match in _CLOCK.finditer(text)),
        frozenset(_read_days(text)),
    )


def _read_text(text: str, marks: frozenset[str]) -> Iterator[Moment]:
    try:
        yield from _read_value(json.loads(text), marks, marked=False)
    except (ValueError, RecursionError):
        words = re.compile("|".join(map(re.escape, marks)), re.IGNORECASE)
        lines = (line for line in text.splitlines() if words.search(line) and not _OFFERED.search(line))
        yield from map(read_moment, lines)


def _read_value(value: Any, marks: frozenset[str], *, marked: bool) -> Iterator[Moment]:
    if isinstance(value, list):
        for each in value:
            yield from _read_value(each, marks, marked=marked)
    if not isinstance(value, dict):
        return
    offered = any("slot" in key for key in value)
    marked = (marked or not marks.isdisjoint(value)) and not offered
    for key, each in value.items():
        if isinstance(each, str) and marked:
            yield from (_read_iso(stamp[0]) for stamp in _ISO.finditer(each))
        yield from _read_value(each, marks, marked=marked or (key in marks and not offered))


def _read_iso(stamp: str) -> Moment:
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return Moment(frozenset(), frozenset(), frozenset())
    return Moment(frozenset({at.weekday()}), frozenset({(at.hour, at.minute)}), frozenset({(at.month, at.day)}))


def _read_clock(match: re.Match[str]) -> tuple[int, int]:
    if match[6]:
        return 12, 0
    if match[4]:
        return int(match[4]), int(match[5])
    return int(match[1]) % 12 + (12 if match[3].lower() == "p" else 0), int(match[2] or 0)


def _read_days(text: str) -> Iterator[tuple[int, int]]:
    for match in _DAY_MONTH.finditer(text):
        yield _MONTHS.index((match[2] or match[3]).lower()) + 1, int(match[1] or match[4])
    for match in _NUMERIC.finditer(text):
        yield (int(match[1]), int(match[2])) if match[1] else (int(match[4]), int(match[3]))


def _unite(known: tuple[Moment, ...]) -> Moment:
    return Moment(
        frozenset().union(*(moment.weekdays for moment in known)),
        frozenset().union(*(moment.clocks for moment in known)),
        frozenset().union(*(moment.days for moment in known)),
    )
