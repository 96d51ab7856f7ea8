"""Turn the times of one text into a wish: an exact time, a window, or a part of the day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from itertools import zip_longest

from agentops.domain.language.times import TimeFound
from agentops.domain.language.wishes import is_fallback

_AFTER = re.compile(
    r"\b(?:after|later than|from|since|past|starting(?: at)?|not before|no earlier than|no sooner than|as of)"
    r"(?: about| around| the)? $"
)
_BEFORE = re.compile(
    r"\b(?:before|by|until|till|no later than|not after|earlier than|up to|prior to|not later than)(?: about"
    r"| around)? $"
)
_NOT_BEFORE = re.compile(r"\b(?:not|no|nothing|never) (?:later than|after) $")
_ONWARD = re.compile(r"^ (?:or later|onwards?|and later|or after|and after|and onwards?|upwards)\b")
_BACKWARD = re.compile(r"^ (?:or earlier|or before|at the latest|and earlier|latest)\b")
_TO = re.compile(r"^ ?(?:-|to|and|until|till|through) ?$")
_ENDS = re.compile(r"\b(?:end|ends|ending|finish|finishes|finishing|over)(?: it| the meeting)?(?: at| by| around)? $")
_BETWEEN = re.compile(r"\b(?:between|from) $")

_PARTS: tuple[tuple[str, time | None, time | None], ...] = (
    (r"early (?:in the )?morning|first thing(?: in the morning)?", None, time(10)),
    (r"(?:late|later) (?:in the )?morning|mid-?morning", time(10), time(12)),
    (r"early (?:in the )?afternoon", time(12), time(15)),
    (r"(?:late|later) (?:in the )?afternoon", time(15, 30), time(18)),
    (r"after work", time(17), None),
    (r"after school", time(15, 30), None),
    (r"before work|before school", None, time(9)),
    (r"after lunch", time(13), None),
    (r"before lunch", None, time(12)),
    (r"lunch ?-?time|lunch ?-?hour|lunch break|(?:at|over) lunch|around midday|around noon", time(12), time(14)),
    (r"end of (?:the )?day|late in the day", time(16), None),
    (r"early in the day", None, time(11)),
    (r"mornings?", None, time(12)),
    (r"afternoons?", time(12), time(18)),
    (r"evenings?|tonight", time(17), None),
)
_PART = re.compile("|".join(rf"\b(?P<p{i}>{words})\b" for i, (words, _, _) in enumerate(_PARTS)))
_GREETING = re.compile(r"\b(?:good|lovely|great|nice|wonderful|every|each|yesterday|once in the|twice in the) $")
_REFUSED = re.compile(
    r"\b(?:not|except|can't do|cannot do|don't want|no good|but not|rather than|busy)(?: in| on| the| this| for)* $"
)


@dataclass(frozen=True, slots=True)
class TimeWish:
    """When in the day. `earliest` is the first start that fits; a start must lie before `latest`."""

    start: int
    end: int
    exact: time | None = None
    earliest: time | None = None
    latest: time | None = None
    sure: bool = True
    doubt: str = ""
    refused: bool = False
    old: bool = False
    weak: bool = False


def find_time_wishes(text: str, found: Sequence[TimeFound]) -> list[TimeWish]:
    """The time wishes of clean text, in order: clock times, and parts of the day where no clock time was said."""
    wishes: list[TimeWish] = []
    skip = False
    found = [one for one in found if one is found[0] or not _ENDS.search(text[max(0, one.start - 30) : one.start])]
    for one, following in zip_longest(found, found[1:]):
        if skip:
            skip = False
            continue
        joined = following and _join_pair(text, one, following)
        skip = joined is not None
        wish = joined or _bound(text, one)
        if not wishes or not is_fallback(text, wishes[-1].end, wish.start):
            wishes.append(wish)
    if any(not wish.refused and not wish.old for wish in wishes):
        return wishes
    clocks = [(one.start, one.end) for one in found]
    parts = [m for m in _PART.finditer(text) if not any(m.start() < b and a < m.end() for a, b in clocks)]
    return wishes + [part for match in parts if (part := _read_part(text, match))]


def _read_part(text: str, match: re.Match[str]) -> TimeWish | None:
    before = text[max(0, match.start() - 24) : match.start()]
    if _GREETING.search(before) or (match.group() == "morning" and not text[: match.start()].strip(" ,.!")):
        return None
    _, earliest, latest = _PARTS[int((match.lastgroup or "p0")[1:])]
    refused = bool(_REFUSED.search(before))
    return TimeWish(match.start(), match.end(), earliest=earliest, latest=latest, refused=refused)


def _join_pair(text: str, left: TimeFound, right: TimeFound) -> TimeWish | None:
    gap = text[left.end : right.start]
    before = text[max(0, left.start - 24) : left.start]
    between = bool(_BETWEEN.search(before))
    if not _TO.match(gap) or (gap.strip() == "and" and not between) or (left.old and not between):
        return None
    first = left.at
    if not left.sure and right.at < first and first.hour >= 12:
        first = time(first.hour - 12, first.minute)
    if first < time(8) and not left.sure and first.hour + 12 < right.at.hour:
        first = time(first.hour + 12, first.minute)
    if first >= right.at:
        return None
    return TimeWish(left.start, right.end, earliest=first, latest=right.at, refused=left.refused)


def _bound(text: str, one: TimeFound) -> TimeWish:
    before, after = text[max(0, one.start - 30) : one.start], text[one.end : one.end + 20]
    exact: time | None = one.at
    earliest: time | None = None
    latest: time | None = None
    refused = one.refused
    if _NOT_BEFORE.search(before):
        exact, latest, refused = None, one.at, False
    elif re.search(r"\b(?:not|no|nothing) (?:before|earlier than|sooner than) $", before) or _ONWARD.match(after):
        exact, earliest, refused = None, one.at, False
    elif _BACKWARD.match(after) or _BEFORE.search(before):
        exact, latest = None, one.at
    elif _AFTER.search(before) and not one.old:
        exact, earliest = None, one.at
    elif one.around:
        earliest, latest = _shift(one.at, -30), _shift(one.at, 30)
    return TimeWish(
        one.start, one.end, exact, earliest, latest, one.sure, one.doubt, refused=refused, old=one.old, weak=one.weak
    )


def _shift(at: time, minutes: int) -> time:
    total = min(max(at.hour * 60 + at.minute + minutes, 0), 24 * 60 - 1)
    return time(total // 60, total % 60)
