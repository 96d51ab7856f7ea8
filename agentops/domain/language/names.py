"""Find which of the known names somebody said, in spite of typing and of hearing. A doubtful name is never settled."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from agentops.domain.language.spelling import count_edits, key_sound, strip_accents
from agentops.domain.language.words import fold_case

HONORIFICS = frozenset({"dr", "doctor", "doc", "nurse", "sister", "mr", "mrs", "ms", "miss", "mx", "prof", "professor"})
_TITLES_AFTER = frozenset({"md", "dds", "dmd", "do", "phd", "gp", "jr", "sr", "inc", "llc", "the", "and", "of"})
_WORD = re.compile(r"[^\W_]+(?:'[^\W\d_]+)?")
_CALLED = re.compile(
    r"\b(?:(?:with|see(?:ing)?|by|for) )?(?P<title>dr|doctor|doc|nurse|sister|prof|professor)\b\.? *"
    r"(?P<said>[^\W\d_][\w'-]{1,30}(?: [^\W\d_][\w'-]{1,30})?)",
    re.IGNORECASE,
)
_NO_NAME_WORDS = """
a an the at on in for is are was i you he she it we they to and or if can could would will who what when which
please appointment appointments asap today tomorrow tonight next this that my your his her any available as soon
with about has have had do does did not no because said told says office clinic surgery visit schedule named called
monday tuesday wednesday thursday friday saturday sunday practitioner of from before after around like near just
also then but so instead again s thanks thank name nearby located there free
"""
_NO_NAME = frozenset(_NO_NAME_WORDS.split())


@dataclass(frozen=True, slots=True)
class NameMatch:
    """`sure` is the one name that was clearly meant, if any; `candidates` are all that may be meant, best first.

    `said` is what was said, `start` and `end` bound it.
    """

    sure: str | None = None
    candidates: tuple[str, ...] = ()
    said: str | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class _Said:
    word: str
    start: int
    end: int
    capital: bool
    title: str = ""

    @property
    def titled(self) -> bool:
        """Whether a title stood before it."""
        return bool(self.title)


def find_names(*, said: str, names: Sequence[str]) -> list[str]:
    """The names that `said` may mean, best first. More than one is ambiguous: ask. Titles and accents do not count."""
    return list(match_name(said=said, names=names, asked_for_name=True).candidates)


def match_name(*, said: str, names: Sequence[str], asked_for_name: bool = False) -> NameMatch:
    """Which name was said. `asked_for_name` lets a bare word count, as in the answer to "Who is your doctor?"."""
    spoken = _split_said(said)
    if not spoken or not names:
        return _find_called(said, NameMatch())
    if whole := _find_whole(spoken, names):
        return whole
    scored = _score_all(spoken, names, asked_for_name)
    if not scored:
        return _find_called(said, NameMatch())
    scored = _keep_titled(_keep_last(said, scored))
    best = max(score for score, _, _ in scored)
    near = sorted((s for s in scored if s[0] > best - 0.25), key=lambda s: (-s[0], s[1]))
    candidates = tuple(dict.fromkeys(name for _, name, _ in near))
    word = near[0][2]
    sure = candidates[0] if len(candidates) == 1 and best >= _SURE else None
    return NameMatch(sure, candidates, said[word.start : word.end], word.start, word.end)


_SURE = 0.75
_PLACES = frozenset({"in", "near", "around", "within", "city"})
"""After these a capitalised word is a place."""

_RULED_OUT = re.compile(
    r"\b(?:not|n't|instead of|rather than|except|but|old|previous|former|other than|used to|anyone but|no longer)"
    r"(?: (?:want|see|seeing|like|to|with|be|go|doctor|was|is|have|that|my|the))* "
    r"(?:(?:dr|doctor|nurse)\b\.? ?)?$",
    re.IGNORECASE,
)
_RULED_OUT_AFTER = re.compile(
    r"^(?:'s|,? (?:was|is|used to be|isn't|wasn't|is not|was not|is no longer))(?: \w+)? (?:my|the|an?|her"
    r"|his)?(?: \w+)? ?"
    r"(?:old|previous|former|last|other) (?:1|one|doctor|dr|nurse|gp)\b|^ (?:isn't|is not|wasn't|is no longer) my\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(r"\b(?:or|either)\b", re.IGNORECASE)


def _find_called(said: str, nothing: NameMatch) -> NameMatch:
    """A title with a name that is nobody's here: the page or the agent must say so, not guess."""
    for match in _CALLED.finditer(said):
        words = match["said"].split()
        if fold_case(words[0]) in _NO_NAME or (words[0].islower() and len(words[0]) < 3):
            continue
        known = words[:1] if len(words) > 1 and not words[1][0].isupper() else words
        called = f"{match['title']} {' '.join(known)}"
        end = match.start("said") + len(" ".join(known))
        return NameMatch(None, (), called, match.start("title"), end)
    return nothing


def _split_said(said: str) -> list[_Said]:
    spoken: list[_Said] = []
    title, placed = "", False
    for match in _WORD.finditer(said):
        word = _plain(match.group())
        if word in HONORIFICS:
            title = word
            continue
        before = said[max(0, match.start() - 4) : match.start()].rstrip()
        opens = before[-1:] in ".!?"
        upper = match.group()[0].isupper()
        spoken.append(_Said(word, match.start(), match.end(), upper and not opens and not placed, title))
        placed = word in _PLACES or (placed and upper)
        title = ""
    return spoken


def _plain(word: str) -> str:
    return strip_accents(fold_case(word)).removesuffix("'s")


@lru_cache(maxsize=1024)
def split_name(name: str) -> tuple[str, ...]:
    """The words of a name that tell it apart: no titles, no accents, lower case."""
    words = [_plain(m.group()) for m in _WORD.finditer(name)]
    return tuple(w for w in words if w not in HONORIFICS and w not in _TITLES_AFTER) or tuple(words)


def _find_whole(spoken: list[_Said], names: Sequence[str]) -> NameMatch | None:
    """The longest name said in full, first the one said last."""
    kept = [s for s in spoken if s.word not in _TITLES_AFTER]
    flat = " " + " ".join(s.word for s in kept) + " "
    hits = [(len(split_name(n)), flat.rfind(f" {' '.join(split_name(n))} "), n) for n in names if split_name(n)]
    hits = [hit for hit in hits if hit[1] >= 0 and (hit[0] > 1 or _counts_alone(kept, split_name(hit[2])[0]))]
    if not hits:
        return None
    length, at, name = max(hits, key=lambda hit: hit[:2])
    first = flat[: at + 1].count(" ") - 1
    start, end = kept[first].start, kept[first + length - 1].end
    alike = tuple(dict.fromkeys(n for n in names if split_name(n) == split_name(name)))
    return NameMatch(name if len(alike) == 1 else None, alike, None, start, end)


def _counts_alone(spoken: Iterable[_Said], word: str) -> bool:
    return any(s.word == word and (s.titled or s.capital) for s in spoken)


def _score_all(spoken: list[_Said], names: Sequence[str], bare: bool) -> list[tuple[float, str, _Said]]:
    """Names of which a telling word was said, each with its score and the word."""
    told = [s for s in spoken if _may_name(s, bare)]
    scored = []
    for name in names:
        words = split_name(name)
        marks = [
            (_score_word(s.word, word, titled=s.titled, last=i == len(words) - 1), s)
            for i, word in enumerate(words)
            for s in told
        ]
        marks = [mark for mark in marks if mark[0] > 0]
        if not marks:
            continue
        top, word = max(marks, key=lambda mark: mark[0])
        also = {s.start for score, s in marks if score >= _SURE}
        many = 0.3 * (len(also) - 1) if len(also) > 1 else 0.0
        if not word.titled and not bare and not _tells_enough(word, words, len(also)):
            continue
        scored.append((top + many, name, word))
    return scored


def _keep_last(said: str, scored: list[tuple[float, str, _Said]]) -> list[tuple[float, str, _Said]]:
    """Of several clear names the last counts ("Johnson, no, Morgan"), unless they are a choice or were ruled out."""
    clear = [s for s in scored if s[0] >= _SURE and not _is_ruled_out(said, s[2])]
    places = sorted({s[2].start for s in clear})
    if not clear or any(_CHOICE.search(said[a:b]) for a, b in pairwise(places)):
        return clear or scored
    return [s for s in clear if s[2].start == places[-1]] if len(places) > 1 else clear


def _is_ruled_out(said: str, word: _Said) -> bool:
    """ "Not Dr Chen", "it used to be Dr Chen", "Dr Chen was my old doctor"."""
    before, after = said[max(0, word.start - 30) : word.start], said[word.end : word.end + 40]
    return bool(_RULED_OUT.search(before) or _RULED_OUT_AFTER.match(after))


def _keep_titled(scored: list[tuple[float, str, _Said]]) -> list[tuple[float, str, _Said]]:
    """ "Nurse Lowe" is Nurse Grace Lowe and not Dr Helen Lowe-Baker: title and surname both as they were said."""
    exact = [s for s in scored if s[0] >= 1 and s[2].title and _TITLES.get(s[2].title) == _title_of(s[1])]
    return exact or scored


def _title_of(name: str) -> str | None:
    return _TITLES.get(fold_case(name).split()[0].strip("."))


_TITLES = {"dr": "dr", "doctor": "dr", "doc": "dr", "nurse": "nurse", "sister": "nurse", "prof": "prof"}
_TITLES["professor"] = "prof"


def _tells_enough(said: _Said, words: tuple[str, ...], count: int) -> bool:
    """Without a title half of the name must be said, or a person's surname as it is written."""
    return count * 2 >= len(words) or (len(words) <= 3 and said.word == words[-1])


def _may_name(said: _Said, bare: bool) -> bool:
    if said.word in _NO_NAME or len(said.word) < 2 or said.word.isdigit():
        return False
    return said.titled or said.capital or bare


@lru_cache(maxsize=8192)
def _score_word(said: str, word: str, *, titled: bool, last: bool) -> float:
    """1 for the surname as written, less for a first name, a slip or a word that only sounds alike; 0 for another."""
    base = 1.0 if last else 0.9
    if said == word:
        return base
    if len(word) < 3 or len(said) < 3:
        return 0.0
    if len(word) >= 5 and count_edits(said, word, most=1) == 1:
        return base - 0.15
    if not titled and (len(word) < 6 or said[0] != word[0]):
        return 0.0
    edits = count_edits(said, word, most=4)
    if key_sound(said) == key_sound(word) and edits <= 2:
        return base - 0.3
    if titled and _look_alike(said, word, edits):
        return base - 0.4
    return 0.0


def _look_alike(said: str, word: str, edits: int) -> bool:
    """Near enough to ask about: few edits, one the start of the other, or the same consonants mixed up."""
    if edits <= max(1, len(word) // 3) or word.startswith(said) or said.startswith(word):
        return True
    letters = [sorted(c for c in w if c not in "aeiouy'") for w in (said, word)]
    return len(letters[0]) > 2 and letters[0] == letters[1]
