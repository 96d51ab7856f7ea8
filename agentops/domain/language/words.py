"""Even out a patient's words for the grammar: case, quotes, number words and plain misspellings.

Every character of the clean text knows which original characters it stands for, so that spans can be shown in the
words as they were said.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from agentops.domain.language.spelling import count_edits

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_ORDINALS = {
    "third": "3rd",
    "fourth": "4th",
    "fifth": "5th",
    "sixth": "6th",
    "seventh": "7th",
    "eighth": "8th",
    "ninth": "9th",
    "tenth": "10th",
    "eleventh": "11th",
    "twelfth": "12th",
    "thirteenth": "13th",
    "fourteenth": "14th",
    "fifteenth": "15th",
    "sixteenth": "16th",
    "seventeenth": "17th",
    "eighteenth": "18th",
    "nineteenth": "19th",
    "twentieth": "20th",
    "thirtieth": "30th",
}
_EARLY_ORDINALS = {"first": "1st", "second": "2nd"}
"""Read as dates only beside a month or after "on the": "the first one" is no date."""

_SPOKEN = {word: str(n) for n, word in enumerate(_UNITS + _TEENS, start=1)}
_SPOKEN |= {word: str(n) for word, n in _TENS.items()} | _ORDINALS
_KEYWORDS = (
    *WEEKDAYS,
    *(month for month in MONTHS if len(month) > 5),
    "tomorrow",
    "morning",
    "afternoon",
    "evening",
    "tonight",
    "weekend",
    "appointment",
    "reschedule",
    "cancel",
)
_SHORT = {
    "mon": "monday",
    "tue": "tuesday",
    "tues": "tuesday",
    "wed": "wednesday",
    "weds": "wednesday",
    "thu": "thursday",
    "thur": "thursday",
    "thurs": "thursday",
    "fri": "friday",
    "tmrw": "tomorrow",
    "tmw": "tomorrow",
    "tmr": "tomorrow",
    "tomoz": "tomorrow",
    "nxt": "next",
    "wk": "week",
    "wks": "weeks",
    "wknd": "weekend",
    "appt": "appointment",
    "appts": "appointments",
    "apt": "appointment",
    "appnt": "appointment",
    "hav": "have",
    "pls": "please",
    "plz": "please",
    "u": "you",
    "ur": "your",
    "cant": "can't",
    "cudnt": "couldn't",
    "couldnt": "couldn't",
    "wont": "won't",
    "dont": "don't",
    "doesnt": "doesn't",
    "isnt": "isn't",
    "wouldnt": "wouldn't",
    "im": "i'm",
    "ive": "i've",
    "thats": "that's",
    "whats": "what's",
    "hows": "how's",
    "wheres": "where's",
    "theres": "there's",
    "youre": "you're",
    "theyre": "they're",
    "arent": "aren't",
    "wasnt": "wasn't",
    "werent": "weren't",
    "didnt": "didn't",
    "havent": "haven't",
    "hasnt": "hasn't",
    "shouldnt": "shouldn't",
    "wanna": "want to",
    "gonna": "going to",
    "gotta": "have to",
    "gimme": "give me",
    "lemme": "let me",
    "dunno": "don't know",
    "idk": "i don't know",
    "nvm": "never mind",
    "thx": "thanks",
    "thnx": "thanks",
    "thanx": "thanks",
    "tks": "thanks",
    "ty": "thank you",
    "tysm": "thank you",
    "cya": "see you",
    "yh": "yes",
    "def": "definitely",
    "defo": "definitely",
    "bday": "birthday",
    "msg": "message",
    "coz": "because",
    "cuz": "because",
    "tdy": "today",
    "tday": "today",
    "tomo": "tomorrow",
    "tmoro": "tomorrow",
    "tmo": "tomorrow",
    "tnite": "tonight",
    "apmt": "appointment",
    "apptmt": "appointment",
    "shud": "should",
    "resched": "reschedule",
    "cud": "could",
    "wud": "would",
    "arvo": "afternoon",
    "aft": "afternoon",
    "morn": "morning",
    "eve": "evening",
}
"""Typed short. Only words that are nothing else in a patient's mouth."""
_SEE = re.compile(r"\b(?:can|could|may|cud) (?:i|we|he|she|they|me) $|\bto $")
_HALF_BEFORE = re.compile(
    r"(?:day|mon|tues?|weds?|thurs?|thu|fri|sat|sun|tomorrow|tmrw|tmw|(?<=\d)(?:st|nd|rd|th)) (?:in the )?$"
)
_HALF_AFTER = re.compile(r" (?:i|at|the|a|not|so|\d)\b")
_DIGIT_WORDS = {
    "2moro": "tomorrow",
    "2morrow": "tomorrow",
    "2mrw": "tomorrow",
    "2moz": "tomorrow",
    "2day": "today",
    "2nite": "tonight",
    "2night": "tonight",
    "b4": "before",
    "l8r": "later",
    "gr8": "great",
    "m8": "mate",
}
_NOT_MISSPELT = frozenset(
    {"mourning", "moaning", "sundae", "sundry", "evenings", "mornings", "afternoons", "cancer", "cancers"}
)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "`": "'", "–": "-", "—": "-", "\u00a0": " "})

_TOKEN = re.compile(
    r"\b(?P<tens>twenty|thirty|forty|fifty)[ -]"
    r"(?P<unit>one|two|three|four|five|six|seven|eight|nine"
    r"|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b"
    r"|\b(?P<mixed>2moro|2morrow|2mrw|2moz|2day|2nite|2night|b4|l8r|gr8|m8)\b|(?P<word>[^\W\d_]+)"
)
_PRONOUN_ONE = re.compile(
    r"(?:this|that|the|which|any|another|no|each|next|other|every|a|good|some|new|first|1st"
    r"|second|2nd|third|3rd|last|earlier|later|middle|early|late|right|wrong|same|only) $"
)
_MONTH_BEFORE = re.compile(r"(?:on the|" + "|".join(MONTHS) + r") (?:the )?$")
_MONTH_AFTER = re.compile(r"(?:day )?of (?:this|the|next) month|(?:of )?(?:" + "|".join(MONTHS) + r")\b")


@dataclass(frozen=True, slots=True)
class Clean:
    """Text evened out. `starts[i]` and `ends[i]` bound the original characters that clean character `i` stands for."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where clean `[start, end)`, which must not be empty, lies in the original."""
        return self.starts[start], self.ends[end - 1]


def fold_case(text: str) -> str:
    """Lower case and straight quotes, character for character (the length never changes)."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text.translate(_QUOTES))


@lru_cache(maxsize=4096)
def correct_word(word: str) -> str:
    """The calendar word that `word` is a plain misspelling of, or `word` itself."""
    if len(word) < 5 or word in _NOT_MISSPELT or word in _KEYWORDS or word.removesuffix("s") in _KEYWORDS:
        return word
    near = [k for k in _KEYWORDS if k[0] == word[0] and count_edits(word, k, most=2) <= (2 if len(k) >= 8 else 1)]
    return near[0] if len(near) == 1 else word


def clean_words(text: str) -> Clean:
    """Even out `text`. Linear in its length; never fails."""
    low = fold_case(text)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in _TOKEN.finditer(low):
        _copy(low, at, match.start(), out, starts, ends)
        spoken = _say_number(match, low) or _say_short(match, low) or correct_word(match.group())
        if spoken == match.group():
            _copy(low, match.start(), match.end(), out, starts, ends)
        else:
            out.append(spoken)
            starts.extend([match.start()] * len(spoken))
            ends.extend([match.end()] * len(spoken))
        at = match.end()
    _copy(low, at, len(low), out, starts, ends)
    return Clean(text="".join(out), starts=tuple(starts), ends=tuple(ends))


def _copy(low: str, start: int, end: int, out: list[str], starts: list[int], ends: list[int]) -> None:
    out.append(low[start:end])
    starts.extend(range(start, end))
    ends.extend(range(start + 1, end + 1))


def _say_short(match: re.Match[str], low: str) -> str | None:
    """What is meant by a word typed short: "nxt tues am" is "next tues morning"."""
    word = match.group()
    before = low[max(0, match.start() - 20) : match.start()]
    if word == "c":
        return "see" if _SEE.search(before) else None
    if word in ("am", "pm"):
        half = _HALF_BEFORE.search(before) and not _HALF_AFTER.match(low, match.end())
        return ("morning" if word == "am" else "afternoon") if half else None
    if low[match.start() - 1 : match.start()] == "'":
        return None
    return _DIGIT_WORDS.get(word) or _SHORT.get(word)


def _say_number(match: re.Match[str], low: str) -> str | None:
    """The digits of a number word ("twenty first" is "21st"), or None where it is no number."""
    if match["tens"]:
        return _join_tens(match["tens"], match["unit"])
    word = match["word"] or ""
    before = low[max(0, match.start() - 14) : match.start()]
    if word == "one" and _PRONOUN_ONE.search(before):
        return None
    if word in _EARLY_ORDINALS:
        dated = _MONTH_BEFORE.search(before) or _MONTH_AFTER.match(low, match.end() + 1)
        return _EARLY_ORDINALS[word] if dated else None
    return _SPOKEN.get(word)


def _join_tens(tens: str, unit: str) -> str:
    value = _TENS[tens]
    if unit in _UNITS:
        return str(value + _UNITS.index(unit) + 1)
    ordinal = _EARLY_ORDINALS.get(unit) or _ORDINALS[unit]
    return f"{value + int(ordinal[:-2])}{ordinal[-2:]}"
