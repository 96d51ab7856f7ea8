"""Find a date of birth, however it is written."""

import re
from collections.abc import Iterator
from datetime import date

from agentops.domain.language.dates import find_dates
from agentops.domain.language.words import MONTHS, Clean

_MONTH = "|".join((*MONTHS, "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept?", "oct", "nov", "dec"))
_YEAR = r"(?P<year>(?:19|20) ?\d\d|'?\d\d)(?![\d:]| ?[ap]\.?m\b)"
_WRITTEN = (
    re.compile(
        rf"(?<![\d/.-])(?P<day>\d{{1,2}}) ?(?P<mark>[/.\-]) ?(?P<month>\d{{1,2}}) ?(?P=mark) ?{_YEAR}(?![/\d-])"
    ),
    re.compile(rf"(?<![\d/.-])(?P<day>\d{{1,2}}) (?P<month>\d{{1,2}}) {_YEAR}(?![/\d-])"),
    re.compile(rf"(?<![\d/.-])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ?(?P<month>{_MONTH})\b\.?,? ?{_YEAR}"),
    re.compile(rf"\b(?P<month>{_MONTH})\.? (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? {_YEAR}"),
)
_MARK = r"(?:born|d\.? ?o\.? ?b\.?|date of birth|birth ?date|birthday)"
_MARKED = re.compile(rf"\b{_MARK}(?:'s| is|:| was|,|-| of|=| on| in| the)* ?$")
_ASKED = re.compile(r"date of birth|born|birthday|\bdob\b", re.IGNORECASE)
_HOURS = 25
"""A smaller number after a day and a month may be an hour: "2 December 9 o'clock"."""
_LONG_AGO = 366
"""Days. A full date further back than this is a birth even where nobody calls it one."""


def find_born(clean: Clean, *, today: date, asked: str) -> tuple[date, int, int] | None:
    """The date of birth with its clean span: said to be one, asked for, or a full date more than a year ago."""
    wanted = bool(_ASKED.search(asked))
    for born, start, end in (*_read_written(clean.text, today), *_read_other(clean.text, today)):
        marked = bool(_MARKED.search(clean.text[max(0, start - 30) : start]))
        if born < today and (marked or wanted or (today - born).days > _LONG_AGO):
            return born, start, end
    return None


def _read_written(text: str, today: date) -> Iterator[tuple[date, int, int]]:
    """Dates with a year. A year of two digits that has yet to come is one of the last century."""
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            year = int(match["year"].replace(" ", "").lstrip("'"))
            if year < _HOURS and "mark" not in match.groupdict() and not _MARKED.search(text[: match.start()][-30:]):
                continue
            if year < 100:
                year += 2000 if year <= today.year % 100 else 1900
            if (born := _make_date(year, match["month"], int(match["day"]))) is not None:
                yield born, *match.span()


def _make_date(year: int, month: str, day: int) -> date | None:
    """Day first, as the clinic writes it; month first where nothing else is possible."""
    number = int(month) if month.isdigit() else 1 + [name[:3] for name in MONTHS].index(month[:3])
    if number > 12 and month.isdigit():
        day, number = number, day
    try:
        return date(year, number, day)
    except ValueError:
        return None


def _read_other(text: str, today: date) -> Iterator[tuple[date, int, int]]:
    for mention in find_dates(text, today=today):
        if re.search(r"\d{4}", text[mention.start : mention.end]):
            yield mention.first, mention.start, mention.end
