"""This is where we hear which clinicians were named with their title: "Dr Patel", "doctor patle", "Nurse Lowe".

It does not ask the reader whose reading was acted on, so that a mistake there is seen here.
"""

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from agentops.toolsets.clinic.directory import fold_name
from agentops.toolsets.clinic.models import Patient, Provider

_ALIKE = 0.75
_TITLED = re.compile(
    r"\b(?P<title>dr|doctor|doc|nurse)\b\.? *(?P<name>[^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*)?)", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_][\w'’-]*")
_SOMEONE = (
    r"(?:any (?:\w+ )?(?:doctor|dr|gp|clinician|nurse)\b|either (?:doctor|one)\b|anyone\b|anybody\b|whoever\b"
    r"|no preference\b|don['’]?t mind who\b)"
)
_ELSE = r"\b(?:another|different|other) (?:\w+ )?(?:doctor|dr|gp|clinician|nurse)\b|\b(?:someone|somebody) else\b"
_ANYONE = re.compile(rf"\b{_SOMEONE}|{_ELSE}", re.IGNORECASE)
_OR_ANYONE = re.compile(rf"\bor\b[^.!?]{{0,20}}\b{_SOMEONE}|{_ELSE}", re.IGNORECASE)
_RULED_OUT = re.compile(
    r"(?:\b(?:not|never|instead of|rather than|except|other than|anyone but)|n['’]t)"
    r"(?: (?:want|wanting|wish|like|see|seeing|with|to|be|by|going))*\s*$",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(r"^\W*(?:no|sorry|i mean|i meant|rather|actually|wait)\b", re.IGNORECASE)
_OR = re.compile(r"[\s,]*(?:or|/)(?: \w+)?\s*", re.IGNORECASE)
_NO_GIVEN_NAMES = frozenset(
    {"with", "see", "book", "move", "and", "or", "to", "is", "not", "for", "by", "prefer", "want", "like"}
)


@dataclass(frozen=True, slots=True)
class Called:
    """Clinicians that one spoken title and name can mean. `choice` marks one of several: "Dr Patel or Dr Chen"."""

    providers: tuple[Provider, ...]
    end: int
    choice: bool = False


def find_called(said: tuple[str, ...]) -> tuple[Called, ...]:
    """The clinicians named with their title in the latest words that name any, without those who were ruled out.

    Nobody, where the caller has since said that anyone will do.
    """
    providers = list(Provider.objects.filter(active=True))
    for text in reversed(said):
        called = _find_in(text, providers)
        if (_OR_ANYONE if called else _ANYONE).search(text):
            return ()
        if called:
            return called
    return ()


def is_a_persons_name(provider: Provider, said: tuple[str, ...]) -> bool:
    """Whether the surname was said, and only ever within somebody else's name: "Mei Chen" is not Dr Wei Chen."""
    surname = re.escape(provider.name.rsplit(" ", 1)[-1])
    found = [
        m for text in said for m in re.finditer(rf"(?:([^\W\d_][\w'’-]*)\.? +)?\b{surname}\b", text, re.IGNORECASE)
    ]
    return bool(found) and all(_is_given_name(match[1] or "", provider) for match in found)


def _find_in(text: str, providers: list[Provider]) -> tuple[Called, ...]:
    called: list[Called] = []
    for match in _TITLED.finditer(text):
        names = list(_NAME.finditer(text, *match.span("name")))
        means, last = _who(match["title"], [name.group() for name in names], providers)
        if not means or _RULED_OUT.search(text[: match.start()]):
            continue
        between = text[called[-1].end : match.start()] if called else ""
        choice = bool(_OR.fullmatch(between))
        if choice or _TAKEN_BACK.search(between):
            before = called.pop()
            called += [replace(before, choice=True)] if choice else []
        called.append(Called(means, names[last].end(), choice))
    return tuple(called)


def _who(title: str, names: list[str], providers: list[Provider]) -> tuple[tuple[Provider, ...], int]:
    """The clinicians of this title, by the words as they stand or else by a surname spelt nearly so.

    With them the place of the last word that belongs to the name.
    """
    post = "nurse" if title.casefold() == "nurse" else "dr"
    same = [p for p in providers if fold_name(p.title) == post]
    for count in range(len(names), 0, -1):
        words = set(fold_name(" ".join(names[:count]).removesuffix("'s").removesuffix("’s")).split())
        if found := [p for p in same if words <= set(fold_name(p.name).split())]:
            return tuple(found), count - 1
    for place, name in enumerate(names):
        if near := [p for p in same if _is_near(name, p)]:
            return tuple(near), place
    return (), 0


def _is_near(name: str, provider: Provider) -> bool:
    said, surname = fold_name(name), fold_name(provider.name.rsplit(" ", 1)[-1])
    return said[:1] == surname[:1] and SequenceMatcher(None, said, surname).ratio() >= _ALIKE


def _is_given_name(word: str, provider: Provider) -> bool:
    """Whether the word before a surname is another person's first name."""
    plain = fold_name(word)
    if not plain or plain in _NO_GIVEN_NAMES or plain in fold_name(str(provider)).split() or plain == "doctor":
        return False
    surname = provider.name.rsplit(" ", 1)[-1]
    return word[0].isupper() or Patient.objects.filter(folded=fold_name(f"{word} {surname}")).exists()
