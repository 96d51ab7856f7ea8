"""Find the times of day in clean text: on the clock, around it, before, after and between, and parts of the day.

Where am or pm was not said, clinic hours decide: 1 to 6 is the afternoon, 8 to 11 the morning, 12 is noon.
"""

import re
from dataclasses import dataclass, replace
from datetime import time

from agentops.domain.language.day_readers import say_either
from agentops.domain.language.wishes import REFUSED_AFTER, REFUSED_BEFORE, is_old
from agentops.domain.phrases import Phrase, say, say_clock, sayable

_PART = r"(?:morning|afternoon|evening|night)"
_CLOCK = re.compile(
    r"(?<![\d:./£$#+])(?<!\d,)(?<![^\d]-)"
    r"(?:(?P<fraction>half(?: past)?|quarter (?:past|to|after|of|till)|(?:5|10|20|25)(?: minutes?)? (?:past|to"
    r"|till)) )?"
    r"(?P<hour>[01]?\d|2[0-4])"
    r"(?:(?P<colon>[:.])(?P<minute>[0-5]\d)(?!\d)| (?P<spoken>15|30|45)(?=\b(?! ?(?:minute|min\b))))?"
    r"(?P<clock> ?o.?clock\b)?"
    r"(?: ?(?P<meridiem>[ap]\.? ?m\b\.?|[ap]\b(?!\.)))?"
    r"(?P<ish> ?-?ish\b)?"
    r"(?: (?:(?:in|of|at|on|for) (?:the |that )?|this |tomorrow |[a-z]+day )?(?P<part>" + _PART + r")\b)?"
    r"(?![\d%/]|[:.]\d|(?:st|nd|rd|th)\b|,\d{3})"
)
_MILITARY = re.compile(
    r"(?<![\d:./£$#+-])(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<hours> ?h(?:ou)?rs?\b)?(?![\d:./-])"
)
_WORDS = {"noon": time(12), "midday": time(12), "mid-day": time(12), "midnight": time(0)}
_NAMED = re.compile(r"\b(?:12 )?(" + "|".join(_WORDS) + r")\b(?! break)")
_LICENCE = re.compile(
    r"\b(?:at|around|about|after|before|by|from|until|till|past|between|approximately|roughly|say|maybe|@|near|since"
    r"|or|to|and|not|than|do|make it|" + _PART + r")(?: (?:at|around|about|say|the))?,? ?$"
)
_WEAK = re.compile(r"\b(?:or|to|and|not|than|do|about|past|from|make it|say|maybe|near)(?: the)?,? ?$")
_NOT_A_TIME = re.compile(
    r"^ ?(?:st|nd|rd|th)\b|^ ?-? ?(?:people|persons?|guests?|years?|yrs?|months?|weeks?|days?|nights?|hours?|hrs?"
    r"|minutes?"
    r"|mins?|times|stars?|miles?|kids?|children|of us|degrees|appointments?|slots?|doctors?|dentists?|mg|ml|percent"
    r"|adults?|other|more|different|places?|options?|street|avenue|pounds?|dollars?|km)\b"
)
_IS_NOW = re.compile(r"^ (?:right )?now\b")
_RANGE_AFTER = re.compile(
    r"^ ?(?:-|to|until|till) ?(?:[1-9]|1\d|2[0-3])(?::\d\d)?(?! ?\d|/| \w*(?:people|weeks|days|months|years))"
)
_RANGE_BEFORE = re.compile(r"(?:^|[^\d/:.+-])\d{1,2}(?::\d\d)?-$")
_PART_BEFORE = re.compile(
    r"\b(?P<part>" + _PART + r")(?:(?:,| at| around| about| by| after| before| from|, say| maybe| please| for)* )$"
)
_GREETING = re.compile(r"\b(?:good|lovely|great|nice|wonderful) $|\ba (?:good|lovely|great|nice|wonderful) $")


@dataclass(frozen=True, slots=True)
class TimeFound:
    """One mention of a time at clean `[start, end)`. `sure` is False where am or pm follows from clinic hours."""

    start: int
    end: int
    at: time
    sure: bool = True
    around: bool = False
    weak: bool = False
    doubt: str = ""
    refused: bool = False
    old: bool = False


def say_time(at: time) -> Phrase:
    """The time as the product writes it: "3:30pm", "9am"."""
    return say_clock(at, short=True)


def find_times(text: str, *, taken: list[tuple[int, int]], bare: bool = False) -> list[TimeFound]:
    """Every clock time in clean text that lies outside the `taken` spans, in order.

    `bare` allows a number that stands alone, as in the answer to "What time?".
    """
    found = [TimeFound(match.start(), match.end(), _WORDS[match[1]]) for match in _NAMED.finditer(text)]
    spans = taken + [(f.start, f.end) for f in found]
    for pattern in (_MILITARY, _CLOCK):
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < b and a < end for a, b in spans[-64:] if b > start):
                continue
            one = _read_military(match, text, bare) if pattern is _MILITARY else _read_clock(match, text, bare)
            if one is not None:
                found.append(one)
                spans.append((start, end))
    return [_mark(text, one) for one in sorted(found, key=lambda f: f.start) if not _IS_NOW.match(text[one.end :][:12])]


def _mark(text: str, one: TimeFound) -> TimeFound:
    before, after = text[max(0, one.start - 60) : one.start], text[one.end : one.end + 30]
    refused = bool(REFUSED_BEFORE.search(before) or REFUSED_AFTER.match(after))
    return replace(one, refused=refused, old=is_old(before))


def _read_military(match: re.Match[str], text: str, bare: bool) -> TimeFound | None:
    """ "1330" is a time, "2026" and "1985" may be years: those need "at" or "hours"."""
    before = text[max(0, match.start() - 20) : match.start()]
    licensed = match["hours"] or re.search(r"\b(?:at|around|after|before|by|until|till) $", before)
    looks_like_year = match["hour"] in ("19", "20")
    if not licensed and (looks_like_year or int(match["minute"]) % 5 or not (bare or _LICENCE.search(before))):
        return None
    return TimeFound(match.start(), match.end(), time(int(match["hour"]), int(match["minute"])))


def _read_clock(match: re.Match[str], text: str, bare: bool) -> TimeFound | None:
    hour = int(match["hour"])
    before = text[max(0, match.start() - 30) : match.start()]
    marked = match["meridiem"] or match["clock"] or match["fraction"] or match["part"] or match["ish"]
    marked = marked or match["colon"] == ":"
    licensed = bool(
        _LICENCE.search(before) or _RANGE_AFTER.match(text[match.end() :][:12]) or _RANGE_BEFORE.search(before)
    )
    if hour > 24 or not (marked or licensed or bare):
        return None
    if not marked and (
        _NOT_A_TIME.match(text[match.end() :][:24]) or (len(match["hour"]) == 2 and match["hour"][0] == "0")
    ):
        return None
    minute = int(match["minute"] or match["spoken"] or 0)
    hour, minute = _add_fraction(match["fraction"] or "", hour, minute)
    prefix = _PART_BEFORE.search(before)
    part = match["part"] or (prefix["part"] if prefix and not _GREETING.search(before[: prefix.start()]) else None)
    written = match["hour"].startswith("0") and match["colon"] == ":"
    at, sure, doubt = _settle_half(hour % 24, minute, (match["meridiem"] or "")[:1], part, written=written)
    around = bool(
        match["ish"] or re.search(r"\b(?:around|about|roughly|approximately|near|close to) (?:the )?$", before)
    )
    weak = not marked and (not licensed or bool(_WEAK.search(before)))
    return TimeFound(match.start(), match.end(), at, sure=sure, around=around, weak=weak, doubt=doubt)


def _add_fraction(fraction: str, hour: int, minute: int) -> tuple[int, int]:
    if not fraction:
        return hour, minute
    share = 30 if fraction.startswith("half") else 15 if fraction.startswith("quarter") else int(fraction.split()[0])
    if not fraction.endswith((" to", " of", " till")):
        return hour, share
    return (hour - 1 if hour != 1 else 12), 60 - share


def _settle_half(hour: int, minute: int, meridiem: str, part: str | None, *, written: bool) -> tuple[time, bool, str]:
    """The time, whether the half of the day was said, and a doubt where what was said does not fit together."""
    if meridiem:
        if meridiem == "p" and hour < 12:
            hour += 12
        elif meridiem == "a" and hour == 12:
            hour = 0
        at = time(hour, minute)
        clash = (part and hour < 12 and part != "morning" and part != "night") or (part == "morning" and hour >= 12)
        return at, True, _say_clash(say_time(at), part) if clash else _doubt_night(at)
    if hour == 0 or hour > 12 or written:
        at = time(hour, minute)
        clash = (part == "morning" and hour >= 12) or (part in ("afternoon", "evening") and hour < 12)
        return at, True, _say_clash(f"{at:%H:%M}", part) if clash else ""
    if part:
        at = time(_hour_in_part(hour, part), minute)
        return at, True, _doubt_night(at)
    if hour == 7:
        return (
            time(hour + 12, minute),
            False,
            say_either(f"{hour}:{minute:02}", say_time(time(7, minute)), say_time(time(19, minute))),
        )
    return time(hour + 12 if hour < 7 else hour, minute), False, ""


_PARTS = (sayable("morning"), sayable("afternoon"), sayable("evening"), sayable("night"))


def _say_clash(clock: str, part: str | None) -> Phrase:
    return say("%(clock)s in the %(part)s does not fit together", clock=clock, part=say(part or ""))


def _hour_in_part(hour: int, part: str) -> int:
    if part == "morning":
        return hour % 12 if hour < 12 else 12
    if part == "night" and (hour == 12 or hour < 5):
        return hour % 12
    return hour if hour == 12 else hour + 12


def _doubt_night(at: time) -> str:
    if not time(0) < at < time(6):
        return ""
    return say(
        "the time could be %(one)s or %(other)s", one=say_time(at), other=say_time(time(at.hour + 12, at.minute))
    )
