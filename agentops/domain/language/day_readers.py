"""Turn one matched mention of a day into dates; each reader knows one way to say a day."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from agentops.domain.language.words import MONTHS, WEEKDAYS
from agentops.domain.phrases import Phrase, say

_LONG_AGO = timedelta(days=300)
Days = tuple[date, date, str]
"""First day, last day, and a doubt or an empty text."""


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


def say_day(day: date) -> Phrase:
    """The day as the product writes it: "Thursday 26 November"."""
    return say("%(weekday)s %(day)s %(month)s", weekday=say(f"{day:%A}"), day=day.day, month=say(f"{day:%B}"))


def say_past(day: date) -> Phrase:
    """The doubt about a day that is over."""
    return say("%(day)s is in the past", day=say_day(day))


def say_either(words: str, one: str, other: str) -> Phrase:
    """The doubt about words that can mean two things."""
    return say("“%(words)s” could be %(one)s or %(other)s", words=words, one=one, other=other)


def one(day: date, doubt: str = "") -> Days:
    return day, day, doubt


def read_iso(match: re.Match[str], today: date) -> Days:
    return one(date(int(match[1]), int(match[2]), int(match[3])))


def read_numeric(match: re.Match[str], today: date) -> Days | None:
    """Day first, as the clinic writes it; month first where nothing else is possible."""
    if match.group() == "24/7":
        return None
    left, right = int(match[1]), int(match[2])
    if match[3]:
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        return one(date(year, right, left) if right <= 12 else date(year, left, right))
    if right > 12:
        return one(*pick_year(left, right, today))
    day, doubt = pick_year(right, left, today)
    other = pick_year(left, right, today)[0] if left <= 12 else day
    near = timedelta(days=60)
    if other != day and (day - today > near or other - today < near):
        doubt = say_either(match.group(), say_day(day), say_day(other))
    return one(day, doubt)


def pick_year(month: int, day: int, today: date) -> tuple[date, str]:
    """The next such day; one that has only just gone by is taken as said, with a doubt."""
    this_year = date(today.year, month, day)
    if this_year >= today:
        return this_year, ""
    coming = date(today.year + 1, month, day)
    if coming - today > _LONG_AGO:
        return this_year, say_past(this_year)
    return coming, ""


def read_month_day(match: re.Match[str], today: date) -> Days:
    month = next(i for i, name in enumerate(MONTHS, start=1) if name.startswith(match["month"][:3]))
    day = int(match["day"])
    if match["year"]:
        return one(date(int(match["year"]), month, day))
    return one(*pick_year(month, day, today))


def read_ordinal(match: re.Match[str], today: date) -> Days:
    day = int(match["day"])
    if match["which"] == "next":
        return one(add_months(today.replace(day=1), 1).replace(day=day))
    here = today.replace(day=day) if day <= monthrange(today.year, today.month)[1] else None
    if here and here >= today:
        return one(here)
    if here and match["which"]:
        return one(here, say_past(here))
    following = add_months(today.replace(day=1), 1)
    while monthrange(following.year, following.month)[1] < day:
        following = add_months(following, 1)
    return one(following.replace(day=day))


def add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > MAXYEAR:
        raise OverflowError(year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def read_relative(match: re.Match[str], today: date) -> Days:
    said = match.group()
    if "after tomorrow" in said:
        return one(today + timedelta(days=2))
    if "tomorrow" in said:
        return one(today + timedelta(days=8 if said.endswith("week") else 1))
    return one(today + timedelta(days=7 if said.endswith("week") else 0))


def read_distance(match: re.Match[str], today: date) -> Days:
    """ "in two weeks", "2 weeks from Friday", "within 3 days"."""
    count = {"a": 1, "an": 1, "couple of": 2, "a couple of": 2, "few": 3, "a few": 3}.get(match["n"]) or int(match["n"])
    unit = match["unit"]
    base = today
    if match["from"] and (day := find_weekday(match["from"].split()[-1])) is not None:
        base = next_weekday(today + timedelta(days=1), day)
    elif match["from"] and "tomorrow" in match["from"]:
        base = today + timedelta(days=1)
    if unit == "month":
        there = add_months(base, count)
    else:
        there = base + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
    return (base, there, "") if match["lead"] and match["lead"] != "in" else one(there)


def find_weekday(word: str) -> int | None:
    return next((i for i, name in enumerate(WEEKDAYS) if word.startswith(name[:3])), None)


def next_weekday(today: date, weekday: int) -> date:
    """The next such weekday, today included."""
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def monday_of(today: date) -> date:
    return today - timedelta(days=today.weekday())


_WEEK_PARTS = {"early": (0, 1), "beginning": (0, 1), "start": (0, 1), "middle": (1, 3), "mid": (1, 3), "end": (3, 4)}


def read_week(match: re.Match[str], today: date) -> Days:
    """ "next week", "later this week", "the end of next week"."""
    monday = monday_of(today) + timedelta(days=7 * weeks_on(match["which"]))
    part = match["part"] or ""
    if part in ("late", "later"):
        return max(monday + timedelta(days=2), today + timedelta(days=1)), monday + timedelta(days=6), ""
    first, last = next((span for word, span in _WEEK_PARTS.items() if part.startswith(word)), (0, 6))
    start, end = monday + timedelta(days=first), monday + timedelta(days=last)
    return (max(start, today), end, "") if end >= today else (start, end, say_past(end))


def weeks_on(which: str) -> int:
    if "after" in which:
        return 2
    return 1 if "next" in which or "following" in which else 0


def read_weekend(match: re.Match[str], today: date) -> Days:
    saturday = monday_of(today) + timedelta(days=5 + 7 * weeks_on(match["which"] or ""))
    return max(saturday, today), saturday + timedelta(days=1), ""


def read_month(match: re.Match[str], today: date) -> Days:
    if match["which"]:
        first = add_months(today.replace(day=1), 1 if match["which"] == "next" else 0)
    else:
        month = next(i for i, name in enumerate(MONTHS, start=1) if name.startswith(match["month"][:3]))
        first = date(today.year + (month < today.month), month, 1)
    return max(first, today), first.replace(day=monthrange(first.year, first.month)[1]), ""


def read_weekday(match: re.Match[str], today: date) -> DateFound:
    weekday = find_weekday(match["weekday"])
    assert weekday is not None
    before, after = match["before"] or "", match["after"] or ""
    start, end = match.span()
    coming = next_weekday(today, weekday)
    later = coming if coming > today else coming + timedelta(days=7)
    if "next week" in before + after or "following week" in after:
        day = monday_of(today) + timedelta(days=7 + weekday)
    elif "week on" in before or "week from" in before or after == " week" or after == " after next":
        day = later + timedelta(days=7)
    elif "this week" in after:
        day = monday_of(today) + timedelta(days=weekday)
        doubt = say_past(day) if day < today else ""
        return DateFound(start, end, day, day, doubt=doubt)
    elif "next" in before:
        return read_next(match, today, later)
    elif "coming" in before:
        day = later
    else:
        doubt = say_either(WEEKDAYS[weekday].title(), say("today"), say_day(coming + timedelta(days=7)))
        unclear = coming == today and "this" not in before
        return DateFound(
            start, end, coming, coming, weekday, follows="following" in before, doubt=doubt if unclear else ""
        )
    return DateFound(start, end, day, day)


def read_next(match: re.Match[str], today: date, later: date) -> DateFound:
    """ "next Thursday" is next week's; said before this week's Thursday it is also a doubt."""
    sunday = monday_of(today) + timedelta(days=6)
    if later > sunday:
        return DateFound(match.start(), match.end(), later, later)
    day = later + timedelta(days=7)
    doubt = say_either(f"next {day:%A}", say_day(later), say_day(day))
    return DateFound(match.start(), match.end(), day, day, doubt=doubt)
