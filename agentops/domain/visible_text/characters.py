"""Which single characters a person cannot see, or takes for another: a frozen table beside the Unicode categories."""

import unicodedata
from functools import lru_cache

TURNS = "turns the text"
HIDDEN = "hidden character"
BLANK = "blank character"
CONTROL = "control character"
SPACE = "unusual space"
UNKNOWN = "unknown character"
BRACKET = "bracket"
ALIKE = "look-alike sign"
ACCENT = "loose accent"

_TURNING = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
"""The twelve bidirectional controls."""

_IGNORABLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFC), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Default_Ignorable_Code_Point of Unicode 16, with the object replacement: category Cf alone misses half of them."""

_BLANK = {0x2800, 0x303F, 0x16FE4, 0x1D159, *range(0x13441, 0x13447)}
"""Letters and signs that are drawn as nothing."""

_BRACKETS = set("⟨⟩〈〉\u2329\u232a❬❭❮❯⟪⟫《》‹›⧼⧽⦑⦒⟬⟭")
"""Whatever could be taken for the brackets of a mark."""

_ALIKE = set("‐‑⁃−﹣－∕⁄／․．‚；\u037e：∶꞉ː﹕ǃ！⸴，﹐ꞏ˗＠﹫＃＋＝％＆＊（）")
"""Signs that look like an ASCII sign and are not; dashes and quotes that look like themselves stay."""

_OVERLAY = 1
"""The combining class of strokes that are drawn through a letter."""

MOST_ACCENTS = 2
MOST_POINTS = 4
"""Hebrew and Arabic letters may carry a point above, below, inside and beside: they do not pile up."""


@lru_cache(maxsize=8192)
def kind_of(character: str) -> str:
    """Why this character is written out wherever it stands; empty where it may show itself."""
    if character in " \n":
        return ""
    code, category = ord(character), unicodedata.category(character)
    if code in _TURNING:
        return TURNS
    if any(first <= code <= last for first, last in _IGNORABLE) or category == "Cf":
        return HIDDEN
    if code in _BLANK:
        return BLANK
    if category in {"Cc", "Zl", "Zp"}:
        return CONTROL
    if category == "Zs":
        return SPACE
    if category in {"Co", "Cn", "Cs"}:
        return UNKNOWN
    if character in _BRACKETS:
        return BRACKET
    # What normalisation turns into another character is drawn like it.
    if character in _ALIKE or unicodedata.normalize("NFC", character) != character:
        return ALIKE
    return ""


def hides(text: str) -> bool:
    """Whether the text holds what nobody can see or what turns it round: never right in a name, a key or an address."""
    return any(kind_of(c) in {TURNS, HIDDEN, BLANK, CONTROL, UNKNOWN} for c in text)


def is_mark(character: str) -> bool:
    """Whether it is drawn on the character before it."""
    return unicodedata.category(character) in {"Mn", "Me", "Mc"}


def fits(cluster: str, character: str) -> bool:
    """Whether this accent or joining letter may be drawn on the characters before it, which belong together.

    It may not where it has no letter, is a stroke or a frame, is one too many, or where the two together are drawn
    like another character.
    """
    if unicodedata.category(character) == "Me" or unicodedata.combining(character) == _OVERLAY:
        return False
    if not cluster or unicodedata.category(cluster[0])[0] not in "LN":
        return False
    pointed = unicodedata.name(cluster[0], "").startswith(("HEBREW", "ARABIC", "SYRIAC"))
    if len(cluster) > (MOST_POINTS if pointed else MOST_ACCENTS):
        return False
    return composes_to_itself(cluster + character)


def composes_to_itself(text: str) -> bool:
    """Whether no other sequence of characters is drawn the same."""
    return unicodedata.normalize("NFC", text) == text
