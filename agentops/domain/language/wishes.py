"""Join the dates found in one text into wishes: ranges, alternatives, bounds, and days that were ruled out."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise, zip_longest

from agentops.domain.language.dates import find_dates
from agentops.domain.language.day_readers import DateFound, say_past

_BESIDE = re.compile(r"^[ ,(]*(?:the |on |on the |of )?$")
_RANGE_GAP = re.compile(r"^ ?(?:to|through|thru|until|till|-) ?$")
_EITHER_GAP = re.compile(r"^(?:,| or| and|, or)+ (?:on |the |else |maybe |possibly )*$")
_BETWEEN = re.compile(r"\bbetween (?:the )?$")
_AFTER = re.compile(r"\b(?:after|later than|not before|no earlier than) (?:the )?$")
_FROM = re.compile(r"\b(?:from|starting(?: on)?|beginning|as of|since) (?:the )?$")
_BEFORE = re.compile(r"\b(?:before|earlier than|prior to) (?:the )?$")
_BY = re.compile(r"\b(?:by|until|till|no later than|not after|up to) (?:the )?$")
_ONWARD = re.compile(r"^ (?:onwards?|or later|or after|or any day after)\b")
_WEEK_OF = re.compile(r"\bweek (?:of|commencing|beginning|starting) (?:on )?(?:the )?$")
REFUSED_BEFORE = re.compile(
    r"\b(?:not|except(?: for)?|any(?:thing|time| time| day)? but|other than|apart from|rather than|instead of"
    r"|(?:can't|cannot|can not|couldn't|won't) (?:do|make|manage|come)(?: it)?|don't want|no good on|busy|away)"
    r"(?: at| on| for| the| a| this)* $"
)
REFUSED_AFTER = re.compile(
    r"^(?: at all)? (?:doesn't|does not|don't|won't|will not|isn't|is not|is no|is out|is bad|is impossible|wouldn't"
    r"|would not|no longer|is too|was too|is full|is taken)\b"
)
_OLD_BEFORE = re.compile(
    r"\b(?:my|from|currently|original(?:ly)?|existing|instead of|was|is (?:on|for|at)|booked(?: in)?|scheduled"
    r"|(?:the|my|our|his|her|their|this|that|have an?|had an?|got an?)(?: \w+){0,3}"
    r" (?:appointment|booking|visit|meeting|reservation|one|slot)(?: (?!to\b|until\b|for\b)\w+){0,4}?(?: on| for| at"
    r"| of| is))"
    r"(?: on| for| at| the| next| this| with \w+)* $"
)
_WANTED_BEFORE = re.compile(
    r"\b(?:want|like|need|prefer|set|make)(?: (?:to|it|have|the|my|me|make|change|move|set))* (?:appointment|booking"
    r"|visit|slot)"
    r"(?: to be)?(?: on| for| at)(?: the| next| this)* $"
)
_FOR_ONE = re.compile(
    r"\b(?:for|to) (?:one|something|somewhere|some time|an?(?:other)? \w+)(?: (?:on|at|in|the|next))* $"
)
_MOVING = re.compile(r"\b(?:mov|chang|shift|switch|swap|bring|push|put|re-?schedul|re-?book|re-?arrang)\w*\b[^.?!]*$")
_FALLBACK = re.compile(
    r"\b(?:if not|if that|if those|otherwise|or else|alternatively|failing that|if (?:he|she|it) (?:isn't|can't"
    r"|doesn't))\b"
)


def is_old(before: str) -> bool:
    """Whether the words just before a day or time tell that it is that of the present appointment."""
    wanted = _WANTED_BEFORE.search(before) or _FOR_ONE.search(before)
    return bool(_OLD_BEFORE.search(before)) and not wanted


def is_fallback(text: str, first: int, start: int) -> bool:
    """Whether what stands at `start` is only a second choice after what ended at `first` ("if not, Sunday")."""
    return bool(_FALLBACK.search(text[first:start]))


@dataclass(frozen=True, slots=True)
class DateWish:
    """Days somebody wished for, or ruled out (`refused`), or has now (`old`: "from Monday to Friday" when moving).

    `first` and `last` are included; None is open. `days` lists the only days meant where they do not adjoin.
    """

    start: int
    end: int
    first: date | None
    last: date | None
    days: tuple[date, ...] = ()
    doubt: str = ""
    refused: bool = False
    old: bool = False


def find_wishes(text: str, *, today: date) -> list[DateWish]:
    """The date wishes in clean text, in order."""
    mentions = _count_from_previous(_settle_weekdays(_merge_neighbours(text, find_dates(text, today=today))))
    wishes: list[DateWish] = []
    skip = False
    for mention, following in zip_longest(mentions, mentions[1:]):
        if skip:
            skip = False
            continue
        joined = following and _join_pair(text, mention, following)
        skip = joined is not None
        wish = _mark(text, joined or _bound(text, mention, today))
        if not wishes or not is_fallback(text, wishes[-1].end, wish.start):
            wishes.append(wish)
    return wishes


def _merge_neighbours(text: str, mentions: list[DateFound]) -> list[DateFound]:
    """ "Friday the 14th" and "tomorrow, Tuesday" are one day said twice; where they clash, that is a doubt."""
    merged: list[DateFound] = []
    for mention in mentions:
        left = merged[-1] if merged else None
        if left is None or not _BESIDE.match(text[left.end : mention.start]) or left.is_stretch or mention.is_stretch:
            merged.append(mention)
        elif (one := _merge_two(left, mention)) is not None:
            merged[-1] = one
        else:
            merged.append(mention)
    return merged


def _merge_two(left: DateFound, right: DateFound) -> DateFound | None:
    if (left.weekday is None) == (right.weekday is None):
        return replace(left, end=right.end) if left.first == right.first else None
    exact, named = (right, left) if left.weekday is not None else (left, right)
    doubt = exact.doubt
    if exact.first.weekday() != named.weekday:
        doubt = f"{exact.first.day} {exact.first:%B} is a {exact.first:%A}, not a {named.first:%A}"
    return replace(exact, start=left.start, end=right.end, doubt=doubt)


def _settle_weekdays(mentions: list[DateFound]) -> list[DateFound]:
    """A stretch ("next week") said with a plain weekday says which weekday is meant, and is then used up."""
    stretches = [m for m in mentions if m.is_stretch]
    plain = [m for m in mentions if m.weekday is not None]
    if len(stretches) != 1 or not plain:
        return mentions
    stretch = stretches[0]
    settled = []
    for mention in mentions:
        if mention.weekday is None:
            settled.append(mention)
            continue
        day = stretch.first + timedelta(days=(mention.weekday - stretch.first.weekday()) % 7)
        if day > stretch.last:
            return mentions
        settled.append(replace(mention, first=day, last=day, weekday=None, doubt=""))
    return [m for m in settled if m != stretch]


def _count_from_previous(mentions: list[DateFound]) -> list[DateFound]:
    """ "from 3 December to the following Friday": that Friday comes after the day before it in the text."""
    counted = mentions[:1]
    for previous, mention in pairwise(mentions):
        if mention.follows and mention.weekday is not None:
            day = previous.last + timedelta(days=(mention.weekday - previous.last.weekday() - 1) % 7 + 1)
            counted.append(replace(mention, first=day, last=day, doubt=""))
        else:
            counted.append(mention)
    return counted


def _join_pair(text: str, left: DateFound, right: DateFound) -> DateWish | None:
    gap = text[left.end : right.start]
    between = bool(_BETWEEN.search(text[: left.start][-20:])) and gap.strip(" ,").split(" ")[0] == "and"
    if right.first < left.last and right.weekday is not None:
        right = replace(right, first=right.first + timedelta(days=7), last=right.last + timedelta(days=7))
    if right.last < left.first:
        return None
    doubt = left.doubt or right.doubt
    before = text[max(0, left.start - 60) : left.start]
    if not between and gap.strip() == "to" and is_old(before) and _MOVING.search(before):
        return None
    if between or _RANGE_GAP.match(gap):
        return DateWish(left.start, right.end, left.first, right.last, doubt=doubt)
    if not _EITHER_GAP.match(gap) or left.is_stretch or right.is_stretch:
        return None
    days = (left.first, right.first) if (right.first - left.first).days > 1 else ()
    return DateWish(left.start, right.end, left.first, right.last, days=days, doubt=doubt)


def _bound(text: str, mention: DateFound, today: date) -> DateWish:
    before = text[max(0, mention.start - 30) : mention.start]
    first: date | None = mention.first
    last: date | None = mention.last
    one_day = timedelta(days=1)
    if _WEEK_OF.search(before):
        first = mention.first - timedelta(days=mention.first.weekday())
        last = first + timedelta(days=6)
    elif _AFTER.search(before):
        first, last = mention.last + one_day, None
    elif _BEFORE.search(before) and mention.first > today:
        first, last = today, mention.first - one_day
    elif _BY.search(before) and mention.last >= today:
        first = today
    elif (_FROM.search(before) and not mention.is_stretch) or _ONWARD.match(text[mention.end : mention.end + 20]):
        last = None
    doubt = mention.doubt
    if not doubt and last is not None and last < today:
        doubt = say_past(last)
    return DateWish(mention.start, mention.end, first, last, doubt=doubt)


def _mark(text: str, wish: DateWish) -> DateWish:
    before, after = text[max(0, wish.start - 60) : wish.start], text[wish.end : wish.end + 30]
    refused = bool(REFUSED_BEFORE.search(before) or REFUSED_AFTER.match(after))
    return replace(wish, refused=refused, old=is_old(before))
