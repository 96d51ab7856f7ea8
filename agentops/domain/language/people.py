"""Read who the patient is: name, date of birth, telephone number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from agentops.domain.language.dates import find_dates
from agentops.domain.language.names import HONORIFICS, split_name
from agentops.domain.language.spelling import strip_accents
from agentops.domain.language.words import MONTHS, WEEKDAYS, Clean, fold_case

_WORD = r"\b[^\W\d_][\w'’-]{0,30}"
_NAME = rf"(?P<name>{_WORD}(?: {_WORD}){{0,3}})"
_INTRODUCED = re.compile(
    rf"\b(?:(?:my|the|his|her|their|patient'?s?|full) (?:full )?name is|name'?s|name:|i am called"
    rf"|under the name(?: of)?|patient:?) "
    rf"(?:(?:mr|mrs|ms|miss)\.? )?{_NAME}",
    re.IGNORECASE,
)
_SAID_TO_BE = re.compile(
    rf"\b(?:i'm|i am|this is|it's|it is|for patient|on behalf of|behalf of|calling for|for my (?:son|daughter|husband"
    rf"|wife|mother"
    rf"|father|mum|mom|dad|kid|child|partner|brother|sister|baby)(?: called| named|,)?|(?:my|our) (?:\w+ )?(?:son"
    rf"|daughter"
    rf"|husband|wife|mother|father|mum|mom|dad|kid|child|partner|girl|boy|baby)(?:'s name is| is called| is named|,)?"
    rf"|it's me[.,]|(?<!dr )(?<!doctor )mr|mrs|ms|miss)\.? {_NAME}",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    rf"\b(?:book|move|cancel|reschedule|rebook|put|see|text|message|email|tell|remind|ring|call|for|of|patient"
    rf"|from|to) (?:in )?(?={_NAME})",
    re.IGNORECASE,
)
_HERE = re.compile(rf"{_NAME}(?: here\b| speaking\b|,? (?:born|dob|date of birth)\b)", re.IGNORECASE)
_OPENING_NAME = re.compile(
    r"^\W*(?P<name>[^\W\d_a-z][\w'’-]{1,30}(?: [^\W\d_a-z][\w'’-]{1,30}){1,2})"
    r"(?:,| (?:wants|would|needs|has|is|called|rang|asks|asked|can't|cannot|can|wishes)\b)"
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
email phone number born
"""
_COMMON = frozenset(_COMMON_WORDS.split()) | set(MONTHS) | set(WEEKDAYS) | HONORIFICS
_ASKED_NAME = re.compile(
    r"\b(?:your|patient'?s?|full) (?:full )?name\b|\bwho (?:am i|is this|is it for|is calling)", re.IGNORECASE
)
_ASKED_OTHER = re.compile(r"\bdoctor|clinician|provider|\bwho would you like to see\b", re.IGNORECASE)
_BORN = re.compile(
    r"\b(?:born(?: on| in)?|d\.?o\.?b\.?|date of birth|birth ?date|birthday)(?: is|:| was|,)*(?: on)?(?: the)? ?$"
)
_ASKED_BORN = re.compile(r"date of birth|born|birthday|\bdob\b", re.IGNORECASE)
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


def find_born(clean: Clean, *, today: date, asked: str) -> tuple[date, int, int] | None:
    """The date of birth with its clean span: said to be one, asked for, or a full date more than a year ago."""
    wanted = bool(_ASKED_BORN.search(asked))
    for mention in find_dates(clean.text, today=today):
        said = clean.text[mention.start : mention.end]
        has_year = bool(re.search(r"\d{4}|\d/\d{1,2}/\d\d$", said))
        marked = bool(_BORN.search(clean.text[max(0, mention.start - 30) : mention.start]))
        day = mention.first
        if marked and has_year and day > today and day.year >= 2000 and not re.search(r"\d{4}", said):
            day = day.replace(year=day.year - 100)
        if day < today and has_year and (marked or wanted or (today - day).days > 366):
            return day, mention.start, mention.end
    return None


def find_patient(text: str, *, asked: str, clinicians: Sequence[str]) -> Said | None:
    """The patient's name as written, or None. A clinician's full name is nobody's patient here."""
    taken = {split_name(name) for name in clinicians}
    asked_name = bool(_ASKED_NAME.search(asked)) and not _ASKED_OTHER.search(asked)
    if told := _read_pattern(text, _INTRODUCED, lower_ok=True) or _read_pattern(text, _SAID_TO_BE, lower_ok=asked_name):
        return told
    if asked_name and (answer := _read_answer(text)):
        return answer
    for pattern in (_HERE, _OBJECT, _OPENING_NAME):
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
