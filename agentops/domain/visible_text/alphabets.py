"""Words that look like others: letters of two alphabets in one word, or of one that passes for Latin.

Scripts come from the names in the standard library's Unicode data. The pairs are those whose letters are drawn alike;
any other mix of alphabets is told as well, only without saying what it looks like.
"""

import unicodedata
from functools import lru_cache

_LOOKS = {
    **dict(zip("АВЕЅІЈКМНОРСТУХавсеԁһіјӏорԛѕԝхуьѵк", "ABESIJKMHOPCTYXabcedhijlopqswxybvk", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγικνορτυωμϲ", "ABEZHIKMNOPTYXayikvoptuwµc", strict=True)),
    **dict(zip("ՏՍՕԼօսհոցզյ", "SUOLouhngqj", strict=True)),
}
"""Cyrillic, Greek and Armenian letters, and the Latin ones they are drawn like."""

_ODD_LATIN = {"ɑ": "a", "ɡ": "g", "ɩ": "i", "ı": "i", "ǀ": "l", "Ɩ": "l"}

_FORMS = {"<font>", "<wide>", "<narrow>", "<compat>", "<isolated>", "<initial>", "<medial>", "<final>"}
_EAST_ASIAN = {"Cjk", "Hiragana", "Katakana", "Hangul", "Bopomofo", "Ideographic", "Katakana-hiragana"}
_NO_SCRIPT = {"Micro", "Feminine", "Masculine", "Superscript", "Subscript", "Vulgar", "Modifier", "Digit", "Combining"}
_SPECIAL = "a special form"


def is_word(character: str) -> bool:
    """Whether it is part of a word or number."""
    return unicodedata.category(character)[0] in "LMN"


@lru_cache(maxsize=8192)
def alphabet_of(character: str) -> str:
    """ "Latin", "Cyrillic", "a special form"; empty where any alphabet may hold it."""
    if character.isascii():
        return "Latin" if character.isalpha() else ""
    if (character != "µ" and unicodedata.decomposition(character).split(" ")[0] in _FORMS) or character in _ODD_LATIN:
        return _SPECIAL
    if character.isdecimal():
        return ""  # which digits they are is said apart
    script = unicodedata.name(character, "").split(" ")[0].capitalize()
    return "" if script in _NO_SCRIPT or unicodedata.category(character)[0] == "M" else script


def looks_like(word: str) -> str:
    """The word as somebody reads it who takes look-alikes for Latin."""
    return "".join(_LOOKS.get(c) or _ODD_LATIN.get(c) or unicodedata.normalize("NFKC", c) for c in word)


def describe_word(word: str) -> str:
    """What a person has to be told of this word; empty for a word of one alphabet that passes for no other."""
    if word.isascii():
        return ""
    return "; ".join(note for note in (_describe_digits(word), _describe_letters(word)) if note)


def _describe_digits(word: str) -> str:
    if all(c.isascii() or not c.isdecimal() for c in word):
        return ""
    return f"reads “{''.join(str(unicodedata.decimal(c, c)) for c in word)}”"


def _describe_letters(word: str) -> str:
    alphabets = [alphabet_of(character) for character in word]
    found = {alphabet for alphabet in alphabets if alphabet}
    if found <= _EAST_ASIAN or found - _EAST_ASIAN <= {"Latin"}:
        return ""
    if len(found) == 1:
        return _describe_one(word, found.pop())
    letters = [f"{at} {alphabet}" for at, alphabet in enumerate(alphabets, 1) if alphabet not in {"", "Latin"}]
    named = f", looks like “{looks_like(word)}”" if looks_like(word).isascii() else ""
    return f"mixed alphabets{named}: letter {', letter '.join(letters)}"


def _describe_one(word: str, alphabet: str) -> str:
    """A word that holds a letter no Latin word has shows by itself what it is."""
    if alphabet == _SPECIAL:
        return f"special letters, looks like “{looks_like(word)}”"
    return alphabet if all(c in _LOOKS for c in word if alphabet_of(c)) else ""
