"""Read who the patient is: name, date of birth, telephone number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agentops.domain.language.names import HONORIFICS, split_name
from agentops.domain.language.spelling import strip_accents
from agentops.domain.language.words import MONTHS, WEEKDAYS, fold_case

_WORD = r"\b[^\W\d_][\w'’-]{0,30}"
_NAME = rf"(?=(?P<name>{_WORD}(?: {_WORD}){{0,3}}))"
_KIN = (
    r"(?:son|daughter|husband|wife|mother|father|mum|mom|mam|dad|kid|child|partner|brother|sister|baby|girl|boy"
    r"|nan|gran|grandma|grandad|grandmother|grandfather|aunt|uncle|friend|neighbour|neighbor|parent|mother-in-law"
    r"|father-in-law)"
)
_NOT_DOCTORS = r"(?<!doctor )(?<!doctors )(?<!doctor's )(?<!doctor’s )(?<!dr )(?<!drs )(?<!dr's )(?<!nurse's )"
_INTRODUCED = re.compile(
    rf"\b(?:(?:my|the|his|her|their|patient'?s?|full) (?:full )?name is|{_NOT_DOCTORS}name(?:'?s| is)|name:|i am called"
    rf"|under the name(?: of)?|patient:?) "
    rf"(?:(?:mr|mrs|ms|miss)\.? )?{_NAME}",
    re.IGNORECASE,
)
_FOR_OTHER = re.compile(
    rf"\b(?:on behalf of|behalf of|calling (?:for|about)|ringing (?:for|about)|for|about)(?: (?:my|our) (?:\w+ )?{_KIN}"
    rf"(?: called| named|,)?|(?<=behalf of)|(?<=calling for)|(?<=ringing for)) {_NAME}",
    re.IGNORECASE,
)
_SAID_TO_BE = re.compile(
    rf"\b(?:i'm|i am|this is|it's|it is|for patient|(?:my|our) (?:\w+ )?{_KIN}(?:'s name is| is called| is named|,)?"
    rf"|it's me[.,]|(?<!dr )(?<!doctor )mr|mrs|ms|miss)\.? {_NAME}",
    re.IGNORECASE,
)
_TYPED = re.compile(
    r"(?:^|\b(?:hiya|hi|hello|hey|morning|afternoon|evening)\b|[,.!?])\W{0,3}(?:its|it's|im|i'm|this is)"
    r" (?P<name>[a-z][\w'’-]{2,} [a-z][\w'’-]{2,})"
    r"(?= here| speaking| can| could| i\b| please| pls| wanting| needing| needs|,|\.|$)"
)
"""Typed without capitals: two words that no other words make a name, so what follows them must."""
_OBJECT = re.compile(
    rf"\b(?:book|move|cancel|reschedule|rebook|put|see|text|message|email|tell|remind|ring|call|for|of|patient|fit"
    rf"|squeeze|let"
    rf"|from|to) (?:in )?{_NAME}",
    re.IGNORECASE,
)
_HERE = re.compile(
    rf"(?P<name>{_WORD}(?: {_WORD}){{0,3}})(?: here\b| speaking\b|,? (?:born|dob|date of birth)\b)", re.IGNORECASE
)
_OPENING_NAME = re.compile(
    r"^\W*(?P<name>[^\W\d_a-z][\w'’-]{1,30}(?: [^\W\d_a-z][\w'’-]{1,30}){1,2})"
    r"(?:,| (?:wants|would|needs|has|is|called|rang|asks|asked|can't|cannot|can|wishes)\b)"
)
_CLOSING_NAME = re.compile(
    r"(?<![Dd]r)(?<!DR)(?<!rof)[.!?,\n-] {0,3}(?i:(?:many |kind |best )?(?:thanks|regards|cheers|wishes),? |from )?"
    r"(?P<name>[^\W\d_a-z][\w'’-]{1,30}(?: [^\W\d_a-z][\w'’-]{1,30}){1,2})[ .!]{0,3}$"
)
_COMMON_WORDS = """
a an the i im my me we us our you your he she it its they his her their this that these those there here yes no not
ok okay please thanks thank hello hi hey dear good great sure right correct fine well just actually sorry is am are
was were be been being has have had do does did can could would should will may might must shall need want like
looking calling trying hoping wanting going feeling having sick ill free available happy glad unable able new
appointment appointments booking doctor dr nurse clinic surgery hospital patient at on in for to from by with and or
but if so as of off about after before around next last first morning afternoon evening night noon today tomorrow
tonight week weekend month day time slot check checkup followup follow vaccination consultation blood test any some
earliest soonest asap soon urgent urgently still also again instead it's i'm i'd i've what when where who which how
why book move cancel change reschedule send text tell message ask let perfect excellent wonderful gp reminder them
him someone somebody everyone another one two three both all only very really too then than because however bye
while during since sir madam team goodbye cheers none nothing never mind yeah yep nope yup late early later soonest
flu jab kind regards best us unwell pregnant back out up down over under not interested afraid worried name address
email phone number born dob d c u r pls plz cant wont dont ta cheers ref re yours sincerely better jabs bloods slots
appt appts apt tmrw today's tomorrow's feeling mum mom mam dad mother father son daughter wife husband partner brother
baby child kid nan gran grandma grandad aunt uncle friend neighbour neighbor parent tho though till until between
"""
_NAME_LINKS = "de da del della der van von den bin ben al el la le di dos du ter st mac"
_PARTICLES = frozenset(_NAME_LINKS.split())
_BEFORE_BIRTH = re.compile(
    r"(?:[\s,;:()\-–]|\.(?= ?(?:dob|d\.o|date|born))|\b(?:who|was|is|here|speaking|born|dob|date of birth|birth ?date"
    r"|birthday|on|the|my|her|his|their|and)\b[:.]?|\bd\. ?o\. ?b\b\.?)*$",
    re.IGNORECASE,
)
_AFTER_BIRTH = re.compile(r"[\s,;:.)\-–]*(?:(?:my |the )?name(?:'s| is)?:? )?")
_COMMON = frozenset(_COMMON_WORDS.split()) | set(MONTHS) | set(WEEKDAYS) | HONORIFICS
_ASKED_NAME = re.compile(
    r"\b(?:your|patient'?s?|full) (?:full )?name\b|\bwho (?:am i|is this|is it for|is calling)", re.IGNORECASE
)
_ASKED_OTHER = re.compile(r"\bdoctor|clinician|provider|\bwho would you like to see\b", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w/:-])(?P<number>\+?\(?\d(?:[ .()-]{0,2}\d){8,14})(?![\w/:]|-\d)")


@dataclass(frozen=True, slots=True)
class Said:
    """A value read from the words, at original `[start, end)`."""

    value: str
    start: int
    end: int


def find_phone(text: str) -> Said | None:
    """The first telephone number, digits and a leading plus only."""
    for match in _PHONE.finditer(text):
        number = match["number"]
        digits = re.sub(r"\D", "", number)
        if 9 <= len(digits) <= 15 and not re.fullmatch(r"\d{4}-\d\d-\d\d.*", number):
            return Said(("+" if number.startswith("+") else "") + digits, *match.span())
    return None


def find_patient(
    text: str, *, asked: str, clinicians: Sequence[str], birth: tuple[int, int] | None = None
) -> Said | None:
    """The patient's name as written, or None. A clinician's full name is nobody's patient here.

    `birth` bounds the date of birth in the text: a full name next to it says best who is meant.
    """
    taken = {split_name(name) for name in clinicians}
    if birth and (named := _read_beside(text, *birth)) and split_name(named.value) not in taken:
        return named
    asked_name = bool(_ASKED_NAME.search(asked)) and not _ASKED_OTHER.search(asked)
    for pattern, lower_ok in ((_FOR_OTHER, False), (_INTRODUCED, True), (_SAID_TO_BE, asked_name), (_TYPED, True)):
        told = _read_pattern(text, pattern, lower_ok=lower_ok)
        if told and (pattern is not _TYPED or " " in told.value):
            return told
    if asked_name and (answer := _read_answer(text)):
        return answer
    for pattern in (_HERE, _OBJECT, _OPENING_NAME, _CLOSING_NAME):
        said = _read_pattern(text, pattern, lower_ok=False)
        if said and split_name(said.value) not in taken and (" " in said.value or pattern is _HERE):
            return said
    return None


def _read_pattern(text: str, pattern: re.Pattern[str], *, lower_ok: bool) -> Said | None:
    """The first name that `pattern` announces. One capitalised word after "for" is as often a place or a thing."""
    for match in pattern.finditer(text):
        said = _trim(text, match.start("name"), match.end("name"), lower_ok=lower_ok)
        if said and (pattern is not _HERE or said.end == match.end("name")):
            return said
    return None


def _read_beside(text: str, start: int, end: int) -> Said | None:
    """The full name that stands right before or right after a date of birth."""
    before = _BEFORE_BIRTH.search(text, max(0, start - 60), start)
    stop = before.start() if before else start
    words: list[re.Match[str]] = []
    for word in reversed(list(re.finditer(_WORD, text[max(0, stop - 80) : stop]))):
        gap = text[max(0, stop - 80) + word.end() : words[-1].start() + max(0, stop - 80)] if words else ""
        if len(words) > 3 or (words and gap != " ") or not _continues(word.group(), [w.group() for w in words]):
            break
        words.append(word)
    offset = max(0, stop - 80)
    if len(words) > 1 and words[0].end() + offset == stop:
        return Said(text[offset + words[-1].start() : stop], offset + words[-1].start(), stop)
    after = _AFTER_BIRTH.match(text, end)
    said = re.match(_NAME, text[after.end() :]) if after else None
    if after is None or said is None:
        return None
    told = _trim(text, after.end(), after.end() + said.end("name"), lower_ok=text[after.end()].islower())
    return told if told and " " in told.value and len(told.value.split()) < 4 else None


def _continues(word: str, found: list[str]) -> bool:
    """Whether `word` belongs to the name whose later words (last first) are `found`."""
    plain = strip_accents(fold_case(word)).strip("'")
    if plain in _PARTICLES and found:
        return True
    if plain in _COMMON or len(plain) < 2:
        return False
    if not found or found[0][0].isupper():
        return bool(not found or word[0].isupper())
    return all(fold_case(w) in _PARTICLES for w in found[1:])


def _read_answer(text: str) -> Said | None:
    match = re.match(
        rf"\s*(?:(?:it's|its|i'm|i am|my name is|this is|yes,?|hi,?|hello,?|sure,?|name is)\s+)*{_NAME}",
        text,
        re.IGNORECASE,
    )
    return _trim(text, match.start("name"), match.end("name"), lower_ok=True) if match else None


def _trim(text: str, start: int, end: int, *, lower_ok: bool) -> Said | None:
    """Keep the leading words that can be a name: capitalised, or any uncommon word where a name was announced."""
    kept_end = start
    for match in re.finditer(_WORD, text[start:end]):
        word = match.group().removesuffix("'s").removesuffix("’s")
        plain = strip_accents(fold_case(word)).strip("'")
        if plain in _COMMON or not (lower_ok or word[0].isupper()):
            break
        kept_end = start + match.start() + len(word)
    return Said(text[start:kept_end], start, kept_end) if kept_end - start > 1 else None
