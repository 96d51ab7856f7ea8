"""Text with its tricks taken out, which still knows where each character came from."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_APOSTROPHES = "’‘ʼ`´＇"
_DOTS = "。·•∙⋅"
_SLASHES = "⁄∕"
_DIGIT_WORDS = {
    "zero": "0", "oh": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_WORD = rf"(?:(?:double|triple)\s+)?(?:{'|'.join(_DIGIT_WORDS)})"
_SPOKEN = re.compile(rf"\b{_WORD}(?:[\s,.-]{{1,3}}{_WORD}){{4,30}}\b", re.IGNORECASE)
_SPOKEN_PART = re.compile(rf"(?:(double|triple)\s+)?({'|'.join(_DIGIT_WORDS)})|([,.-])", re.IGNORECASE)


@dataclass(frozen=True)
class Traced:
    """A text made from another: `origins[i]` is the (start, end) that character i stands for in the first text."""

    text: str
    origins: tuple[tuple[int, int], ...]

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Where in the first text a span of this one lies."""
        if start >= end:
            return (0, 0)
        return self.origins[start][0], self.origins[end - 1][1]

    def replace(self, parts: Iterable[tuple[int, int, str]]) -> "Traced":
        """Put other words in place of spans, which are in order and do not overlap."""
        text, origins, done = [], list[tuple[int, int]](), 0
        for start, end, words in parts:
            text += [self.text[done:start], words]
            origins += self.origins[done:start]
            origins += [self.locate(start, end)] * len(words)
            done = end
        return Traced("".join([*text, self.text[done:]]), (*origins, *self.origins[done:]))


def trace(text: str) -> Traced:
    """A text that stands for itself."""
    return Traced(text, tuple((place, place + 1) for place in range(len(text))))


def fold_text(traced: Traced) -> Traced:
    """Plain characters for look-alikes, nothing for invisible ones, and digits for numbers spelt as words.

    One character may become none or several; case is kept.
    """
    text, origins = [], list[tuple[int, int]]()
    for character, origin in zip(traced.text, traced.origins, strict=True):
        plain = character if character.isascii() else _fold_character(character)
        text.append(plain)
        origins += [origin] * len(plain)
    folded = Traced("".join(text), tuple(origins))
    return folded.replace(
        (spoken.start(), spoken.end(), _read_digits(spoken[0])) for spoken in _SPOKEN.finditer(folded.text)
    )


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    return "".join(_fold_part(part) for part in unicodedata.normalize("NFKD", character))


def _fold_part(part: str) -> str:
    category = unicodedata.category(part)
    if category in {"Mn", "Me", "Cf"}:
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(part))
    if category == "Pd" or part == "\u2212":
        return "-"
    if category == "Zs":
        return " "
    if part in _DOTS:
        return "."
    if part in _SLASHES:
        return "/"
    return "'" if part in _APOSTROPHES else part


def _read_digits(spoken: str) -> str:
    digits = ""
    for times, word, pause in _SPOKEN_PART.findall(spoken):
        digits += "-" if pause else _DIGIT_WORDS[word.lower()] * {"": 1, "double": 2, "triple": 3}[times.lower()]
    return digits
