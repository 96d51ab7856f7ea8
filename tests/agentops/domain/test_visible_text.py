"""Shown text: nothing hides in it, no two texts look the same, and the stored one can be read back from it."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentops.domain.visible_text import hides, read_back, show_in_full, show_json, show_text
from agentops.domain.visible_text.alphabets import looks_like
from agentops.domain.visible_text.characters import kind_of

INVISIBLE = {
    "bidi controls": "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "variation selectors": "\ufe00\ufe0f\U000e0100\U000e01ef\u180b",
    "combining grapheme joiner": "\u034f",
    "Hangul fillers": "\u115f\u1160\u3164\uffa0",
    "Braille blank": "\u2800",
    "tags": "\U000e0001\U000e0041\U000e007f",
    "invisible operators": "\u2061\u2062\u2063\u2064",
    "format characters": "\u17b4\u17b5\U0001d173\ufff9\ufffc",
    "controls": "\x01\x1b\x7f\x85\u2028\u2029",
    "unusual spaces": "\u00a0\u1680\u2000\u2009\u202f\u205f\u3000",
    "private and unassigned": "\ue000\U000f0000\U000effff",
}
PLAIN = "abAB 1.,\n"
SIGNS = "\t\r⟨⟩〈‐−;：\u0301\u0323\u0338\u20dd\u0489"
ODD = "".join(INVISIBLE.values()) + SIGNS + "е о а с р ΑΒο ѕ і ı ＡＢ𝐏ﬁéשָמحн٢৪ᄒ\u1161한"
near_misses = st.text(st.sampled_from(PLAIN + ODD), max_size=12)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def drawn(shown: str) -> str:
    """What reaches the eye: ignorable characters are not drawn, blanks run together, look-alikes are alike."""
    seen = "".join(c for c in shown if not kind_of(c) or c in "⟨⟩\u00a0")
    seen = unicodedata.normalize("NFC", "".join(looks_like(c) for c in seen.replace("\u00a0", "\x00")))
    lines = [" ".join(line.split(" ")).strip(" ") for line in seen.strip("\n ").split("\n")]
    return "\n".join(lines)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(any_text | near_misses)
def test_the_stored_text_can_be_read_back(text: str) -> None:
    assert read_back(show_text(text)) == text
    assert read_back(show_in_full(text)) == text


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(near_misses, near_misses)
def test_two_different_texts_never_look_the_same(one: str, other: str) -> None:
    assert one == other or drawn(show_text(one)) != drawn(show_text(other))


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(near_misses, st.integers(0, 12), st.sampled_from(ODD + PLAIN))
def test_one_character_more_is_seen(text: str, at: int, more: str) -> None:
    longer = text[:at] + more + text[at:]
    assert drawn(show_text(text)) != drawn(show_text(longer))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(near_misses, st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_another_spelling_of_the_same_letters_is_seen(text: str, form: str) -> None:
    other = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    assert other == text or drawn(show_text(text)) != drawn(show_text(other))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(any_text | near_misses)
def test_nothing_that_hides_is_left_in_a_shown_text(text: str) -> None:
    assert not hides(show_text(text).replace("\u00a0", " "))


@pytest.mark.parametrize("kind", INVISIBLE)
def test_every_character_of_this_kind_is_written_out(kind: str) -> None:
    for character in INVISIBLE[kind]:
        shown = show_text(f"a{character}b")
        assert f"U+{ord(character):04X}" in shown, shown
        assert character not in shown


def test_every_character_of_category_cf_is_written_out() -> None:
    hidden = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    assert len(hidden) > 150
    assert all(c not in show_text(f"a{c}b") for c in hidden)


@pytest.mark.parametrize(
    "text",
    [
        "Ana Gomez", "O’Neill-Łoś", "Zoë d’Æsir", "Nguyễn Thị Ánh", "דנה כהן", "שָׁלוֹם", "محمد علي", "مُحَمَّد",
        "Анна Иванова", "Γιώργος Παπαδόπουλος", "王小明", "山田 太郎", "김민수", "अनिता शर्मा", "நந்தினி", "สมชาย ใจดี",
        "Cost: £5 – “fine”, 20 °C… 😀", "Line one\nline two\n\nline three", "5 µg", "Tシャツ",
    ],
)  # fmt: skip
def test_real_names_and_real_writing_are_shown_as_they_are(text: str) -> None:
    assert show_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u202egro", "⟨turns the text U+202E⟩gro"),
        ("a\u200b\u200b\u200bb", "a⟨hidden character U+200B ×3⟩b"),
        ("Pаtel", "Pаtel⟨mixed alphabets, looks like “Patel”: letter 2 Cyrillic⟩"),
        ("СОВА", "СОВА⟨Cyrillic⟩"),
        ("٢٠ March", "٢٠⟨reads “20”⟩ March"),
        ("ＰＡＹ", "ＰＡＹ⟨special letters, looks like “PAY”⟩"),
        ("⟨hidden⟩", "⟨bracket U+27E8⟩hidden⟨bracket U+27E9⟩"),
        ("a" + " " * 4000 + "b", "a⟨blank: 4000 spaces⟩b"),
        ("a  b", "a \u00a0b"),
        (" a\n", "⟨blank: 1 space⟩a⟨blank: 1 line end⟩\n"),
        ("1\u0336", "1⟨loose accent U+0336⟩"),
        ("a" + "\u200b\u200d" * 9 + "\u200b", "a⟨hidden character (U+200B U+200D) ×9 U+200B⟩"),
        ("a" + " \n" * 9 + "b", "a⟨blank: (1 space, 1 line end) ×9⟩\nb"),
    ],
)
def test_what_a_person_reads(text: str, shown: str) -> None:
    assert show_text(text) == shown


def test_a_tower_keeps_two_accents_and_the_rest_is_written_out() -> None:
    shown = show_text("x" + "\u0313\u0310" * 30 + "y")
    assert shown.startswith("x\u0313\u0310⟨loose accent (U+0313 U+0310) ×29⟩")
    assert sum(unicodedata.combining(c) > 0 for c in shown) == 2


def test_a_long_text_says_how_long_it_is_and_where_it_ends() -> None:
    shown = show_in_full("word " * 999 + "danger")
    assert shown.startswith("⟨long text, 5,001 characters⟩ word")
    assert shown.endswith("danger ⟨end of the long text⟩")


def test_a_part_of_a_text_may_end_in_a_space() -> None:
    assert show_text("on ", is_part=True) == "on "


def test_json_is_shown_at_any_depth_and_only_its_texts() -> None:
    assert show_json({"a": ["\u200b", 1, None], "b": {"c": "x"}}) == {
        "a": ["⟨hidden character U+200B⟩", 1, None],
        "b": {"c": "x"},
    }
