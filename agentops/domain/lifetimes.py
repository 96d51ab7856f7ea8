"""Until when each model can be asked, and which one takes its place: the one table of it, as of November 2026.

From the vendor's deprecation notices. The vendor's own list of models (`lifecycle`, `retires_at`) is the truth where it
can be asked; a model that is not here has no end that is known.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

WARN_BEFORE = timedelta(days=60)
"""How long before its end a model is called retiring: long enough to try its successor for a month and still choose."""

_DATED = re.compile(r"-(?:\d{8}|latest|0)$")


class LifeStage(StrEnum):
    """Whether a model can still be asked."""

    ACTIVE = "active"
    RETIRING = "retiring"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """The end of one model. Where it is not `settled`, the vendor says only that it will not be sooner."""

    model: str
    ends: date
    successor: str
    settled: bool = True

    def stage(self, on: date) -> LifeStage:
        """Where the model stands on a day."""
        if self.settled and on >= self.ends:
            return LifeStage.RETIRED
        return LifeStage.RETIRING if on >= self.ends - WARN_BEFORE else LifeStage.ACTIVE


LIFETIMES = (
    Lifetime("claude-1", date(2024, 11, 6), "claude-haiku-5-5"),
    Lifetime("claude-1.3", date(2024, 11, 6), "claude-haiku-5-5"),
    Lifetime("claude-instant-1", date(2024, 11, 6), "claude-haiku-5-5"),
    Lifetime("claude-instant-1.2", date(2024, 11, 6), "claude-haiku-5-5"),
    Lifetime("claude-2.0", date(2025, 7, 21), "claude-sonnet-5-5"),
    Lifetime("claude-2.1", date(2025, 7, 21), "claude-sonnet-5-5"),
    Lifetime("claude-3-sonnet", date(2025, 7, 21), "claude-sonnet-5-5"),
    Lifetime("claude-3-opus", date(2026, 1, 5), "claude-opus-5-5"),
    Lifetime("claude-3-7-sonnet", date(2026, 2, 19), "claude-sonnet-5-5"),
    Lifetime("claude-3-5-haiku", date(2026, 2, 19), "claude-haiku-5-5"),
    Lifetime("claude-opus-4", date(2026, 6, 15), "claude-opus-5-5"),
    Lifetime("claude-sonnet-4", date(2026, 6, 15), "claude-sonnet-5-5"),
    # Sources differ by three weeks; the earlier day does no harm.
    Lifetime("claude-mythos-preview", date(2026, 6, 9), "claude-mythos-5-2"),
    Lifetime("claude-opus-4-1", date(2026, 8, 5), "claude-opus-5-5"),
    Lifetime("claude-opus-4-5", date(2026, 11, 24), "claude-opus-5-5", settled=False),
    Lifetime("claude-sonnet-4-5", date(2026, 11, 30), "claude-sonnet-5-5"),
    Lifetime("claude-opus-5", date(2027, 7, 24), "claude-opus-5-5", settled=False),
)
_BY_MODEL = {one.model: one for one in LIFETIMES}


def find_lifetime(model: str) -> Lifetime | None:
    """What is known of the end of a model, under its own name or a dated one; None where nothing is."""
    return _BY_MODEL.get(model) or _BY_MODEL.get(_DATED.sub("", model))


def stage_of(model: str, *, on: date) -> LifeStage:
    """Where a model stands on a day. One whose end is not known is active."""
    found = find_lifetime(model)
    return found.stage(on) if found else LifeStage.ACTIVE
