"""Read the briefing: one fact a line, as the clinic's toolset writes it."""

import re
from dataclasses import dataclass
from datetime import datetime

_NOW = re.compile(r"(\d{1,2}) ([A-Z][a-z]+) (\d{4}), (\d{2}:\d{2})")


@dataclass(frozen=True, slots=True)
class Briefing:
    """What the planner is told of the clinic. `now` is naive, on the clinic's clock; None where it was not told."""

    clinic: str
    now: datetime | None
    hours: str
    clinicians: tuple[str, ...]
    kinds: tuple[str, ...]


def read_briefing(text: str) -> Briefing:
    """Read the lines; facts that are missing are empty."""
    facts = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    stamp = _NOW.search(facts.get("Now", ""))
    return Briefing(
        clinic=facts.get("Clinic", "the clinic").strip(),
        now=datetime.strptime(" ".join(stamp.groups()), "%d %B %Y %H:%M") if stamp else None,  # noqa: DTZ007
        hours=facts.get("Opening hours", "").strip(),
        clinicians=_split_list(facts.get("Clinicians", ""), ";"),
        kinds=_split_list(facts.get("Kinds", ""), ","),
    )


def _split_list(text: str, mark: str) -> tuple[str, ...]:
    """The names of a list whose entries end in a bracket: "Dr Anita Patel (GP); Nurse Grace Lowe (nurse)"."""
    names = (re.sub(r"\s*\([^()]*\)\s*$", "", part).strip() for part in text.split(mark))
    return tuple(name for name in names if name and name != "none")
