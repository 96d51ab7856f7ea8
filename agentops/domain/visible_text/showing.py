"""From a stored text to the one that is shown, and back."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from agentops.domain.visible_text.alphabets import describe_word, is_word
from agentops.domain.visible_text.characters import ACCENT, composes_to_itself, fits, is_mark, kind_of

LONG = 1_000
"""From this many characters on a text says how long it is, and where it ends."""

_NO_BREAK = "\u00a0"
_WIDE = 8
_BLANKS = {" ": "space", "\n": "line end", "\t": "tab", "\r": "return"}
_BLANK_OF = {name: character for character, name in _BLANKS.items()}
_PLAIN = re.compile(r"[!-~]+(?:(?: |\n{1,2})[!-~]+)*|")
_TOKEN = re.compile(r"[ \n\t\r]+|[^ \n\t\r]+")
_MARK = re.compile(r"⟨([^⟩]*)⟩(\n?)")
_CODE = re.compile(r"U\+([0-9A-F]{4,6})(?: ×(\d+))?")
_SERIES = re.compile(r"\(([^()]*)\) ×(\d+)")
_RUN = re.compile(r"(\d+) (space|line end|tab|return)s?")


def show_text(text: str, *, is_part: bool = False) -> str:
    """The text with a mark for everything a person would not see, or would take for something else.

    Blanks at the ends are marked as well, unless this `is_part` of a text that goes on around it.
    """
    if _PLAIN.fullmatch(text):
        return text
    shown = list[str]()
    for token in _TOKEN.finditer(text):
        at_end = not is_part and (token.start() == 0 or token.end() == len(text))
        shown += [_show_blanks(token[0], at_end)] if token[0][0] in _BLANKS else _show_run(token[0])
    return "".join(shown)


def show_in_full(text: str) -> str:
    """The same, and a long text says at its beginning how long it is, and at its end that it ends."""
    if len(text) < LONG:
        return show_text(text)
    return f"⟨long text, {len(text):,} characters⟩ {show_text(text)} ⟨end of the long text⟩"


def show_json(value: Any) -> Any:
    """The same JSON value with every text in it shown in full, and every key."""
    if isinstance(value, str):
        return show_in_full(value)
    if isinstance(value, dict):
        return {show_text(key): show_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [show_json(item) for item in value]
    return value


def read_back(shown: str) -> str:
    """The stored text that is shown so."""
    if found := re.fullmatch(r"⟨long text, [\d,]+ characters⟩ (.*) ⟨end of the long text⟩", shown, re.DOTALL):
        return read_back(found[1])
    return _MARK.sub(_read_mark, shown.replace(_NO_BREAK, " "))


def _fold(parts: list[str], separator: str) -> str:
    """Parts one after the other; where all of them repeat a shorter series, the series and how often."""
    length = next((n for n in range(1, len(parts) // 2 + 1) if parts[n:] == parts[:-n]), len(parts))
    times = len(parts) // length
    if times == 1:
        return separator.join(parts)
    return separator.join([f"({separator.join(parts[:length])}) ×{times}", *parts[length * times :]])


def _unfold(words: str) -> str:
    return _SERIES.sub(lambda series: " ".join([series[1]] * int(series[2])), words)


def _read_mark(mark: re.Match[str]) -> str:
    if mark[1].startswith("blank: "):
        return "".join(_BLANK_OF[name] * int(number) for number, name in _RUN.findall(_unfold(mark[1])))
    codes = _CODE.findall(_unfold(mark[1]))
    return "".join(chr(int(code, 16)) * int(times or 1) for code, times in codes) + mark[2]


def _show_blanks(run: str, at_end: bool) -> str:
    """One space or up to two line ends are themselves, a few spaces keep their width, all else is counted."""
    if not at_end and run in {" ", "\n", "\n\n"}:
        return run
    if not at_end and set(run) == {" "} and len(run) <= _WIDE:
        return " " + _NO_BREAK * (len(run) - 1)
    counted = [(_BLANKS[blank], len(list(group))) for blank, group in groupby(run)]
    words = _fold([f"{number} {name}{'s' if number > 1 else ''}" for name, number in counted], ", ")
    return f"⟨blank: {words}⟩{chr(10) if chr(10) in run else ''}"


def _show_run(run: str) -> Iterator[str]:
    """Characters without a blank between them: marks, words and signs, in their order."""
    for kind, group in groupby(_sort_out(run), key=lambda one: one[0]):
        characters = "".join(character for _, character in group)
        if kind == "word":
            note = describe_word(characters)
            yield f"{characters}⟨{note}⟩" if note else characters
        else:
            yield _write_mark(kind, characters) if kind else characters


def _sort_out(run: str) -> Iterator[tuple[str, str]]:
    """Each character with "word", nothing for a sign, or the kind of mark that stands for it."""
    cluster = ""
    for character in run:
        kind = kind_of(character)
        if not kind and is_mark(character):
            kind = "" if fits(cluster, character) else ACCENT
        elif not kind and not composes_to_itself(cluster + character):
            kind = ACCENT
        # After a mark nothing may be drawn on what stood before it.
        cluster = "" if kind else cluster + character if is_mark(character) else character
        yield (kind or ("word" if is_word(character) else "")), character


def _write_mark(kind: str, characters: str) -> str:
    counted = [(f"U+{ord(one):04X}", len(list(group))) for one, group in groupby(characters)]
    return f"⟨{kind} {_fold([f'{code} ×{number}' if number > 1 else code for code, number in counted], ' ')}⟩"
