"""Values that must not leave: social security numbers, and what belongs to other patients."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from agentops.domain.phrases import sayable
from agentops.domain.validation.contacts import Contact
from agentops.domain.validation.folding import fold_text, trace
from agentops.domain.validation.links import read_email
from agentops.domain.validation.phonebook import read_e164
from agentops.domain.validation.rules import OutputRules, Protected, Rule

_AREA, _SERIAL = r"(?!000|666)[0-8]\d\d", r"(?!0000)\d{4}"
_TAXPAYER_AREA, _TAXPAYER_GROUP = r"9\d\d", r"(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])"
_ALONE, _OVER = r"(?<![\w+])(?<!\d[-./])", r"(?!\w)(?![-./]\d)"
_GROUPED = re.compile(
    rf"{_ALONE}(?:{_AREA}(\s?[-./]\s?)(?!00)\d\d\1|{_TAXPAYER_AREA}([-./]){_TAXPAYER_GROUP}\2){_SERIAL}{_OVER}"
)
_SPACED = re.compile(
    rf"{_ALONE}(?<!\d )(?:{_AREA} (?!00)\d\d|{_TAXPAYER_AREA} {_TAXPAYER_GROUP}) {_SERIAL}{_OVER}(?! \d)"
)
_HALF_GROUPED = re.compile(rf"{_ALONE}(?:{_AREA}-(?!00)\d\d|{_TAXPAYER_AREA}-{_TAXPAYER_GROUP}){_SERIAL}{_OVER}")
_LOOSE = re.compile(rf"(?<![\d+])(?:{_AREA}[-. ]?(?!00)\d\d|9\d\d[-. ]?[5-9]\d)[-. ]?{_SERIAL}(?!\d)")
_NAMED_BEFORE = re.compile(
    r"\b(?:ssns?|social security(?: (?:no|number|num))?|social insurance|itin|tin|tax(?:payer)? (?:id|"
    r"identification))\b[^\n]{0,40}$",
    re.IGNORECASE,
)
_NAMED_AFTER = re.compile(
    r"[\s(,-]{0,3}(?:is (?:my|your|his|her|their|the) )?(?:ssn|social security|itin)\b", re.IGNORECASE
)
_INSURANCE = re.compile(r"\b[A-Z]{2}(\s?)\d\d\1\d\d\1\d\d\1[A-D]\b")
_WORD = re.compile(r"[^\W_]+(?:'(?!s\b)[^\W_]+)*", re.IGNORECASE)
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


@dataclass(frozen=True)
class Leak:
    """Where something stands that must not leave, and what kind of thing it is."""

    rule: Rule
    start: int
    end: int
    label: str


def find_identity_numbers(text: str) -> Iterator[Leak]:
    """Social security, taxpayer and national insurance numbers in a folded text.

    Undivided nine digits, and five and four (the form of a postcode), count only where a word names them.
    """
    for pattern in (_GROUPED, _SPACED, _HALF_GROUPED):
        for match in pattern.finditer(text):
            yield Leak("identity_number", match.start(), match.end(), sayable("a social security number"))
    for match in _LOOSE.finditer(text):
        before = text[max(0, match.start() - 80) : match.start()]
        if _NAMED_BEFORE.search(before) or _NAMED_AFTER.match(text, match.end()):
            yield Leak("identity_number", match.start(), match.end(), sayable("a social security number"))
    for match in _INSURANCE.finditer(text):
        yield Leak("identity_number", match.start(), match.end(), sayable("a national insurance number"))


def find_protected(*, text: str, contacts: Iterable[Contact], rules: OutputRules) -> Iterator[Leak]:
    """Values of other people in a folded text.

    A telephone number or e-mail address that is configured as this patient's too is theirs; nothing else excuses.
    """
    found = list(contacts)
    words = [(_plain_word(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]
    line = _join(word for word, _, _ in words)
    shared = {_plain_contact("phone", phone, rules.region) for phone in rules.known_phones}
    shared |= {_plain_contact("email", email, rules.region) for email in rules.known_emails}
    for each in rules.protected:
        value = _plain_contact(each.kind, each.value, rules.region)
        if value in shared:
            continue
        spans = [
            (contact.start, contact.end) for contact in found if (contact.kind, contact.value) == (each.kind, value)
        ]
        for form in () if spans else _ways_of_saying(each):
            spans += _word_spans(form, line, words)
        for start, end in spans:
            yield Leak("protected_value", start, end, _OTHERS.get(each.kind, f"another person's {each.kind}"))


_OTHERS = {
    "phone": sayable("another person's telephone number"),
    "email": sayable("another person's e-mail address"),
    "born": sayable("another person's date of birth"),
    "name": sayable("another person's name"),
}


def _plain_contact(kind: str, value: str, region: str) -> str:
    """The form in which a contact of this kind is found; of other kinds, the value."""
    if kind == "phone":
        return read_e164(value, region) or value
    return read_email(value) if kind == "email" else value


def _plain_word(word: str) -> str:
    return word.casefold().replace("'", "")


def _ways_of_saying(each: Protected) -> Iterator[str]:
    """The value as words; a name also surname first and without its middle names, a date in every usual form."""
    words = [_plain_word(match[0]) for match in _WORD.finditer(fold_text(trace(each.value)).text)]
    if each.kind == "born":
        yield from _ways_of_dating(each.value)
    elif each.kind == "name" and len(words) > 1:
        yield from {
            _join(words),
            _join([words[-1], *words[:-1]]),
            _join([words[0], words[-1]]),
            _join([words[-1], words[0]]),
        }
    elif len("".join(words)) > 2:
        yield _join(words)


def _ways_of_dating(value: str) -> Iterator[str]:
    try:
        born = date.fromisoformat(value)
    except ValueError:
        yield _join(match[0].casefold() for match in _WORD.finditer(value))
        return
    year, month, day, name = born.year, born.month, born.day, _MONTHS[born.month - 1]
    for days in {f"{day}", f"{day:02}", f"{day}st", f"{day}nd", f"{day}rd", f"{day}th"}:
        for months in {name, name[:3], f"{month}", f"{month:02}"}:
            for years in (f"{year}", f"{year % 100:02}"):
                yield from (f" {days} {months} {years} ", f" {months} {days} {years} ")
        yield f" {days} of {name} {year} "
    yield f" {year} {month:02} {day:02} "
    yield f" {year} {month} {day} "


def _join(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "


def _word_spans(form: str, line: str, words: list[tuple[str, int, int]]) -> list[tuple[int, int]]:
    spans, place = list[tuple[int, int]](), line.find(form)
    while place >= 0 and form.strip():
        first = line.count(" ", 0, place + 1) - 1
        last = first + form.count(" ") - 2
        spans.append((words[first][1], words[last][2]))
        place = line.find(form, place + 1)
    return spans
