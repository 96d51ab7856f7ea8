"""Finding a request: by the patient, by the tool, by what the caller said."""

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from agentops.models import AgentRun, ToolCall

MOST_WORDS = 8
_OF_A_CALL = ("card__title", "card__subject__surname", "card__subject__given", "card__subject__number",
              "card__subject__mobile", "tool", "run__request")  # fmt: skip
_OF_A_HANDOFF = ("request", "handoff_reason", "handoff_summary")


def calls_with(words: str) -> Q:
    """Calls that hold each of these words: in what they are about, in their tool, or in what the caller said."""
    return _hold_each(words, _OF_A_CALL)


def find_keys(words: str, *, calls: QuerySet[ToolCall], handoffs: QuerySet[AgentRun]) -> set[str]:
    """The keys of those rows that hold each of the words."""
    found = calls.filter(calls_with(words)).values_list("pk", flat=True)
    handed = handoffs.filter(_hold_each(words, _OF_A_HANDOFF)).values_list("pk", flat=True)
    return {f"call-{pk}" for pk in found} | {f"handoff-{pk}" for pk in handed}


def _hold_each(words: str, places: Iterable[str]) -> Q:
    wanted = Q()
    for word in split_words(words)[:MOST_WORDS]:
        wanted &= reduce(or_, (_holds(place, word) for place in places))
    return wanted


def split_words(words: str) -> list[str]:
    """What is looked for, one by one: groups of digits that follow each other are one number."""
    return re.findall(r"\d+(?:\s+\d+)*(?!\S)|\S+", words)


def _holds(place: str, word: str) -> Q:
    """Whether the place holds the word; a number is the same with and without the blanks in it."""
    digits = "".join(word.split())
    if not digits.isdecimal():
        return Q(**{f"{place}__icontains": word})
    return Q(**{f"{place}__regex": r"\s*".join(digits)})
