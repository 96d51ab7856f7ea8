"""What checks by code have found, gathered for one card."""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from agentops.domain.cards import Card, Check, Mismatch


@dataclass(frozen=True, slots=True)
class Findings:
    """Checks, conflicts, and where in the latest words they come from (start, end)."""

    checks: tuple[Check, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()

    @staticmethod
    def join(*parts: "Findings") -> "Findings":
        """All findings in the order given."""
        return Findings(
            tuple(chain.from_iterable(part.checks for part in parts)),
            tuple(chain.from_iterable(part.mismatches for part in parts)),
            tuple(chain.from_iterable(part.spans for part in parts)),
        )

    def put_on(self, card: Card, *, now: datetime) -> Card:
        """The card with these findings; spans are put in order and never overlap."""
        spans: list[tuple[int, int]] = []
        for start, end in sorted(set(self.spans)):
            if spans and start < spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
        found = {"checks": [*self.checks], "mismatches": [*self.mismatches], "said_spans": spans, "checked_at": now}
        return card.model_copy(update=found)


def passed(label: str, detail: str = "") -> Findings:
    """One check that found nothing wrong."""
    return Findings(checks=(Check(label=label, ok=True, detail=detail),))


def conflict(label: str, mismatch: Mismatch, detail: str = "") -> Findings:
    """One check that found a conflict, with the words a person ticks."""
    return Findings(checks=(Check(label=label, ok=False, detail=detail),), mismatches=(mismatch,))
