"""This is where we hear another patient named: somebody calls for a husband, and the husband's record is meant."""

import re
from dataclasses import dataclass
from datetime import datetime

from agentops.domain.language import read_words
from agentops.tools.registry import ToolContext
from agentops.toolsets.clinic.directory import fold_name
from agentops.toolsets.clinic.models import Patient, Provider
from agentops.toolsets.clinic.practice import local

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_LONGEST_NAME = 4
_NEAR = 45
_FOR = re.compile(
    r"\b(?:for|about|on behalf of|behalf of)(?: (?:my|our|his|her) (?:[\w-]+ )?[\w-]+,?(?: called| named)?)?\s*$"
    r"|\b(?:my|our) (?:[\w-]+ )?(?:husband|wife|partner|son|daughter|mother|father|mum|mom|dad|brother|sister|nan|gran"
    r"|grandma|grandad|child|baby),?(?:['’]s name)?(?: is)?(?: called| named)?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    folded: str
    start: int
    end: int


def find_other_patient(ctx: ToolContext, patient: Patient) -> str | None:
    """The name of another known patient whom the caller gave with a date of birth; None where this one was meant.

    The latest words that name anyone so decide. Of two who were named so, the one is meant for whom the other calls.
    """
    for text in reversed(ctx.said):
        named = _with_births(text, now=local(ctx.asked_at))
        if not named:
            continue
        called_for = [one for one in named if _FOR.search(text[: one.start])]
        strangers = [one for one in (called_for or named) if one.folded != patient.folded]
        return strangers[0].name if strangers else None
    return None


def _with_births(text: str, *, now: datetime) -> list[_Named]:
    """Known patients named in full with a date of birth next to the name, in order."""
    named = _find_named(text)
    if not named:
        return []
    stops = [*(one.start for one in named[1:]), len(text)]
    after = [text[one.end : min(stop, one.end + _NEAR)] for one, stop in zip(named, stops, strict=True)]
    found = [one for one, words in zip(named, after, strict=True) if read_words(text=words, now=now).born]
    before = text[max(0, named[0].start - _NEAR) : named[0].start]
    return found or (named[:1] if read_words(text=before, now=now).born else [])


def _find_named(text: str) -> list[_Named]:
    words = list(_WORD.finditer(text))
    spans = [
        (words[i].start(), words[i + length - 1].end())
        for i in range(len(words))
        for length in range(2, _LONGEST_NAME + 1)
        if i + length <= len(words)
    ]
    folded = {span: fold_name(text[slice(*span)].removesuffix("'s").removesuffix("’s")) for span in spans}
    known = set(
        Patient.objects.filter(folded__in=set(folded.values()), archived=False).values_list("folded", flat=True)
    )
    known -= {fold_name(provider.name) for provider in Provider.objects.all()}
    return [_Named(text[slice(*span)], folded[span], *span) for span in sorted(folded) if folded[span] in known]
