"""This is where we hear a no: "don't cancel it", "I don't want it moved", "never mind". No grammar, plain patterns."""

import re
from dataclasses import dataclass

_DO_NOT = r"(?<!why )\b(?:don't|dont|do not|never|wouldn't|would not|no need to|without|instead of|than)"
_NOT = r"(?<!why )(?<!can )(?<!could )(?<!did )(?<!does )(?<!was )\bnot"
_DID_NOT = r"\b(?:did|was)(?:n't|nt| not) (?:ask|asking|say|saying|mean|want|tell)"
_NO = rf"(?:{_DO_NOT}|{_NOT}|{_DID_NOT})"
_BETWEEN = (
    r"(?:,? please,?)?(?: (?:want|wanting|wish|wishing|need|like|have|going|trying|planning|looking|asking|ask|say"
    r"|saying|mean|think|to|you|me|him|her|them|us|anyone|anybody|just|actually|yet|now|even|be|go ahead and))*"
)
_WISHED = r"(?: (?:want|need|like|wish))(?: (?!i\b|that's|that is|which|you\b)[\w']+){1,5}?"
_VISIT = (
    r"(?:it|that|this|them|anything|(?:my|the|his|her|their) (?:\w+ )?(?:appointments?|appt|visit|slot|booking|time))"
)
_LIMITED = (
    r"(?!(?: (?:me|us|it|him|her|them|in|anything|one|an?|the|my|any|appointments?|slots?))*"
    r" (?:before|after|with|too|early|earlier|late|later|in the|on|at|during)\b)"
)
_KEPT = rf"\b(?:keep|keeping) {_VISIT}(?: as (?:it )?is)?(?=(?:,? please|,? thanks)?\s*(?:[.,!?;]|$))"
_WITHDRAWN = re.compile(
    r"\b(?:never ?mind|forget (?:it|that|about it)|leave it(?: alone| be| as (?:it )?is)?|(?:don't|dont|do not) bother)"
    r"(?=\s*(?:[.,!?;]|$))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The words of a no as they were said. `after` is what was said next, where the no was only "never mind"."""

    words: str
    after: str = ""


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def _no_to(verb: str, done: str, *more: str) -> re.Pattern[str]:
    """A no right before the verb, or before a wish that it be done."""
    return _any_of(rf"{_NO}{_BETWEEN} {verb}", rf"{_NO}{_WISHED} {done}\b", *more)


NO_CANCEL = _no_to(
    r"(?:cancel(?:l?ing)?|call(?:ing)? (?:it |that )?off|delet(?:e|ing)|remov(?:e|ing))\b", "cancell?ed", _KEPT
)
NO_MOVE = _no_to(
    rf"(?:mov(?:e|ing)|reschedul(?:e|ing)|chang(?:e|ing)|shift(?:ing)?|postpon(?:e|ing))(?= {_VISIT}|\s*(?:[.,!?;]|$))",
    "(?:moved|rescheduled|changed|postponed)",
    _KEPT,
)
# "Don't book me before ten" is a wish for a time and no refusal.
NO_BOOKING = _no_to(
    rf"(?:(?:book|schedule|reserve)(?:ing)?|mak(?:e|ing) (?:an?|any|another|the) (?:\w+ )?(?:appointment|booking))\b"
    rf"{_LIMITED}",
    r"booked\b(?! up)",
)
NO_TEXT = _no_to(r"(?:text|message|send)(?:ing)?\b", "(?:texted|sent|messaged)")


def find_refusal(text: str, pattern: re.Pattern[str]) -> Refusal | None:
    """The first no of that kind in a text, or the last "never mind"."""
    plain = text.replace("’", "'")
    if said := pattern.search(plain):
        return Refusal(text[said.start() : said.end()])
    dropped = list(_WITHDRAWN.finditer(plain))
    return Refusal(text[dropped[-1].start() : dropped[-1].end()], text[dropped[-1].end() :]) if dropped else None
