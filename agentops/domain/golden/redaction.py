"""Taking out who the patient was: the same person becomes the same invented one, wherever they are named."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from agentops.domain.cards import Card
from agentops.domain.language.births import find_born
from agentops.domain.language.spelling import strip_accents
from agentops.domain.language.words import clean_words
from agentops.domain.validation import extract_contacts, find_identity_numbers

REGION = "GB"
_PEOPLE = (
    ("Alex", "Morley"), ("Robin", "Hale"), ("Sasha", "Lindon"), ("Kim", "Arden"), ("Jo", "Marlow"), ("Toni", "Wren"),
    ("Andy", "Fallow"), ("Charlie", "Stroud"), ("Nicky", "Thorne"), ("Frankie", "Dunmore"),
)  # fmt: skip
_MIDDLE = "Lee"
_IDENTITY = "219-09-9999"
_RECORD = re.compile(r"0000 \d{3}")
_FIRST_BORN, _BORN_APART = date(1980, 1, 2), timedelta(days=401)
_LONG_AGO = timedelta(days=366)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS)
_DATES = re.compile(
    r"\b(?P<iso>\d{4}-\d\d-\d\d)\b"
    r"|\b(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)\b"
    rf"|\b(?P<wday>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<wmonth>{_MONTH}),? (?P<wyear>\d{{4}})\b"
    rf"|\b(?P<amonth>{_MONTH}) (?P<aday>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<ayear>\d{{4}})\b",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"\b(?:[Mm]y name is|[Tt]his is|[Ii]t['’]?s|I am|I['’]m|[Nn]ame:) (?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,2})"
)
_NAMED_BY = frozenset({"patient", "patient_name", "given", "surname"})
_RECORDS = frozenset({"born", "patient_id", "mobile"})
"""What tells that `name` stands in somebody's record."""


def find_names(values: Iterable[Any]) -> Iterator[str]:
    """Names of patients in recorded values: in what a search was given, in records, and on cards."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from find_names(value)
        elif isinstance(value, dict):
            yield from _names_in(value)
            yield from find_names(value.values())


def _names_in(record: dict[str, Any]) -> Iterator[str]:
    named = _NAMED_BY | ({"name"} if _RECORDS & record.keys() else frozenset())
    yield from (text for key in named & record.keys() if isinstance(text := record[key], str) and text)


def find_introduced(text: str) -> Iterator[str]:
    """Names by which a caller introduces somebody."""
    yield from (match["name"] for match in _INTRODUCED.finditer(text))


@dataclass
class Redactor:
    """Replaces what it was told of and what it finds by itself. `keep` are contact details that are nobody's own.

    `words` are taken out wherever they stand; `numbers` are record numbers.
    """

    today: date
    names: Iterable[str] = ()
    numbers: Iterable[str] = ()
    words: Iterable[str] = ()
    keep: frozenset[str] = frozenset()
    _tokens: dict[str, str] = field(default_factory=dict)
    _seen: dict[tuple[str, Any], str] = field(default_factory=dict)
    _born: dict[date, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in dict.fromkeys(self.names):
            self._learn(name)

    @property
    def count(self) -> int:
        """How many different things were taken out."""
        return len(set(self._tokens.values())) + len(self._seen) + len(self._born)

    def value(self, value: Any) -> Any:
        """A JSON value with every string in it redacted; keys stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return [self.value(each) for each in value]
        if isinstance(value, dict):
            return {key: self.value(each) for key, each in value.items()}
        return value

    def block(self, block: dict[str, Any]) -> dict[str, Any]:
        """A content block: what it says and what it asks for, not by which name it calls a tool."""
        return {key: self.value(value) if key in {"text", "input"} else value for key, value in block.items()}

    def card(self, card: Card) -> Card:
        """A card that points to no words of the caller any more: their places have moved."""
        bare = card.model_copy(update={"said_spans": [], "edit": None, "words": {}})
        return Card.model_validate(self.value(bare.model_dump(mode="json")))

    def text(self, text: str) -> str:
        """One text without what tells who somebody is."""
        if not _STAMP.fullmatch(text):
            text = self._hide_contacts(self._hide_numbers(text))
        text = self._hide_births(text)
        text = _WORD.sub(lambda match: self._name(match[0]), text)
        for word in self.words:
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "…", text, flags=re.IGNORECASE)
        return text

    def _learn(self, name: str) -> None:
        parts = [_key(part) for part in _WORD.findall(name)]
        if not parts or all(part in self._tokens for part in parts):
            return
        given, surname = _PEOPLE[len(set(self._tokens.values())) // 2 % len(_PEOPLE)]
        for place, part in enumerate(parts):
            last = place == len(parts) - 1 and place > 0
            self._tokens.setdefault(part, surname if last else given if place == 0 else _MIDDLE)

    def _name(self, word: str) -> str:
        owner = _POSSESSIVE.search(word)
        bare = word[: owner.start()] if owner else word
        new = self._tokens.get(_key(bare))
        if new is None:
            return word
        cased = new.upper() if bare.isupper() and len(bare) > 1 else new.lower() if bare.islower() else new
        return cased + (owner[0] if owner else "")

    def _hide_contacts(self, text: str) -> str:
        for contact in sorted(extract_contacts(text, REGION), key=lambda each: each.start, reverse=True):
            written = text[contact.start : contact.end]
            if contact.value not in self.keep and not self._is_invented(written):
                new = self._contact(contact.kind, contact.value)
                text = f"{text[: contact.start]}{new}{text[contact.end :]}"
        return text

    def _is_invented(self, written: str) -> bool:
        return written in self._seen.values() or written == _IDENTITY or bool(_RECORD.fullmatch(written))

    def _contact(self, kind: str, value: str) -> str:
        number = sum(1 for known, _ in self._seen if known == kind)
        made = {
            "phone": f"07700 900{400 + number}",
            "email": f"person{number + 1}@example.com",
            "url": f"example.com/{number + 1}",
        }
        return self._seen.setdefault((kind, value), made[kind])

    def _hide_numbers(self, text: str) -> str:
        for leak in sorted(find_identity_numbers(text), key=lambda each: each.start, reverse=True):
            self._seen.setdefault(("identity", text[leak.start : leak.end]), _IDENTITY)
            text = f"{text[: leak.start]}{_IDENTITY}{text[leak.end :]}"
        for place, number in enumerate(dict.fromkeys(self.numbers), start=1):
            spaced = r"\s?".join(map(re.escape, number.replace(" ", "")))
            text = re.sub(rf"(?<!\d){spaced}(?!\d)", f"0000 {place:03}", text)
        return text

    def _hide_births(self, text: str) -> str:
        text = _DATES.sub(self._date, text)
        for _ in range(3):  # written in words, or in a way that only a reader of dates knows
            clean = clean_words(text)
            found = find_born(clean, today=self.today, asked="")
            if found is None or found[0] in self._born.values() or not self._is_birth(found[0]):
                break
            start, end = clean.original_span(found[1], found[2])
            new = self._birth(found[0])
            text = f"{text[:start]}{new.day} {_MONTHS[new.month - 1]} {new.year}{text[end:]}"
        return text

    def _date(self, match: re.Match[str]) -> str:
        read = _read_date(match, self.today)
        if read is None or not self._is_birth(read):
            return match[0]
        return _write_date(self._birth(read), match)

    def _is_birth(self, day: date) -> bool:
        return day < self.today - _LONG_AGO

    def _birth(self, day: date) -> date:
        if day in self._born.values():
            return day
        return self._born.setdefault(day, _FIRST_BORN + _BORN_APART * len(self._born))


def _key(word: str) -> str:
    return strip_accents(word.casefold())


def _read_date(match: re.Match[str], today: date) -> date | None:
    """The date that was written, day first; None where there is no such day."""
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["day"]:
            short = int(match["year"])
            full = short if short > 99 else short + (2000 if short <= today.year % 100 else 1900)
            return date(full, int(match["month"]), int(match["day"]))
        day, month, year = (match["wday"], match["wmonth"], match["wyear"]) if match["wday"] else _american(match)
        return date(int(year), 1 + [name[:3].lower() for name in _MONTHS].index(month[:3].lower()), int(day))
    except ValueError:
        return None


def _american(match: re.Match[str]) -> tuple[str, str, str]:
    return match["aday"], match["amonth"], match["ayear"]


def _write_date(day: date, match: re.Match[str]) -> str:
    """Another date in the way in which one was written."""
    if match["iso"]:
        return day.isoformat()
    if match["day"]:
        mark = match["mark"]
        return f"{day.day}{mark}{day.month}{mark}{day.year if len(match['year']) == 4 else f'{day.year % 100:02}'}"
    month = _MONTHS[day.month - 1]
    return f"{day.day} {month} {day.year}" if match["wday"] else f"{month} {day.day}, {day.year}"
