"""How far apart two spellings are, and whether they sound alike."""

import re
import unicodedata
from functools import lru_cache


def count_edits(left: str, right: str, *, most: int) -> int:
    """Edits between two words (a swap of neighbours is one), or `most + 1` where there are more."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if older and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def strip_accents(text: str) -> str:
    """The text without accents: "Gómez" is "Gomez"."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


_SOUNDS = (
    (r"^(?:kn|gn)", "n"),
    (r"^wr", "r"),
    (r"ph", "f"),
    (r"sch|sh|ch|tch", "x"),
    (r"gh(?=$|[^aeiou])|gh$", ""),
    (r"c(?=[eiy])|z", "s"),
    (r"ck|c|q", "k"),
    (r"dg|g(?=[eiy])|j", "j"),
    (r"v", "f"),
    (r"d", "t"),
    (r"(?<!^)[hw]", ""),
    (r"(?<!^)[aeiouy]", ""),
    (r"^[aeiouy]", "a"),
    (r"(.)\1+", r"\1"),
)


@lru_cache(maxsize=4096)
def key_sound(word: str) -> str:
    """A short key that is the same for words that sound alike in English."""
    key = word
    for pattern, sound in _SOUNDS:
        key = re.sub(pattern, sound, key)
    return key
