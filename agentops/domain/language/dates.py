"""Find the dates in clean text: each mention on its own, before mentions are joined into wishes."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from agentops.domain.language.words import MONTHS, WEEKDAYS

_MONTH = r"(?:" + "|".join(MONTHS) + r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
_WEEKDAY = r"(?:" + "|".join(WEEKDAYS) + r"|mon|tues?|weds?|thu|thurs?|fri)\b"
_NO_DAY_NOUN = (
    r"(?! (?:one|available|slot|time|option|appointment|floor|street|st|avenue|ave|opening|choice|visit|dose|jab|thing))"
)
_CLAUSE_END = re.compile(r"[.!?;]|, (?:and|but|so) ")
_TOLD = re.compile(
    r"\b(?:was|wasn't|were|weren't|had|did|didn't|went|fell|saw|came|left|got|won|lost|heard|read|forgot|happened|took|made"
    r"|bought|ate|woke|started|ended|told|said|thought|couldn't|broke|hurt|worked|that(?:'s| is| was| will be| would be)? (?:all|it|everything)"
    r"|all (?:i|for)|help(?:ing)?(?: me)?|weather|how are you|day|ache|hot|cold|feeling|sunny)\b"
)
_WISHED = re.compile(r"\b(?:appointments?|appt|book|schedule|see (?:the|a|my|dr)|visit|slots?|openings?|available|can i|could i|come in"
    r"|would like|i'd like|want|need|please|possible)\b")
_LONG_AGO = timedelta(days=300)
_YEARS_BACK, _YEARS_ON = 130, 20
"""A year further away is a slip of the pen or another kind of number."""


@dataclass(frozen=True, slots=True)
class DateFound:
    """One mention of a day or a stretch of days, first and last included, at clean `[start, end)`.

    `weekday` is set where only a day of the week was said, so that a neighbour ("next week") may settle which.
    `follows` marks "the following Friday", which counts from the mention before it.
    """

    start: int
    end: int
    first: date
    last: date
    weekday: int | None = None
    follows: bool = False
    doubt: str = ""

    @property
    def is_stretch(self) -> bool:
        """Whether several days are meant."""
        return self.first != self.last


_Days = tuple[date, date, str]
_Reader = Callable[[re.Match[str], date], DateFound | _Days | None]


def say_day(day: date) -> str:
    """The day as the product writes it: "Thursday 26 November"."""
    return f"{day:%A} {day.day} {day:%B}"


def find_dates(text: str, *, today: date) -> list[DateFound]:
    """Every mention of a date in clean text, in order, none overlapping another."""
    taken = bytearray(len(text))
    found = [mention for mention in _read_all(text, today, taken)]
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


def _one(day: date, doubt: str = "") -> _Days:
    return day, day, doubt


def _read_iso(match: re.Match[str], today: date) -> _Days:
    return _one(date(int(match[1]), int(match[2]), int(match[3])))


def _read_numeric(match: re.Match[str], today: date) -> _Days | None:
    """Day first, as the clinic writes it; month first where nothing else is possible."""
    if match.group() == "24/7":
        return None
    left, right = int(match[1]), int(match[2])
    if match[3]:
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        return _one(date(year, right, left) if right <= 12 else date(year, left, right))
    if right > 12:
        return _one(*_pick_year(left, right, today))
    day, doubt = _pick_year(right, left, today)
    other = _pick_year(left, right, today)[0] if left <= 12 else day
    near = timedelta(days=60)
    if other != day and (day - today > near or other - today < near):
        doubt = f"{match.group()} could be {say_day(day)} or {say_day(other)}"
    return _one(day, doubt)


def _pick_year(month: int, day: int, today: date) -> tuple[date, str]:
    """The next such day; one that has only just gone by is taken as said, with a doubt."""
    this_year = date(today.year, month, day)
    if this_year >= today:
        return this_year, ""
    coming = date(today.year + 1, month, day)
    if coming - today > _LONG_AGO:
        return this_year, f"{say_day(this_year)} is in the past"
    return coming, ""


def _read_month_day(match: re.Match[str], today: date) -> _Days:
    month = next(i for i, name in enumerate(MONTHS, start=1) if name.startswith(match["month"][:3]))
    day = int(match["day"])
    if match["year"]:
        return _one(date(int(match["year"]), month, day))
    return _one(*_pick_year(month, day, today))


def _read_ordinal(match: re.Match[str], today: date) -> _Days:
    day = int(match["day"])
    if match["which"] == "next":
        return _one(_add_months(today.replace(day=1), 1).replace(day=day))
    here = today.replace(day=day) if day <= monthrange(today.year, today.month)[1] else None
    if here and here >= today:
        return _one(here)
    if here and match["which"]:
        return _one(here, f"{say_day(here)} is in the past")
    following = _add_months(today.replace(day=1), 1)
    while monthrange(following.year, following.month)[1] < day:
        following = _add_months(following, 1)
    return _one(following.replace(day=day))


def _add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > MAXYEAR:
        raise OverflowError(year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _read_relative(match: re.Match[str], today: date) -> _Days:
    said = match.group()
    if "after tomorrow" in said:
        return _one(today + timedelta(days=2))
    if "tomorrow" in said:
        return _one(today + timedelta(days=8 if said.endswith("week") else 1))
    return _one(today + timedelta(days=7 if said.endswith("week") else 0))


def _read_distance(match: re.Match[str], today: date) -> _Days:
    """ "in two weeks", "2 weeks from Friday", "within 3 days"."""
    count = {"a": 1, "an": 1, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3}.get(match["n"]) or int(match["n"])
    unit = match["unit"]
    base = today
    if match["from"] and (day := _find_weekday(match["from"].split()[-1])) is not None:
        base = _coming(today + timedelta(days=1), day)
    elif match["from"] and "tomorrow" in match["from"]:
        base = today + timedelta(days=1)
    if unit == "month":
        there = _add_months(base, count)
    else:
        there = base + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
    return (base, there, "") if match["lead"] and "in" != match["lead"] else _one(there)


def _find_weekday(word: str) -> int | None:
    return next((i for i, name in enumerate(WEEKDAYS) if word.startswith(name[:3])), None)


def _coming(today: date, weekday: int) -> date:
    """The next such weekday, today included."""
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _monday(today: date) -> date:
    return today - timedelta(days=today.weekday())


_WEEK_PARTS = {"early": (0, 1), "beginning": (0, 1), "start": (0, 1), "middle": (1, 3), "mid": (1, 3), "end": (3, 4)}


def _read_week(match: re.Match[str], today: date) -> _Days:
    """ "next week", "later this week", "the end of next week"."""
    monday = _monday(today) + timedelta(days=7 * _weeks_on(match["which"]))
    part = match["part"] or ""
    if part in ("late", "later"):
        return max(monday + timedelta(days=2), today + timedelta(days=1)), monday + timedelta(days=6), ""
    first, last = next((span for word, span in _WEEK_PARTS.items() if part.startswith(word)), (0, 6))
    start, end = monday + timedelta(days=first), monday + timedelta(days=last)
    return (max(start, today), end, "") if end >= today else (start, end, f"{say_day(end)} is in the past")


def _weeks_on(which: str) -> int:
    if "after" in which:
        return 2
    return 1 if "next" in which or "following" in which else 0


def _read_weekend(match: re.Match[str], today: date) -> _Days:
    saturday = _monday(today) + timedelta(days=5 + 7 * _weeks_on(match["which"] or ""))
    return max(saturday, today), saturday + timedelta(days=1), ""


def _read_month(match: re.Match[str], today: date) -> _Days:
    if match["which"]:
        first = _add_months(today.replace(day=1), 1 if match["which"] == "next" else 0)
    else:
        month = next(i for i, name in enumerate(MONTHS, start=1) if name.startswith(match["month"][:3]))
        first = date(today.year + (month < today.month), month, 1)
    return max(first, today), first.replace(day=monthrange(first.year, first.month)[1]), ""


def _read_weekday(match: re.Match[str], today: date) -> DateFound:
    weekday = _find_weekday(match["weekday"])
    assert weekday is not None
    before, after = match["before"] or "", match["after"] or ""
    start, end = match.span()
    coming = _coming(today, weekday)
    later = coming if coming > today else coming + timedelta(days=7)
    if "next week" in before + after or "following week" in after:
        day = _monday(today) + timedelta(days=7 + weekday)
    elif "week on" in before or "week from" in before or after == " week" or after == " after next":
        day = later + timedelta(days=7)
    elif "this week" in after:
        day = _monday(today) + timedelta(days=weekday)
        doubt = f"{say_day(day)} is in the past" if day < today else ""
        return DateFound(start, end, day, day, doubt=doubt)
    elif "next" in before:
        return _read_next(match, today, later)
    elif "coming" in before:
        day = later
    else:
        doubt = f"{WEEKDAYS[weekday].title()} could be today or {say_day(coming + timedelta(days=7))}"
        unclear = coming == today and "this" not in before
        return DateFound(
            start, end, coming, coming, weekday, follows="following" in before, doubt=doubt if unclear else ""
        )
    return DateFound(start, end, day, day)


def _read_next(match: re.Match[str], today: date, later: date) -> DateFound:
    """ "next Thursday" is next week's; said before this week's Thursday it is also a doubt."""
    sunday = _monday(today) + timedelta(days=6)
    if later > sunday:
        return DateFound(match.start(), match.end(), later, later)
    day = later + timedelta(days=7)
    doubt = f"next {day:%A} could be {say_day(later)} or {say_day(day)}"
    return DateFound(match.start(), match.end(), day, day, doubt=doubt)


_NUMBER = r"(?P<n>\d{1,3}|an?|(?:a )?couple of|(?:a )?few)"
_PATTERNS: list[tuple[re.Pattern[str], _Reader]] = [
    (re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b"), _read_iso),
    (re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?(?![\d/])"), _read_numeric),
    (re.compile(r"(?<![\d/.-])(\d{1,2})[.-](\d{1,2})[.-](\d{4})(?!\d)"), _read_numeric),
    (
        re.compile(
            rf"\b(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: day)?(?: of)? (?P<month>{_MONTH})(?:,? (?P<year>\d{{4}})\b)?"
        ),
        _read_month_day,
    ),
    (
        re.compile(
            rf"\b(?P<month>{_MONTH})(?: the)? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]| ?[ap]\.?m\b)(?:,? (?P<year>\d{{4}})\b)?"
        ),
        _read_month_day,
    ),
    (
        re.compile(
            rf"\b(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b{_NO_DAY_NOUN}(?: day)?(?: of (?P<which>this|the|next) month)?"
        ),
        _read_ordinal,
    ),
    (
        re.compile(
            rf"\b(?:(?P<lead>in the next|over the next|within the next|within|in) )?{_NUMBER} (?P<unit>day|week|month|fortnight)s?'?"
            rf"(?:(?:' )?(?: time)? (?P<from>from (?:today|now|tomorrow|{_WEEKDAY})|(?:on )?(?:today|{_WEEKDAY}))| time\b)"
        ),
        _read_distance,
    ),
    (
        re.compile(
            rf"\b(?P<lead>in the next|over the next|within the next|within|in) {_NUMBER} (?P<unit>day|week|month|fortnight)s?\b(?P<from>)"
        ),
        _read_distance,
    ),
    (
        re.compile(
            r"\b(?:the )?day after tomorrow\b|\btomorrow week\b|\btomorrow\b|\btoday week\b"
            r"|\b(?:later )?(?:today|tonight)\b|\bthis (?:morning|afternoon|evening)\b"
        ),
        _read_relative,
    ),
    (
        re.compile(
            rf"\b(?:(?P<before>next week(?:,| on)?|(?:a )?week (?:on|from)|this coming|this next|the next|the coming"
            rf"|the following|following|this|next|coming) )?\b(?P<weekday>{_WEEKDAY})"
            r"(?P<after> (?:of |the )*(?:this|next|following) week\b| week\b| after next\b)?"
        ),
        _read_weekday,
    ),
    (
        re.compile(
            r"\b(?:(?:the )?(?P<part>early|beginning|start|middle|mid|later|late|end)(?: of| in)? ?-?)?"
            r"(?P<which>the week after next|this week|next week|the following week)\b"
        ),
        _read_week,
    ),
    (re.compile(r"\b(?:(?P<which>this|next|the) )?weekend\b"), _read_weekend),
    (re.compile(rf"\b(?:(?P<which>this|next) month\b|(?:in|during|for|sometime in) (?P<month>{_MONTH}))"), _read_month),
]
