"""Clauses of a text as plain words, for reading what it claims."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SENTENCE = re.compile(r"(?:[^.!?\n]|\.(?=[^\s*\")\]]))+[.!?]*")
_BREAK = re.compile(
    r"[,;:()\[\]|\"“”–—]+|\s+-+\s+|\b(?:but|however|although|though|because|whereas)\b|\bso\b(?!\s+that)"
    r"|\b(?:and|then)\s+(?=(?:i|we|you|your|the|it|that|this|she|he|they|there|everything|both|no|nothing)\b)",
    re.IGNORECASE,
)
_LONG_FORMS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\bcan't\b|\bcannot\b", "can not"),
        (r"\bwon't\b", "will not"),
        (r"\blet's\b", "let us"),
        (r"n't\b", " not"),
        (r"'ve\b", " have"),
        (r"'re\b", " are"),
        (r"'ll\b", " will"),
        (r"'d\b", " would"),
        (r"\bi'm\b", "i am"),
        (
            r"(?<=\b(?:it))'s\b|(?<=\bthat)'s\b|(?<=\bhere)'s\b|(?<=\bthere)'s\b|(?<=\beverything)'s\b|(?<=\bwho)'s\b",
            " is",
        ),
        (r"\bre-(?=book|sched|arrang|sen)", "re"),
        (r"\be-(?=mail)", "e"),
    )
)
_IDIOMS = re.compile(
    r"^(?:no (?:problem|worries|trouble)(?: at all)?|not to worry|not at all|do not worry|never mind|not only|"
    r"as (?:you )?(?:requested|promised|discussed|agreed|asked)|of course|thank you|thanks|hi|hello)\b *"
    r"|\b(?:can|am able to|are able to|am happy to|am pleased to|am glad to|would like to|happy to|pleased to|glad to) "
    r"(?:now )?(?:confirm|say|tell you|let you know|report)(?: to you)?(?: that)?\b"
)


@dataclass(frozen=True)
class Clause:
    """A clause in plain words: lower case, long forms, no marks. `sentence` is its whole sentence as written."""

    words: str
    start: int
    end: int
    sentence: str
    asked: bool


def read_clauses(text: str) -> Iterator[Clause]:
    """Every clause of a folded text, in order."""
    for match in _SENTENCE.finditer(text):
        sentence, place = match[0], 0
        asked = sentence.rstrip().endswith("?")
        for gap in [*_BREAK.finditer(sentence), None]:
            end = gap.start() if gap else len(sentence)
            words = read_words(sentence[place:end])
            if words:
                yield Clause(words, match.start() + place, match.start() + end, sentence, asked and gap is None)
            place = gap.end() if gap else end


def read_words(written: str) -> str:
    """Lower case, contractions in full, everything but letters, digits and single spaces gone."""
    words = written.lower()
    for pattern, long_form in _LONG_FORMS:
        words = pattern.sub(long_form, words)
    words = " ".join(re.findall(r"[a-z0-9'](?:[a-z0-9'_]*[a-z0-9'])?", words))
    return _IDIOMS.sub("", words).strip()
