"""Read the answer to a question that can be answered with yes or no. Plain code decides, and what it cannot be sure of
is neither.
"""

import re
from datetime import datetime
from enum import StrEnum

from agentops.domain.language import answers
from agentops.domain.language.reading import read_words
from agentops.domain.language.urgency import asks_for_person, is_emergency
from agentops.domain.language.words import clean_words


class Spoken(StrEnum):
    """What an answer says. `OTHER` is everything that is not plainly one of the two."""

    YES = "yes"
    NO = "no"
    OTHER = "other"


_WITH_A_CONDITION = re.compile(r"\b(?:but|instead|rather|unless|if|only|except|actually|and then|also)\b|\?")

_SPANISH = {
    Spoken.YES: {"sí", "si", "sí por favor", "si por favor", "sí gracias", "claro", "claro que sí", "de acuerdo"},
    Spoken.NO: {"no gracias", "no por favor", "mejor no", "ahora no"},
}


def read_answer(text: str, *, now: datetime) -> Spoken:
    """What somebody answers. A yes with a condition, a question, or with a day, a time or a name in it is `OTHER`: it
    may be another wish.
    """
    clean = clean_words(text).text
    bare = " ".join(re.findall(r"\w+", text.lower()))
    if spanish := next((said for said, phrases in _SPANISH.items() if bare in phrases), None):
        return spanish
    if is_emergency(clean) or asks_for_person(clean) or _WITH_A_CONDITION.search(clean):
        return Spoken.OTHER
    reading = read_words(text=text, now=now)
    if reading.has_date or reading.has_time or reading.clinician_said:
        return Spoken.OTHER
    says_no = any(reads(clean) for reads in (answers.withdraws, answers.declines, answers.puts_off, answers.refuses))
    says_yes = answers.agrees(clean)
    if says_no == says_yes:
        return Spoken.OTHER
    return Spoken.YES if says_yes else Spoken.NO
