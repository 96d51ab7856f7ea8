"""Find the dates in clean text: each mention on its own, before mentions are joined into wishes."""

import re
from collections.abc import Callable, Iterator
from datetime import date

from agentops.domain.language.day_readers import (
    DateFound,
    Days,
    read_distance,
    read_iso,
    read_month,
    read_month_day,
    read_numeric,
    read_ordinal,
    read_relative,
    read_week,
    read_weekday,
    read_weekend,
)
from agentops.domain.language.words import MONTHS, WEEKDAYS

_MONTH = r"(?:" + "|".join(MONTHS) + r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
_WEEKDAY = r"(?:" + "|".join(WEEKDAYS) + r"|mon|tues?|weds?|thu|thurs?|fri)\b"
_NO_DAY_NOUN = (
    r"(?! (?:one|available|slot|time|option|appointment|floor|street|st|avenue|ave|opening|choice|visit|dose|jab"
    r"|thing)\b)"
)
_CLAUSE_END = re.compile(r"[.!?;]|, (?:and|but|so) ")
_TOLD = re.compile(
    r"\b(?:was|wasn't|were|weren't|had|did|didn't|went|fell|saw|came|left|got|won|lost|heard|read|forgot|happened|took"
    r"|made"
    r"|bought|ate|woke|started|ended|told|said|thought|couldn't|broke|hurt|worked|that(?:'s| is| was| will be"
    r"| would be)? (?:all|it|everything)"
    r"|all (?:i|for)|help(?:ing)?(?: me)?|weather|how are you|day|ache|hot|cold|feeling|sunny)\b"
)
_WISHED = re.compile(
    r"\b(?:appointments?|appt|book|schedule|see (?:the|a|my|dr)|visit|slots?|openings?|available|can i|could i|come in"
    r"|would like|i'd like|want|need|please|possible)\b"
)
_YEARS_BACK, _YEARS_ON = 130, 20
"""A year further away is a slip of the pen or another kind of number."""


_Reader = Callable[[re.Match[str], date], DateFound | Days | None]


def find_dates(text: str, *, today: date) -> list[DateFound]:
    """Every mention of a date in clean text, in order, none overlapping another."""
    taken = bytearray(len(text))
    found = list(_read_all(text, today, taken))
    return sorted(found, key=lambda mention: mention.start)


def _read_all(text: str, today: date, taken: bytearray) -> Iterator[DateFound]:
    for pattern, reader in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            try:
                read = reader(match, today)
            except (ValueError, OverflowError):
                continue
            if read is None or _only_tells(text, match):
                continue
            mention = read if isinstance(read, DateFound) else DateFound(start, end, read[0], read[1], doubt=read[2])
            if not today.year - _YEARS_BACK <= mention.first.year <= mention.last.year <= today.year + _YEARS_ON:
                continue
            taken[start:end] = b"\1" * (end - start)
            yield mention


def _only_tells(text: str, match: re.Match[str]) -> bool:
    """ "I fell down today", "that is all for today": the day is told, not wished for."""
    if not match.group().endswith(("today", "tonight", "this morning", "this afternoon", "this evening")):
        return False
    clause = _CLAUSE_END.split(text[: match.start()][-80:])[-1] + " " + _CLAUSE_END.split(text[match.end() :][:60])[0]
    return bool(_TOLD.search(clause)) and not _WISHED.search(clause)


_NUMBER = r"(?P<n>\d{1,3}|an?|(?:a )?couple of|(?:a )?few)"
_PATTERNS: list[tuple[re.Pattern[str], _Reader]] = [
    (re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b"), read_iso),
    (re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?(?![\d/])"), read_numeric),
    (re.compile(r"(?<![\d/.-])(\d{1,2})[.-](\d{1,2})[.-](\d{4})(?!\d)"), read_numeric),
    (
        re.compile(
            rf"\b(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd"
            rf"|th)?(?: day)?(?: of)? (?P<month>{_MONTH})(?:,? (?P<year>\d{{4}})\b)?"
        ),
        read_month_day,
    ),
    (
        re.compile(
            rf"\b(?P<month>{_MONTH})(?: the)? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]"
            rf"| ?[ap]\.?m\b)(?:,? (?P<year>\d{{4}})\b)?"
        ),
        read_month_day,
    ),
    (
        re.compile(
            rf"\b(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b{_NO_DAY_NOUN}(?: day)?(?: of (?P<which>this|the"
            rf"|next) month)?"
        ),
        read_ordinal,
    ),
    (
        re.compile(
            rf"\b(?:(?P<lead>in the next|over the next|within the next|within|in) )?{_NUMBER} (?P<unit>day|week|month"
            rf"|fortnight)s?'?"
            rf"(?:(?:' )?(?: time)? (?P<from>from (?:today|now|tomorrow|{_WEEKDAY})|(?:on )?(?:today|{_WEEKDAY}))"
            rf"| time\b)"
        ),
        read_distance,
    ),
    (
        re.compile(
            rf"\b(?P<lead>in the next|over the next|within the next|within|in) {_NUMBER} (?P<unit>day|week|month"
            rf"|fortnight)s?\b(?P<from>)"
        ),
        read_distance,
    ),
    (
        re.compile(
            r"\b(?:the )?day after tomorrow\b|\btomorrow week\b|\btomorrow\b|\btoday week\b"
            r"|\b(?:later )?(?:today|tonight)\b|\bthis (?:morning|afternoon|evening)\b"
        ),
        read_relative,
    ),
    (
        re.compile(
            rf"\b(?:(?P<before>next week(?:,| on)?|(?:a )?week (?:on|from)|this coming|this next|the next|the coming"
            rf"|the following|following|this|next|coming) )?\b(?P<weekday>{_WEEKDAY})"
            r"(?P<after> (?:of |the )*(?:this|next|following) week\b| week\b| after next\b)?"
        ),
        read_weekday,
    ),
    (
        re.compile(
            r"\b(?:(?:the )?(?P<part>early|beginning|start|middle|mid|later|late|end)(?: of| in)? ?-?)?"
            r"(?P<which>the week after next|this week|next week|the following week)\b"
        ),
        read_week,
    ),
    (re.compile(r"\b(?:(?P<which>this|next|the) )?weekend\b"), read_weekend),
    (re.compile(rf"\b(?:(?P<which>this|next) month\b|(?:in|during|for|sometime in) (?P<month>{_MONTH}))"), read_month),
]
