"""Until when a model can be asked, and which one takes its place.

Which ends are known stands in the database, entered from the vendor's notices; the vendor's own list of models
(`lifecycle`, `retires_at`) is the truth where it can be asked. A model that is not there has no end that is known.
"""

import re
from collections.abc import Iterable
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


class Lifetimes:
    """Every end that is known, to look a model up in."""

    def __init__(self, known: Iterable[Lifetime]) -> None:
        self._by_model = {one.model: one for one in known}

    @property
    def models(self) -> set[str]:
        """Every model whose end is known, by the name it was entered under."""
        return set(self._by_model)

    def find(self, model: str) -> Lifetime | None:
        """What is known of the end of a model, under its own name or a dated one; None where nothing is."""
        return self._by_model.get(model) or self._by_model.get(_DATED.sub("", model))

    def stage_of(self, model: str, *, on: date) -> LifeStage:
        """Where a model stands on a day. One whose end is not known is active."""
        found = self.find(model)
        return found.stage(on) if found else LifeStage.ACTIVE
